"""Choosing the time of an article: the first of several texts that can be believed. No I/O."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from archiver.dates.reading import read_time
from archiver.errors import TimeFormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from zoneinfo import ZoneInfo

    from archiver.dates.calendar import DateOrder
    from archiver.recipes import Recipe


# Stands for an unknown time of fetching: no day is too late for it, and relative times that are counted from it are not
# believed.
NEVER_FETCHED = datetime(2199, 12, 31, tzinfo=UTC)


def id_day(recipe: Recipe, article_id: str) -> date | None:
    """Return the day that an id says, by the recipe's rules for recovering a time from it; None if it says none."""
    days = (_day(text, recipe.zone(), recipe.date_order) for text in recipe.from_id("time", article_id))
    return next((day for day in days if day), None)


@lru_cache(maxsize=1024)  # most articles of a run are of a few days
def _day(text: str, zone: ZoneInfo, order: DateOrder | None) -> date | None:
    with suppress(TimeFormatError):
        # The day in an id is believed, whatever the year.
        return read_time(text, zone, NEVER_FETCHED, order=order).moment.date()
    return None


class Chosen(NamedTuple):
    """The time of an article, in its source's zone; the text that says it, the rule that gave this text, and its
    form."""

    moment: datetime
    text: str
    rule: str
    form: str


def choose_time(
    said: Iterable[tuple[str, str]],
    zone: ZoneInfo,
    fetched: datetime,
    *,
    order: DateOrder | None = None,
    day: date | None = None,
) -> Chosen:
    """Return the time of an article by the first text that can be believed; empty texts are passed over.

    said: texts and the rules that gave them, in the order in which to believe them. If a text can be read in two ways,
    the others that can be read in only one way decide. zone, fetched, order, day: as for `read_time`.

    Raises TimeFormatError, with what is wrong with the first text, when none can be believed.
    """
    texts = [(text.strip(), rule) for text, rule in said if text.strip()]
    problem = ""
    for number, (text, rule) in enumerate(texts):
        # The others are read only if this text is ambiguous.
        others = (other for other, _ in texts[:number] + texts[number + 1 :])
        near = _readable(others, zone, fetched, order, day)
        try:
            moment, form = read_time(text, zone, fetched, order=order, day=day, near=near)
        except TimeFormatError as error:
            problem = problem or str(error)
        else:
            return Chosen(moment, text, rule, form)
    raise TimeFormatError(problem or "no time")


def listed_time(text: str, recipe: Recipe, article_id: str, fetched: datetime) -> datetime | None:
    """Return when an article was published by what a listing says, by the same rules as its own page; None if what it
    says cannot be believed. fetched: when the listing was read."""
    with suppress(TimeFormatError):
        day = id_day(recipe, article_id)
        return read_time(text, recipe.zone(), fetched, order=recipe.date_order, day=day).moment
    return None


def _readable(
    texts: Iterable[str], zone: ZoneInfo, fetched: datetime, order: DateOrder | None, day: date | None
) -> Iterator[datetime]:
    for text in texts:
        with suppress(TimeFormatError):
            yield read_time(text, zone, fetched, order=order, day=day).moment
