"""The day that the path of an address names. Text in, day out."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

ADDRESS_DAY_PATTERN = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:([-/_])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?!\d)"
    r"|/?(0[1-9]|1[0-2])/?(0[1-9]|[12]\d|3[01])(?:(?!\d)|(?=(?:[01]\d|2[0-3])[0-5]\d)))"
)
ADDRESS_WORD_DAY_PATTERN = re.compile(
    r"/((?:19|20)\d\d)/(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*/(0?[1-9]|[12]\d|3[01])(?=/|$)",
    re.IGNORECASE,
)
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
FIRST_YEAR = 1991  # the first year of the web; what looks like an earlier year is another number


def address_day(path: str) -> date | None:
    """Return the day that the path of an address names: `/2026/11/01/`, `20261101`, `2026-11-01`, `/2026/nov/01/`."""
    for found in ADDRESS_DAY_PATTERN.finditer(path):
        with suppress(ValueError):
            day = date(int(found[1]), int(found[3] or found[5]), int(found[4] or found[6]))
            if day.year >= FIRST_YEAR:
                return day
    if word := ADDRESS_WORD_DAY_PATTERN.search(path):
        with suppress(ValueError):
            return date(int(word[1]), MONTHS.index(word[2].lower()) + 1, int(word[3]))
    return None
