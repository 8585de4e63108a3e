"""Alarms: one line each, the cause first, and one cause once. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LABEL = re.compile(r"([^\s:]+/[^\s:]+|[^\s:]+(?::\d+)?): (.+)", re.DOTALL)  # of a listing or a host, and what is wrong
NAMED = 3  # of those that have one cause
MAX_LENGTH = 200  # characters of a line


def merge_alarms(alarms: Iterable[str]) -> list[str]:
    """Return alarms (`LABEL: CAUSE`) as lines that begin with the cause: those of one cause are one line, that names
    some of the labels and says how many there are."""
    labels: dict[str, list[str]] = {}
    for alarm in alarms:
        found = LABEL.fullmatch(alarm)
        label, cause = found.groups() if found else ("", alarm)
        labels.setdefault(" ".join(cause.split()), []).append(label)
    return [_line(cause, [name for name in names if name]) for cause, names in labels.items()]


def _line(cause: str, labels: list[str]) -> str:
    shown = cause if len(cause) <= MAX_LENGTH else f"{cause[: MAX_LENGTH - 1]}…"
    if not labels:
        return shown
    if len(labels) == 1:
        return f"{shown} ({labels[0]})"
    more = f" and {len(labels) - NAMED} more" if len(labels) > NAMED else ""
    return f"{shown} ({len(labels)} places: {', '.join(labels[:NAMED])}{more})"
