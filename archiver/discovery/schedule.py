"""How long a feed need not be asked again: by what it says (`ttl`, `skipHours`, `skipDays`), and by what HTTP says of
its answer (`Cache-Control`). No I/O, no clock."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

MAX_REST_SECONDS = 6 * 3600  # seconds: many feeds say a week, because somebody once configured them so
# Share of the time to wait, so that an hourly crawl reads a feed with a period of an hour each time.
SHARE_OF_WAIT = 0.9
HOUR, HOURS_OF_WEEK = timedelta(hours=1), 7 * 24
MAX_AGE_PATTERN = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
NEVER_KEPT_PATTERN = re.compile(r"\bno-(?:store|cache)\b(?!\s*=)", re.IGNORECASE)


class UpdateSchedule(NamedTuple):
    """When a feed does not change, as it says. period: seconds for which it stays the same. hours, days: hours of the
    day and days of the week (0: Monday), in UTC, in which it does not change."""

    period: int = 0
    hours: tuple[int, ...] = ()
    days: tuple[int, ...] = ()

    def until(self, fetched: datetime, max_age: int) -> datetime | None:
        """Return until when there is no need to ask for the feed again; None if it may be asked for at any time.

        fetched: when it was asked for (aware). max_age: seconds for which its answer stays valid, by the headers of
        HTTP.
        """
        wait = min(max(self.period, max_age), MAX_REST_SECONDS) * SHARE_OF_WAIT
        moment = fetched.astimezone(UTC) + timedelta(seconds=wait)
        later = moment
        for _ in range(HOURS_OF_WEEK):
            if later.hour not in self.hours and later.weekday() not in self.days:
                return later if later > fetched else None
            later = later.replace(minute=0, second=0, microsecond=0) + HOUR
        return moment if wait else None  # all hours or days are excluded


def max_age(cache_control: str, age: str = "") -> int:
    """Return for how many seconds an answer stays valid, by its headers Cache-Control and Age (RFC 9111)."""
    found = MAX_AGE_PATTERN.search(cache_control)
    if not found or NEVER_KEPT_PATTERN.search(cache_control):
        return 0
    return max(0, int(found[1]) - (int(age) if age.strip().isascii() and age.strip().isdigit() else 0))


def update_schedule(ttl: int | None, hours: Iterable[int], days: Iterable[int]) -> UpdateSchedule:
    """Return the UpdateSchedule that a feed's elements say. ttl: in minutes."""
    return UpdateSchedule((ttl or 0) * 60, tuple(sorted(hours)), tuple(sorted(days)))
