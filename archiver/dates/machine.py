"""Times as programs write them for programs: counts since 1970, and digits without signs between them. No I/O."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from archiver.dates.zones import OFFSET_EXPRESSION, offset_of

if TYPE_CHECKING:
    from collections.abc import Iterator

# A number of fewer digits is a day, or no time at all; 0 is what programs write if there is no time.
EPOCH_PATTERN = re.compile(r"(-?\d{9,10}|0)(?:\.\d*)?|(\d{11,13})|(\d{16})|(\d{19})|(\d\.\d+[eE]\+?\d{1,2})", re.ASCII)
EPOCH_UNITS = (1, 10**3, 10**6, 10**9)  # in a second
MIN_MILLISECONDS = 10**11  # from here on a number is in milliseconds: in seconds it would be a year after 5000
# Microsoft's JSON, and scripts.
SCRIPT_DATE_PATTERN = re.compile(r"\\?/?(?:new\s+)?Date\((-?\d{1,16})(?:[+-]\d{4})?\)\\?/?", re.ASCII)
COMPACT_PATTERN = re.compile(
    rf"(\d{{4}})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(\d\d)?(?:[.,]?\d{{1,9}})?)?(Z|\s?{OFFSET_EXPRESSION})?", re.ASCII
)


def epoch(text: str) -> datetime | None:
    """Return the time that a count of seconds (or parts of them) since 1970 says; None if the text is no such count."""
    if script := SCRIPT_DATE_PATTERN.fullmatch(text):
        return _since_1970(int(script[1]) // 1000)
    found = EPOCH_PATTERN.fullmatch(text)
    if not found:
        return None
    if found[5]:
        number = float(found[5])
        return _since_1970(int(number if number < MIN_MILLISECONDS else number / 1000))
    return next(_since_1970(int(part) // unit) for part, unit in zip(found.groups(), EPOCH_UNITS, strict=False) if part)


def compact(text: str) -> Iterator[tuple[date, timedelta, tzinfo | None]]:
    """Yield the day, the time of day and the zone of `20211224`, `20211224084107`, `20211224T084107Z`."""
    found = COMPACT_PATTERN.fullmatch(text)
    if found:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
        zone = None if not found[7] else UTC if found[7] == "Z" else offset_of(found)
        if (hour <= 23 and minute <= 59 and second <= 60) or (hour, minute, second) == (24, 0, 0):
            yield date(year, month, day), timedelta(hours=hour, minutes=minute, seconds=second), zone


def _since_1970(seconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
