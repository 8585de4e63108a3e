"""Which articles the user wants to have exported."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, NamedTuple

from archiver.clock import micros
from archiver.errors import UsageError
from archiver.moments import read_since
from archiver.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from archiver.recipes import Recipe

MAX_COUNT = 2**63 - 1  # the largest number that SQLite takes


class Selection(NamedTuple):
    """Which articles are wanted: all, unless something is said."""

    since: int | None = None  # saved then or later: microseconds since 1970, negative for earlier times
    recipe: str = ""
    listing: str = ""  # RECIPE/LISTING
    query: tuple[str, ...] = ()  # words, all of which must be in the title or the text
    last: int = 0  # only so many that were published last, the newest first; 0: all, in the order of saving


def select(recipes: Mapping[str, Recipe], since: str | datetime, source: str, query: str, last: int) -> Selection:
    """Return which articles are wanted: those saved `since` then, of a source (`SOURCE` or `SOURCE/LISTING`), with all
    words of the query, and only the `last` so many. Raises UsageError for an unknown source or listing, or a time that
    cannot be read."""
    recipe, _, listing = source.partition("/")
    if recipe and recipe not in recipes:
        near = did_you_mean(recipe, recipes)
        raise UsageError(f"source: {recipe}: no such source{near}; there are {', '.join(recipes)}")
    listings = recipes[recipe].listings if recipe else {}
    is_followed = recipe and recipes[recipe].is_web and "://" in listing
    if listing and not is_followed and (name := listing.partition("?")[0]) not in listings:
        near = did_you_mean(name, listings)
        raise UsageError(f"source: {recipe} has no listing {listing}{near}; it has {', '.join(listings)}")
    if not 0 <= last <= MAX_COUNT:
        raise UsageError(f"last: expected a number from 0 to {MAX_COUNT:,}")
    time = read_since(since)
    aware = time if time is None or time.tzinfo else time.replace(tzinfo=UTC)
    saved = None if aware is None else micros(aware)
    return Selection(saved, recipe, source if listing else "", tuple(query.casefold().split()), last)
