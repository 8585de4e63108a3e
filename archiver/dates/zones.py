"""Time zones in texts. No I/O."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from archiver.dates.names import OFFSETS, ZONES
from archiver.errors import TimeFormatError

# `+08:00`, `+0800`, `+8`: hours and minutes; seconds are there only by mistake (`+080543`).
OFFSET_EXPRESSION = (
    r"(?P<sign>[+\-\u2212])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?(?::?(?P<seconds>\d{2}))?(?![\d/.:-])"
)
# But not the `GMT-8` of `Etc/GMT-8`: in names of the tz database the sign is reversed.
NAMED_OFFSET = re.compile(rf"(?<![^\W_])(?<!/)(?:GMT|UTC|UT)\s?{OFFSET_EXPRESSION}", re.IGNORECASE)
SPACED_OFFSET = re.compile(r"(?<=GMT|UTC)\s?([+\-\u2212])\s(?=\d)", re.IGNORECASE)  # `GMT + 8`
# In an address, + is a blank.
LOST_PLUS_PATTERN = re.compile(r"(?<=GMT|UTC)\s(?=(?:0\d|1[0-4])[0-5]\d(?!\d))", re.IGNORECASE)
DAY_OFFSET = re.compile(  # after a date without a time of day
    r"(?<=\d)(?P<sign>[+\-\u2212])(?P<hours>\d\d):(?P<minutes>\d\d)(?::(?P<seconds>\d\d))?$"
)
TZ_NAME = re.compile(r"[A-Za-z]+(?:/[\w+-]+){1,2}", re.ASCII)
MAX_OFFSET = timedelta(hours=14)


def whole_offsets(text: str) -> str:
    """Return `text` with `GMT + 8` as `GMT+8`, and with `GMT 0800` (whose plus sign was lost in an address) as
    `GMT+0800`."""
    return LOST_PLUS_PATTERN.sub("+", SPACED_OFFSET.sub(r"\1", text))


def offset_of(found: re.Match[str]) -> timezone:
    """Return the zone for a match of OFFSET_EXPRESSION. Raises TimeFormatError for an offset that no zone has."""
    hours, minutes = int(found["hours"]), int(found["minutes"] or 0)
    offset = timedelta(hours=hours, minutes=minutes)
    if minutes > 59 or int(found["seconds"] or 0) or offset > MAX_OFFSET:
        raise TimeFormatError(f"{found[0].strip()!r} has the offset of no zone")
    return timezone(offset if found["sign"] == "+" else -offset)


def named_zone(name: str, zone: ZoneInfo, day: date) -> tzinfo | None:
    """Return the zone that `name` means in a text of a source in `zone`; None if it is no name of a zone.

    The source's own zone comes first: CST is Beijing's, Chicago's and Havana's.
    """
    for month in (1, 7):
        local = datetime(day.year, month, 1, tzinfo=zone)
        if local.tzname() == name.upper():
            return timezone(local.utcoffset() or timedelta(0))
    lower = name.lower()
    if lower in OFFSETS:
        return timezone(timedelta(hours=OFFSETS[lower]))
    if lower in ZONES or TZ_NAME.fullmatch(name):
        try:
            return ZoneInfo(ZONES.get(lower, name))
        except (KeyError, OSError, ValueError):
            return None
    return None
