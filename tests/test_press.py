"""A press of thirty sites: however each lists its articles, all are found and fetched once, and copies are known."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from bench.press_sites import KINDS, PLACES, SITES, make_press
from tests.press import Press, press
from tests.web import archive, web

if TYPE_CHECKING:
    from tests.conftest import Archive

__all__ = ["archive", "press", "web"]  # fixtures
EACH = 1


def test_all_is_found_once_and_nothing_new_costs_next_to_nothing(archive: Archive, press: Press) -> None:
    made = make_press(EACH)
    for address, sheet in made.sheets.items():
        press.put(address, sheet.body, sheet.content_type)
    assert len(made.homes) == SITES
    archive.archiver("follow", *made.homes)
    done = archive.crawl("web", "--no-progress")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == f"{SITES * (EACH + 1)} written, 0 unchanged, 0 failed"
    asked = Counter(one.partition("?")[0] for one in press.asked)
    # Articles, and what the survey of their site has read, are asked for once.
    assert {one: asked[one] for one in made.sheets if asked[one] != 1 and not one.endswith("/robots.txt")} == {}
    groups = [json.loads(line) for line in archive.archiver("duplicates", "--json").stdout.splitlines()]
    assert sorted(sorted(one["address"].partition("?")[0] for one in group) for group in groups) == sorted(
        map(sorted, made.copies)
    )
    press.asked.clear()
    again = archive.crawl("web", "--no-progress")
    assert (again.returncode, again.stdout.splitlines()[-1]) == (0, "0 written, 0 unchanged, 0 failed")
    assert set(press.asked) == press.not_modified  # all of it with the version that is known
    assert len(press.asked) == SITES


def test_every_way_of_listing_is_in_the_press() -> None:
    made = make_press(1, sites=len(KINDS))
    assert len(made.articles) == 2 * len(KINDS)
    assert {address.partition(".example/")[2] for address in made.sheets} >= {*PLACES.values(), "map.xml", "maps.xml"}
