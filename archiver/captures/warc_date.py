"""WARC-Date, in all the forms that it may have. No I/O."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

# WARC 1.1, 5.4: the W3C's profile of ISO 8601, as precise as the writer knows; and the offsets that some write.
DATE_PATTERN = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
    r"(?:Z|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d))?)?)?)?",
    re.ASCII | re.IGNORECASE,
)
# From a date to the limits of `datetime`: zones and dates ahead are counted from it.
CALENDAR_MARGIN = timedelta(days=366)


def parse_warc_date(text: str) -> datetime:
    """Return a WARC-Date in UTC. One without an offset is in UTC already; where month, day or time are missing, the
    earliest moment is meant. Raises ValueError."""
    match = DATE_PATTERN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text[:40]!r} is no date" if text.strip() else "it has no date (WARC-Date)")
    year, month, day, hour, minute, second = (
        int(match[name] or default) for name, default in zip(PART_NAMES, (1, 1, 1, 0, 0, 0), strict=True)
    )
    fraction = int((match["fraction"] or "0")[:6].ljust(6, "0"))
    try:
        time = datetime(year, month, day, hour, minute, min(second, 59), fraction, tzinfo=UTC)  # a leap second: 59
        if match["sign"]:
            offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
            time += -offset if match["sign"] == "+" else offset
        _ = time - CALENDAR_MARGIN, time + CALENDAR_MARGIN
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text[:40]!r} is no date: {error}") from error
    return time


PART_NAMES = ("year", "month", "day", "hour", "minute", "second")
