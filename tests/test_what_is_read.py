"""What of a source that is followed is read: of an index that tells no changes, and at a first look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archiver.index import ArticleKey, NamedSource, Sighting
from archiver.spiders.following import MAX_FIRST_ARTICLES, _ends, _first_looked_at
from archiver.spiders.lists import Item

MOMENT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "asked"),
    [(0, []), (1, [0]), (6, [0, 1, 2, 3, 4, 5]), (7, [0, 1, 2, 4, 5, 6]), (50, [0, 1, 2, 47, 48, 49])],
)
def test_an_index_that_tells_no_changes_has_what_is_new_at_an_end(count: int, asked: list[int]) -> None:
    maps = [NamedSource(f"https://harbour.example/{number}.xml", "sitemap", "", 0, None) for number in range(count)]
    assert [maps.index(one) for one in _ends(maps)] == asked


@pytest.mark.parametrize("dated", [True, False])
def test_a_first_look_wants_the_newest_and_knows_of_the_rest(*, dated: bool) -> None:
    """They stay in the order in which they are listed; where nothing is dated, the first are the newest."""
    ages = [number * 37 % 150 for number in range(150)]
    items = [
        Item(
            Sighting(ArticleKey("web", str(number)), "a feed", "page", {}, "", None),
            MOMENT - timedelta(hours=age) if dated else None,
        )
        for number, age in enumerate(ages)
    ]
    looked = _first_looked_at(items)
    assert [one.sighting.key.id for one in looked] == [str(number) for number in range(150)]
    wanted = [number for number, one in enumerate(looked) if one.sighting.form == "page"]
    newest = [number for number in range(150) if (ages[number] if dated else number) < MAX_FIRST_ARTICLES]
    assert wanted == newest
    assert {one.sighting.form for one in looked} == {"page", ""}
