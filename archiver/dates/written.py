"""Dates as posts have them in their front matter: `2021-12-24 08:41:07 +0800`. No I/O."""

from __future__ import annotations

import re
from datetime import datetime

from archiver.dates.bounds import has_year, whole_minutes

WRITTEN_PATTERN = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:(?:[ \t]+|T)(\d\d:\d\d(?::\d\d)?)(?:\.\d+)?)?[ \t]*(Z|[+-]\d\d:?\d\d)?", re.ASCII
)


def read_written(text: str) -> datetime | None:
    """Return the time that a front matter's date names, without an offset if it has none; None if it is no date."""
    found = WRITTEN_PATTERN.fullmatch(text)
    try:
        date = datetime.fromisoformat(f"{found[1]}T{found[2] or '00:00'}{found[3] or ''}") if found else None
    except ValueError:
        return None
    return date if date and has_year(date) else None


def write_date(moment: datetime) -> str:
    """Return the date of a post for `moment` (aware)."""
    written = whole_minutes(moment).isoformat(" ", "seconds")
    return f"{written[:-6]} {written[-6:-3]}{written[-2:]}"
