"""Times as the index stores them: whole microseconds since 1970, UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND, DAY = 1_000_000, 86_400_000_000  # in microseconds


# CLOCK_BOOTTIME (Linux) goes on while the machine sleeps; on other systems CLOCK_MONOTONIC does.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_ahead = 0  # microseconds by which the clock that this process goes by is ahead of the machine's


def now() -> int:
    """Return the present time."""
    return machine_time() + _ahead


def machine_time() -> int:
    """Return the present time by this machine's clock."""
    return time.time_ns() // 1000


def steady() -> int:
    """Return the microseconds since some fixed moment, for measuring how long something takes: setting the machine's
    clock does not change it."""
    return time.clock_gettime_ns(_STEADY) // 1000


def go_by(ahead: int) -> None:
    """From now on, have `now` return the machine's time plus `ahead` microseconds. So processes of several machines
    that write to one archive go by the same clock."""
    global _ahead
    _ahead = ahead


def micros(moment: datetime) -> int:
    """Return an aware time in microseconds."""
    return (moment - EPOCH) // MICROSECOND


def moment(micros: int) -> datetime:
    """Return microseconds since 1970 as an aware time (UTC)."""
    return EPOCH + micros * MICROSECOND
