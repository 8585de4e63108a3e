"""Times as sources write them in, aware times out, with the name of the form that was recognised. No I/O."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from dateutil import parser as dateutil_parser

from archiver.errors import TimeFormatError

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

CLOCK = r"(?:\s*(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2}))?[分秒]?)?"
CHINESE_DATE = re.compile(r"(?:(\d{4})\s*年)?\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日?" + CLOCK)
YEARLESS_DATE = re.compile(r"()(\d{1,2})[-/](\d{1,2})" + CLOCK)
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\s?(\d{2})(\d{2})(\d{2})?)?")
DAY_WORD = re.compile(r"(今天|今日|昨天|昨日|前天)" + CLOCK)
DAYS_AGO = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}
AGO = re.compile(r"(\d+)\s*(秒|分钟|小时|天)\s*(?:之)?前")
AGO_UNITS = {"秒": "seconds", "分钟": "minutes", "小时": "hours", "天": "days"}
EPOCH = re.compile(r"(\d{10})(\d{3})?")
# dateutil fills gaps from a default: a text names a whole date only if two defaults that differ give the same.
GAPS = (datetime(2000, 1, 1), datetime(2001, 2, 2))
EARLIEST, LATEST = 1000, 9999
LONGEST = 64  # characters; no time is longer


def read_time(text: str, zone: ZoneInfo, fetched: datetime) -> tuple[datetime, str]:
    """Return the time that `text` names, in `zone`, and the form it has: `iso`, `epoch`, `chinese` and so on.

    A text that says no zone is in `zone`. A missing year or day, and every relative form, is counted from
    `fetched` (aware): a date without a year is the last such date that is not after the day of `fetched`.

    Raises TimeFormatError when the text names no whole date or none that exists.
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise TimeFormatError(f"{text[:LONGEST]!r}… is too long to be a time")
    now = fetched.astimezone(zone)
    for form, read in FORMS:
        try:
            moment = read(text, now)
            if moment is not None:
                moment = (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(zone)
                if EARLIEST <= moment.year <= LATEST:
                    return moment, form
        except (ValueError, OverflowError):
            continue
    raise TimeFormatError(f"{text!r} is not a time in a known form")


def _iso(text: str, _now: datetime) -> datetime | None:
    # 2021-W52 is ISO 8601, but names a week.
    return datetime.fromisoformat(text) if text[4:5] == "-" and text[5:6] != "W" else None


def _epoch(text: str, _now: datetime) -> datetime | None:
    found = EPOCH.fullmatch(text)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


def _compact(text: str, now: datetime) -> datetime | None:
    return _calendar(COMPACT_DATE.fullmatch(text), now)


def _chinese(text: str, now: datetime) -> datetime | None:
    return _calendar(CHINESE_DATE.fullmatch(text), now)


def _yearless(text: str, now: datetime) -> datetime | None:
    return _calendar(YEARLESS_DATE.fullmatch(text), now)


def _calendar(found: re.Match[str] | None, now: datetime) -> datetime | None:
    if not found:
        return None
    month, day, hour, minute, second = (int(part or 0) for part in found.groups()[1:])
    if found[1]:
        return datetime(int(found[1]), month, day, hour, minute, second)
    for year in range(now.year, now.year - 9, -1):  # nine years hold a leap day
        try:
            moment = datetime(year, month, day, hour, minute, second)
        except ValueError:
            continue
        if moment.date() <= now.date():
            return moment
    return None


def _day_word(text: str, now: datetime) -> datetime | None:
    if not (found := DAY_WORD.fullmatch(text)):
        return None
    hour, minute, second = (int(part or 0) for part in found.groups()[1:])
    day = now - timedelta(days=DAYS_AGO[found[1]])
    return day.replace(hour=hour, minute=minute, second=second, microsecond=0)


def _ago(text: str, now: datetime) -> datetime | None:
    if text == "刚刚":
        return now.replace(microsecond=0)
    if not (found := AGO.fullmatch(text)):
        return None
    # Elapsed time, not wall-clock time: through UTC, so that a change of the clocks between the two counts.
    elapsed = timedelta(**{AGO_UNITS[found[2]]: int(found[1])})
    return (now.astimezone(UTC) - elapsed).replace(microsecond=0)


def _other(text: str, _now: datetime) -> datetime | None:
    try:
        first, second = (dateutil_parser.parse(text, default=gap, tzinfos=_zone_of) for gap in GAPS)
    except Exception as error:  # its own, and what its arithmetic raises: OverflowError, decimal.InvalidOperation …
        raise ValueError(str(error)) from error
    return first if first == second else None


def _zone_of(_name: str | None, offset: int | None) -> timezone | None:
    """Return the zone that a text says, in numbers: CST is Beijing's, Chicago's and Havana's."""
    return None if offset is None else timezone(timedelta(seconds=offset))


FORMS: tuple[tuple[str, Callable[[str, datetime], datetime | None]], ...] = (
    ("iso", _iso),
    ("epoch", _epoch),
    ("compact", _compact),
    ("chinese", _chinese),
    ("yearless", _yearless),
    ("day-word", _day_word),
    ("ago", _ago),
    ("dateutil", _other),
)
