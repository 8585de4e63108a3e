"""Times as the index has them: whole microseconds since 1970, UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND, DAY = 1_000_000, 86_400_000_000  # in microseconds


# It goes on while the machine sleeps; elsewhere than on Linux the other one does, too.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_ahead = 0  # of this machine's clock: the one that this process goes by


def now() -> int:
    """Return the present time."""
    return machine_time() + _ahead


def machine_time() -> int:
    """Return what this machine takes for the present time."""
    return time.time_ns() // 1000


def steady() -> int:
    """Return the microseconds since some moment: how long something takes, whoever sets a clock meanwhile."""
    return time.clock_gettime_ns(_STEADY) // 1000


def go_by(ahead: int) -> None:
    """Go by another clock than this machine's from now on, which is ahead of that by so many microseconds: who write to
    an archive from several machines go by one."""
    global _ahead
    _ahead = ahead


def micros(moment: datetime) -> int:
    """Return an aware time in microseconds."""
    return (moment - EPOCH) // MICROSECOND


def moment(micros: int) -> datetime:
    """Return the aware time (UTC) that so many microseconds are."""
    return EPOCH + micros * MICROSECOND
