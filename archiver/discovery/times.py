"""The times of feeds and sitemaps: as machines write them, and as people do. No I/O."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from archiver.dates import read_time
from archiver.dates.bounds import problem
from archiver.dates.likely_zone import likely_zone
from archiver.errors import TimeFormatError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

# RFC 3339, as sitemaps, Atom and JSON Feed have it: a sitemap has 100,000 of them.
COMMON_FORM_PATTERN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


class TimeReader:
    """Reads the times of one feed or sitemap. A time without a zone, or with a name that several zones have (`CST`), is
    taken to be in the zone that is likely for the host and the language.

    fetched: when the feed or sitemap was asked for (aware): relative times count from it, and later times are not
    believed.
    """

    def __init__(self, host: str, language: str, fetched: datetime) -> None:
        self._zone: ZoneInfo = likely_zone(host, language.lower().replace("_", "-") or None).zone
        self._fetched = fetched

    def read(self, text: object) -> datetime | None:
        """Return the aware time that `text` says; None if it is no time, or not one that can be believed."""
        if not isinstance(text, str) or not (text := text.strip()):
            return None
        if COMMON_FORM_PATTERN.fullmatch(text):
            with suppress(ValueError, OverflowError):
                moment = datetime.fromisoformat(text).astimezone(self._zone)
                return None if problem(moment, self._fetched, None) else moment
        with suppress(TimeFormatError):
            return read_time(text, self._zone, self._fetched).moment
        return None
