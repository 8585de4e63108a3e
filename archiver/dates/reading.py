"""Reading a time that a source writes into an aware time, or giving the reason why it cannot be believed. No I/O."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from archiver.dates.bounds import problem, whole_minutes
from archiver.dates.calendar import DateOrder, take_day
from archiver.dates.clock import take_clock
from archiver.dates.machine import compact, epoch
from archiver.dates.names import CJK_WEEKDAYS, FILLERS, WEEKDAYS
from archiver.dates.relative import ago
from archiver.dates.zones import DAY_OFFSET, NAMED_OFFSET, named_zone, offset_of, whole_offsets
from archiver.errors import TimeFormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

MAX_CHARACTERS = 100  # characters; no time is longer
MAX_SHOWN_CHARACTERS = 64
MAX_DIFFERENCE = timedelta(days=7)  # two readings of one text are four weeks apart at least
# The form of most times, which is read in one step.
COMMON_FORM_PATTERN = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d", re.ASCII)
CJK_WEEKDAY = re.compile(
    r"(?:星期|周|週|礼拜|禮拜)\s?([一二三四五六日天])|([月火水木金土日월화수목금토일])(?:曜日?|요일)|\(([一二三四五六日])\)"
)
CJK_NUMBER = re.compile(r"[〇零○一二三四五六七八九十]+(?=\s?[年月日号號时時点點分秒])")
CJK_DIGITS = {digit: str(value) for value, digit in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0"}
# RFC 9557, as Java and JavaScript write times: the offset says it all.
OFFSET_WITH_ZONE_PATTERN = re.compile(r"(?<=\d)(Z|[+-]\d\d:?\d\d)(?:\[[^\[\]]*\])+")
COMMENT_PATTERN = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
PUNCTUATION_PATTERN = re.compile(r"[\s,;()\[\]|]+|(?<![^\s,;()\[\]|])[-.:·]+|[-.:·]+(?![^\s,;()\[\]|])")
DESCRIPTION_PATTERN = re.compile(r"[^\W\d]+|m=[+-][\d.]+")  # `CST` or `Beijing` after an offset; what Go adds
WORDS_BEHIND_ZONE = FILLERS | frozenset("time standard daylight summer".split())


class TimeReading(NamedTuple):
    """The time that a text names, in the source's zone, and the form that it has: `iso`, `epoch`, `chinese` …"""

    moment: datetime
    form: str


def read_time(
    text: str,
    zone: ZoneInfo,
    fetched: datetime,
    *,
    order: DateOrder | None = None,
    day: date | None = None,
    near: Iterable[datetime] = (),
) -> TimeReading:
    """Return the time that `text` names.

    zone: the source's, for a text that says none. fetched: when the text came (aware): relative times and missing years
    are counted from it. order: in which a source writes days, months and years as numbers, if that is known. day: the
    day of the article by its id; a time more than a month away from it is not believed. near: other times that are said
    of the article, the surest first. If a text can be read in two ways, `day` and then `near` decide.

    Raises TimeFormatError when the text names no whole date, none that exists or can be believed, or more than one.
    """
    if COMMON_FORM_PATTERN.fullmatch(text) and (moment := _common(text, zone, fetched, day)):
        return TimeReading(moment, "iso")
    if len(text) > 2 * MAX_CHARACTERS or len(text := _plain(text)) > MAX_CHARACTERS:
        raise TimeFormatError(f"{text[:MAX_SHOWN_CHARACTERS]!r}… is too long to be a time")
    now = fetched.astimezone(zone)
    why = "it is in no known form"
    try:
        for form, moments in _forms(text, zone, now, order, day):
            readings = set(_in_zone(moments, zone))
            believed = sorted(moment for moment in readings if not problem(moment, now, day))
            if believed:
                return TimeReading(believed[0] if len(believed) == 1 else _nearest(believed, zone, day, near), form)
            why = next((f"it {problem(moment, now, day)}" for moment in sorted(readings)), why)
    except TimeFormatError as error:
        why = str(error)
    raise TimeFormatError(f"the time {text[:MAX_SHOWN_CHARACTERS]!r} cannot be read: {why}")


def _common(text: str, zone: ZoneInfo, fetched: datetime, day: date | None) -> datetime | None:
    """Return the time that a COMMON_FORM_PATTERN text names; None if it does not exist or cannot be believed."""
    with suppress(ValueError, OverflowError):
        moment = whole_minutes(datetime.fromisoformat(text).replace(tzinfo=zone))
        return None if problem(moment, fetched.astimezone(zone), day) else moment
    return None


def _forms(
    text: str, zone: ZoneInfo, now: datetime, order: DateOrder | None, day: date | None
) -> Iterator[tuple[str, list[datetime]]]:
    """Yield the forms that `text` may have and the times that it then means, aware."""
    for form, read in (
        ("ago", lambda: [ago(text, now)]),
        ("compact", lambda: [moment for parts in compact(text) for moment in _join(*parts, zone)]),
        ("epoch", lambda: [epoch(text)]),
    ):
        try:
            if moments := [moment for moment in read() if moment]:
                yield form, moments
        except (ValueError, OverflowError):
            continue
    yield from _calendar(text, zone, now, order, day)


def _calendar(
    text: str, zone: ZoneInfo, now: datetime, order: DateOrder | None, about: date | None
) -> Iterator[tuple[str, list[datetime]]]:
    """Yield the form of a text with a day, and perhaps a time of day, a zone and the day of the week around it."""
    weekday = CJK_WEEKDAY.search(text)
    rest = whole_offsets(CJK_WEEKDAY.sub(" ", text) if weekday else text)
    where: tzinfo | None = None
    if named := NAMED_OFFSET.search(rest):
        where, rest = offset_of(named), f"{rest[: named.start()]} {rest[named.end() :]}"
    time, zone_behind, rest = take_clock(rest)
    where = where or zone_behind
    if not where and (offset := DAY_OFFSET.search(rest.strip())):
        where, rest = offset_of(offset), rest.strip()[: offset.start()]
    if has_offset := where is not None:
        rest = COMMENT_PATTERN.sub(" ", rest)
    found = take_day(rest, now.date(), order, about)
    if found is None or not found.days:
        return
    of_week = CJK_WEEKDAYS[next(filter(None, weekday.groups()))] if weekday else None
    for word in PUNCTUATION_PATTERN.sub(" ", found.rest).split():
        lower = word.strip(".").lower()
        if lower in WEEKDAYS:
            of_week = WEEKDAYS[lower]
        elif where is None and lower not in FILLERS:
            where = named_zone(word.strip("."), zone, found.days[0])
            if where is None:
                raise TimeFormatError(f"{word!r} is neither a zone nor another part of a time that is known")
        elif not (lower in WORDS_BEHIND_ZONE or (has_offset and DESCRIPTION_PATTERN.fullmatch(word))):
            raise TimeFormatError(f"{word!r} is no part of a time that is known")
    # A day of the week is used only to choose between readings, since sources often have it wrong.
    days = [day for day in found.days if day.weekday() == of_week] or found.days
    yield found.form, [moment for day in days for moment in _join(day, time, where, zone)]


def _join(day: date, time: timedelta, where: tzinfo | None, zone: ZoneInfo) -> Iterator[datetime]:
    with suppress(OverflowError):  # the end of the last day that Python knows
        yield (datetime(day.year, day.month, day.day) + time).replace(tzinfo=where or zone)


def _in_zone(moments: Iterable[datetime], zone: ZoneInfo) -> Iterator[datetime]:
    for moment in moments:
        with suppress(OverflowError):
            yield whole_minutes(moment.astimezone(zone))


def _nearest(readings: Sequence[datetime], zone: ZoneInfo, day: date | None, near: Iterable[datetime]) -> datetime:
    """Return the one of `readings` that is close to the other known times. Raises TimeFormatError if it is none, or
    more than one."""
    known = [datetime(day.year, day.month, day.day, tzinfo=zone)] if day else []
    for other in (*known, *near):
        close = [moment for moment in readings if abs(moment - other) <= MAX_DIFFERENCE]
        if len(close) == 1:
            return close[0]
    shown = " or ".join(f"{moment:%Y-%m-%d}" for moment in readings)
    raise TimeFormatError(f"it may be {shown}; the recipe can say which with date_order")


def _plain(text: str) -> str:
    """Return `text` with half-width signs and digits, single blanks, Chinese numerals as digits, and without marks that
    nobody sees, which browsers put into the dates that scripts write."""
    seen = "".join(character for character in text if unicodedata.category(character) != "Cf")
    text = OFFSET_WITH_ZONE_PATTERN.sub(r"\1", " ".join(unicodedata.normalize("NFKC", seen).split()))
    return CJK_NUMBER.sub(lambda found: _number(found[0]), text)


def _number(numeral: str) -> str:
    """Return the digits of a Chinese numeral below 100, or of one that is written digit by digit."""
    tens, ten, ones = numeral.partition("十")
    if not ten:
        return "".join(CJK_DIGITS[digit] for digit in numeral)
    if len(tens) > 1 or len(ones) > 1:
        return numeral
    return f"{CJK_DIGITS[tens] if tens else '1'}{CJK_DIGITS[ones] if ones else '0'}"
