"""Days in a text: every day that it can mean, and the text around it. No I/O."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from archiver.dates.names import MONTHS
from archiver.errors import TimeFormatError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

DateOrder = Literal["dmy", "mdy", "ymd"]
DATE_ORDERS: tuple[DateOrder, ...] = ("ymd", "dmy", "mdy")

NUMERIC_PATTERN = re.compile(r"(?<![\d.])(\d{1,4})([-/.])\s?(\d{1,2})\2\s?(\d{1,4})(?![\d-])")
CJK_PATTERN = re.compile(
    r"(?:(?:(民國|民国|令和|平成)\s*)?(?<!\d)(\d{1,4})\s*[年년]\s*)?(?<!\d)(\d{1,2})\s*[月월]\s*(\d{1,2})(?!\d)\s*[日号號일]?"
)
YEAR_OF_ERA = {"民國": 1911, "民国": 1911, "令和": 2018, "平成": 1988}
YEARLESS_PATTERN = re.compile(r"(?<![\d/.-])(\d{1,2})([-/])(\d{1,2})(?![\d/.-])")
DAY_WORDS = {
    word: ago
    for ago, words in enumerate(("今天 今日 today heute hoy 오늘", "昨天 昨日 yesterday gestern ayer 어제", "前天"))
    for word in words.split()
}
DAY_WORD_PATTERN = re.compile(rf"(?<![^\W_])({'|'.join(DAY_WORDS)})(?![a-z])", re.IGNORECASE)
WORD_PATTERN = re.compile(r"[^\W\d_]+")
NUMBER_PATTERN = re.compile(
    r"(?<!\d)(?:'(\d{2})|(\d{4}|\d{1,2}))(?:(?:st|nd|rd|th|er|º|ª)(?![^\W_])|(?!\d))", re.IGNORECASE
)
ISO_START_PATTERN = re.compile(r"\d{4}-")


class Days(NamedTuple):
    """The form that a day has in a text, every day that it can mean, and the text around it."""

    form: str
    days: list[date]
    rest: str


def take_day(text: str, today: date, order: DateOrder | None, about: date | None) -> Days | None:
    """Return the day in `text`; None if it names no whole day.

    today: when the text was fetched: day words, missing years and the centuries of short years are counted from it.
    order: the order of the numbers, if the source's is known. about: a day that is known to be near, by which a missing
    year is found.
    """
    for form, take in READERS_OF_FORM:
        if found := take(text, today, order, about):
            days, matches = found
            if form == "iso" and not ISO_START_PATTERN.match(matches[0][0]):
                form = "numeric"
            return Days(form, sorted(set(days)), _without(text, matches))
    return None


Taken = tuple["Iterable[date]", "Sequence[re.Match[str]]"]


def _numeric(text: str, today: date, order: DateOrder | None, _about: date | None) -> Taken | None:
    found = NUMERIC_PATTERN.search(text)
    if not found:
        return None
    parts = (found[1], found[3], found[4])
    if len(found[1]) > 2:
        orders: tuple[DateOrder, ...] = ("ymd",)
    elif order:
        orders = (order,)
    else:
        orders = DATE_ORDERS if len(found[4]) <= 2 else ("dmy", "mdy")
    days = _readings(parts, orders, today)
    if order and orders == (order,) and not days:
        raise TimeFormatError(f"{found[0]!r} is no day in the order {order}, which the recipe says")
    return days, (found,)


def _readings(parts: Iterable[str], orders: Iterable[DateOrder], today: date) -> list[date]:
    """Return the days that three numbers can mean, read in each of `orders`; days that do not exist are left out."""
    days = []
    for one in orders:
        named = dict(zip(one, parts, strict=True))
        if len(named["m"]) <= 2 and len(named["d"]) <= 2 and len(named["y"]) in (2, 4):
            days += _day(_year(named["y"], today), int(named["m"]), int(named["d"]))
    return days


def _cjk(text: str, today: date, _order: DateOrder | None, about: date | None) -> Taken | None:
    found = CJK_PATTERN.search(text)
    if not found:
        return None
    month, day = int(found[3]), int(found[4])
    if not found[2]:
        return _last(month, day, today, about), (found,)
    year = YEAR_OF_ERA[found[1]] + int(found[2]) if found[1] else _year(found[2], today)
    return _day(year, month, day), (found,)


def _yearless(text: str, today: date, order: DateOrder | None, about: date | None) -> Taken | None:
    found = YEARLESS_PATTERN.search(text)
    if not found:
        return None
    first, sign, second = int(found[1]), found[2], int(found[3])
    # Month and day with a hyphen are ISO 8601's. With a slash they are in any order.
    orders = (order,) if order else ("ymd",) if sign == "-" and first <= 12 else DATE_ORDERS
    pairs = {(second, first) if one == "dmy" else (first, second) for one in orders}
    return [day for pair in pairs for day in _last(*pair, today, about)], (found,)


def _words(text: str, today: date, _order: DateOrder | None, about: date | None) -> Taken | None:
    """Return the days of `24 December 2021`, `Dec 24th, 2021`, `24-Dec-21` and the like."""
    names = [found for found in WORD_PATTERN.finditer(text) if found[0].lower() in MONTHS]
    numbers = list(NUMBER_PATTERN.finditer(text))
    if len(names) != 1 or not 1 <= len(numbers) <= 2:
        return None
    month = MONTHS[names[0][0].lower()]
    if len(numbers) == 2:
        days = list(_pairs(numbers, month, today))
    else:
        days = _last(month, int(numbers[0][2] or 0), today, about) if about else []
    return (days, (*names, *numbers)) if days else None


def _pairs(numbers: list[re.Match[str]], month: int, today: date) -> Iterator[date]:
    for one, other in (numbers, numbers[::-1]):
        if one[2] and len(one[2]) <= 2 and len(other[1] or other[2]) != 1:
            yield from _day(_year(other[1] or other[2], today), month, int(one[2]))


def _day_word(text: str, today: date, _order: DateOrder | None, _about: date | None) -> Taken | None:
    found = DAY_WORD_PATTERN.search(text)
    return ([today - timedelta(days=DAY_WORDS[found[1].lower()])], (found,)) if found else None


def _year(text: str, today: date) -> int:
    """Return the year that `text` means; if it has two digits, the latest such year up to next year."""
    if len(text) > 2:
        return int(text)
    year = today.year - today.year % 100 + int(text)
    return year if year <= today.year + 1 else year - 100


def _day(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:
        return []


def _last(month: int, day: int, today: date, about: date | None) -> list[date]:
    """Return the day for a month and day without a year: the nearest to `about`, else the last one up to `today`."""
    if about:
        near = [one for year in range(about.year - 4, about.year + 5) for one in _day(year, month, day)]
        return sorted(near, key=lambda one: abs(one - about))[:1]
    past = [one for year in range(today.year, today.year - 9, -1) for one in _day(year, month, day)]  # a leap day
    return [one for one in past if one <= today][:1]


def _without(text: str, matches: Iterable[re.Match[str]]) -> str:
    """Return `text` with a blank in place of each of `matches`."""
    spans = sorted(found.span() for found in matches)
    return " ".join(text[end:start] for (_, end), (start, _) in pairwise([(0, 0), *spans, (len(text), len(text))]))


READERS_OF_FORM: tuple[tuple[str, Callable[[str, date, DateOrder | None, date | None], Taken | None]], ...] = (
    ("iso", _numeric),
    ("chinese", _cjk),
    ("words", _words),
    ("yearless", _yearless),
    ("day-word", _day_word),
)
