"""Which times an article can have at all, by the same rules for crawls and for existing archives. No I/O."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

# Newspapers begin in 1605. In an archive years up to 2200 are dates; a source that is asked now is believed up to
# MAX_TIME_AHEAD only.
BELIEVABLE_YEARS = range(1605, 2201)
MAX_TIME_AHEAD = timedelta(days=366)  # an article is dated no longer than this after it was fetched
FIRST_WEB_YEAR = 1991  # a time of fetching before this year is wrong, so nothing is compared with it
# What programs write where there is no time: their first and last times.
PLACEHOLDERS = tuple(
    datetime(year, month, day, tzinfo=UTC)
    for year, month, day in ((1753, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1), (1904, 1, 1), (1970, 1, 1))
)
MAX_ZONE_OFFSET = timedelta(hours=14)  # the largest offset of a zone from UTC
MAX_DAYS_FROM_ID = 31  # most days between the day in an article's id and its time


def has_year(moment: datetime) -> bool:
    """Return whether the year of `moment` can be that of an article."""
    return moment.year in BELIEVABLE_YEARS


def is_placeholder(moment: datetime) -> bool:
    """Return whether `moment` (aware) is what programs write for no time, in any zone."""
    if moment.year > PLACEHOLDERS[-1].year:  # true for almost all times: a quick answer
        return False
    return any(abs(moment - zero) <= MAX_ZONE_OFFSET for zero in PLACEHOLDERS)


def problem(moment: datetime, fetched: datetime, day: date | None) -> str:
    """Return why `moment` cannot be the time of an article that was fetched at `fetched` and whose id says `day` (None:
    it says none); empty if it can. All are aware, and in the source's zone."""
    if not has_year(moment):
        return "is in no year of an article"
    if fetched.year >= FIRST_WEB_YEAR and moment - fetched > MAX_TIME_AHEAD:
        return "is more than a year after it was fetched"
    if day is not None:
        return f"is not what the id says, {day}" if abs((moment.date() - day).days) > MAX_DAYS_FROM_ID else ""
    return "is what computers write for no time" if is_placeholder(moment) else ""


def whole_minutes(moment: datetime) -> datetime:
    """Return `moment` with an offset of whole minutes, since a date cannot be written with another: before there were
    legal zones, the offsets of towns had seconds. The time of day stays the same."""
    offset = moment.utcoffset()
    if offset is None or not offset.total_seconds() % 60:
        return moment
    return moment.replace(tzinfo=timezone(timedelta(minutes=round(offset.total_seconds() / 60))))
