"""A time that some part of a page gives, before its time zone is decided."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from archiver.dates import NEVER_FETCHED, DateOrder, read_time
from archiver.errors import TimeFormatError
from archiver.reading.metadata.dateline import WrittenDay, written_times

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archiver.dates.likely_zone import LikelyZone

CLOCK_PATTERN = re.compile(r"\d[:：hH时.]\d\d|T\d{4}|^\d{10}$|^\d{13}$|\d{8}\s?\d{4}")
# A text without a zone names different instants in these two zones. So one that names the same in both has a zone.
PROBE_ZONES = (ZoneInfo("UTC"), ZoneInfo("Asia/Kathmandu"))
ZONE_PATTERN = re.compile(r"\s*(?:[+\-−]\d{1,2}:?(?:\d{2})?|\b[A-Z]{2,5}(?:[+-]\d{1,2}(?::?\d{2})?)?|\(?[A-Z]{2,5}\))$")
# Abbreviations of several zones, with the one that is mostly meant.
MEANT_OFFSETS = {"IST": "+05:30", "BST": "+01:00"}
MONTH_FIRST_LANGUAGES = frozenset(("en-us", "en-ph", "fil"))
MAX_CHARACTERS = 80
MAX_TEXT_CHARACTERS = 320  # characters of a text in which a time is looked for
# A time that lies so shortly before NEVER_FETCHED was read as relative to it: no page is from then.
MAX_BEFORE_UNKNOWN = timedelta(days=20 * 366)
MAX_SAME_SEASON = timedelta(days=60)  # within that time the offset of a zone hardly changes


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as a page gives it. wall: has a zone only if the text has one."""

    wall: datetime
    rule: str
    clock: bool  # whether the text has a time of day, and not the day alone
    lost: str = ""  # why it is not believed; empty if it is

    @property
    def zoned(self) -> bool:
        """Whether the text has a zone."""
        return self.wall.tzinfo is not None

    def without(self, reason: str) -> Moment:
        """Return the same moment, marked as not believed for a reason."""
        return replace(self, lost=reason)


class MomentReader:
    """Reads the times of a page. fetched: when it was fetched (aware), None if that is not known. language: of the page
    (BCP 47), None if unknown. day: the day of its article, where another source (the address) gives it. order: of day,
    month and year in dates of numbers, where it is known."""

    def __init__(
        self, fetched: datetime | None, language: str | None, day: date | None, order: DateOrder | None = None
    ) -> None:
        self.language = language
        self._fetched = fetched
        self._order = order or date_order(language)
        self._near = () if day is None else (datetime.combine(day, time(12), UTC),)
        self._known: dict[str, datetime | None] = {}

    def said(self, text: str, rule: str) -> Iterator[Moment]:
        """Yield the time that `text` as a whole is; if it is none, yield the first time that is found in it."""
        text = text.strip()
        if not text or len(text) > MAX_TEXT_CHARACTERS:
            return
        if len(text) <= MAX_CHARACTERS and (moment := self._read(text)):
            yield self._moment(moment, bool(CLOCK_PATTERN.search(text)), rule)
            return
        for written in written_times(text, self.language):
            if found := self.written(written, rule):
                yield found
                return

    def written(self, written: WrittenDay, rule: str) -> Moment | None:
        """Return the time that was found in a text; None if it cannot be understood."""
        if written.relative and self._fetched is None:
            return None
        for zone in dict.fromkeys((self._zone(written.zone), "")):
            if moment := self._read(f"{written.text} {zone}".strip()):
                return self._moment(moment, written.clock, rule)
        return None

    def _zone(self, name: str) -> str:
        if name == "CST" and (self.language or "").startswith("zh"):
            return "+08:00"
        return MEANT_OFFSETS.get(name, name)

    def _read(self, text: str) -> datetime | None:
        """Return the time that `text` is, naive if it has no zone; None if it is no time."""
        if text not in self._known:
            self._known[text] = self._parsed(text)
        return self._known[text]

    def _parsed(self, text: str) -> datetime | None:
        for order in dict.fromkeys((self._order, None)):  # if the expected order gives no valid day, another may
            with suppress(TimeFormatError):
                first, second = (self._in(zone, text, order) for zone in PROBE_ZONES)
                if first != second:
                    return first.replace(tzinfo=None)
                return self._with_offset(text, first)
        return None

    def _in(self, zone: ZoneInfo, text: str, order: DateOrder | None) -> datetime:
        moment = read_time(text, zone, self._fetched or NEVER_FETCHED, order=order, near=self._near).moment
        if self._fetched is None and NEVER_FETCHED - moment < MAX_BEFORE_UNKNOWN:
            raise TimeFormatError(f"{text!r} is relative to when the page was fetched, which is not known")
        return moment

    def _with_offset(self, text: str, instant: datetime) -> datetime:
        """Return an instant with the offset that its text ends with."""
        zone = ZONE_PATTERN.search(text)
        if not zone:
            return instant
        try:
            wall = self._in(PROBE_ZONES[0], text[: zone.start()], self._order)
        except TimeFormatError:
            return instant
        offset = timedelta(minutes=round((wall - instant).total_seconds() / 60))
        return instant.astimezone(timezone(offset)) if abs(offset) < timedelta(hours=15) else instant

    def _moment(self, moment: datetime, clock: bool, rule: str) -> Moment:
        # Exactly midnight is how programs write a day without a time of day; if it is in UTC, too, it stands for the
        # day and not for an instant.
        clock = clock and (moment.hour, moment.minute, moment.second) != (0, 0, 0)
        if not clock and not moment.utcoffset():
            moment = moment.replace(tzinfo=None)
        return Moment(moment.replace(microsecond=0), rule, clock)


def date_order(language: str | None) -> DateOrder | None:
    """Return the order of day, month and year in dates of numbers in a language (BCP 47); None if several are usual."""
    tag = (language or "").lower()
    if tag in MONTH_FIRST_LANGUAGES:
        return "mdy"
    return None if not tag or tag in ("en", "en-ca") else "dmy"


def with_zone(moment: Moment, others: Iterable[Moment], likely: LikelyZone) -> tuple[datetime, str]:
    """Return the time with a zone, and the rule that gave both.

    A zone in the text is believed. But as programs often write UTC, a time in UTC is converted to the zone of the site,
    if that is sure. If the text has no zone, another time of the page with the same clock time gives it; else, unless
    the zone of the site is sure, another time of the page that is near; else the likely zone is taken.

    others: the times of the page that have a zone.
    """
    zoned = [other for other in others if other.wall.utcoffset()]
    if moment.zoned:
        if moment.wall.utcoffset() or not likely.sure:
            return moment.wall, moment.rule
        return moment.wall.astimezone(likely.zone), f"{moment.rule}, shown in the {likely.rule}"
    local = moment.wall.replace(tzinfo=likely.zone)
    for other in zoned:
        same_clock = moment.clock and other.wall.replace(tzinfo=None, second=0) == moment.wall.replace(second=0)
        if same_clock or (not likely.sure and abs(other.wall - local) < MAX_SAME_SEASON):
            return moment.wall.replace(tzinfo=other.wall.tzinfo), f"{moment.rule}, zone of {other.rule}"
    return local, f"{moment.rule}, {likely.rule}"
