"""Moments as users give them: a date, a time, or how long ago (`2d`)."""

from __future__ import annotations

from datetime import UTC, datetime

from archiver.errors import UsageError
from archiver.spans import SPAN_PATTERN, read_span


def read_moment(text: str, now: datetime) -> datetime:
    """Return the moment that `text` names: an ISO 8601 date or time (without an offset it has no zone), or a span
    before `now`, an aware time. Raises ValueError."""
    if SPAN_PATTERN.match(text.strip()):
        return now - read_span(text)
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"expected a date such as 2026-08-19, a time or a span such as 2d, got {text!r}") from error


def read_since(since: str | datetime) -> datetime | None:
    """Return the time that `since` says: a date, a time, or a span before now; None if it is empty. Raises
    UsageError."""
    if isinstance(since, datetime):
        return since
    try:
        return read_moment(since, datetime.now(UTC)) if since else None
    except ValueError as error:
        raise UsageError(f"since: {error}") from error
