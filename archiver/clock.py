"""Times as the index has them: whole microseconds since 1970, UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND, DAY = 1_000_000, 86_400_000_000  # in microseconds


_ahead = 0  # of this machine's clock: the one that this process goes by


def now() -> int:
    """Return the present time."""
    return time.time_ns() // 1000 + _ahead


def go_by(ahead: int) -> None:
    """Go by another clock than this machine's from now on, which is ahead of that by so many microseconds: workers on
    several machines go by one."""
    global _ahead
    _ahead = ahead


def micros(moment: datetime) -> int:
    """Return an aware time in microseconds."""
    return (moment - EPOCH) // MICROSECOND


def moment(micros: int) -> datetime:
    """Return the aware time (UTC) that so many microseconds are."""
    return EPOCH + micros * MICROSECOND
