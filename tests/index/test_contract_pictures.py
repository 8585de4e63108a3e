"""Pictures: which have come, which are due, which posts wait for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.index.fail import RETRY_WAITS
from archiver.index.pictures import Asset, FailedPicture, WaitingPictures, WantedPicture
from tests.index.values import NOW, capture, digest, key, save

if TYPE_CHECKING:
    from archiver.index import Index

ONE, TWO = "http://news.example/1.jpg", "http://cdn.example/2.png"


def asset(text: str = "picture", number: int | None = None) -> Asset:
    """A file of a picture, of an answer that was captured if it has a number."""
    where = None if number is None else capture(number)
    return Asset(f"_assets/{digest(text).hex()}.jpg", digest(text), len(text), 800, 600, where)


def want(index: Index, *addresses: str, at: int = NOW) -> None:
    index.pictures.want([WantedPicture(address) for address in addresses], at)


def claimed(index: Index, run: int, at: int = NOW, limit: int = 9) -> list[str]:
    return [one.address for one in index.pictures.claim(run, limit, at)]


def test_a_picture_is_asked_for_once_in_a_run_until_it_comes(index: Index) -> None:
    full = WantedPicture(ONE, "http://news.example/a", "web", (f"{ONE}?w=2000", ONE))
    index.pictures.want([full, WantedPicture(TWO)], NOW)
    index.pictures.want([WantedPicture(ONE)], NOW + 1)  # it is known: what was said of it stays
    assert index.pictures.due_among([ONE, "http://nobody.example/"], 1, NOW) == [full]
    assert index.pictures.due_among([ONE], 1, NOW) == []
    assert claimed(index, 1) == [TWO]
    assert claimed(index, 1) == []
    assert claimed(index, 2, limit=1) == [TWO]  # nothing came of it: it is still due
    index.pictures.keep({ONE: asset(number=1)}, NOW)
    assert index.pictures.paths([ONE, TWO]) == {ONE: asset().path}
    assert index.pictures.arrivals([ONE, TWO]) == {ONE: NOW}
    assert claimed(index, 3) == [TWO]
    assert index.pictures.assets([asset().path, "_assets/none"]) == {asset().path: asset(number=1)}


def test_an_address_keeps_the_picture_that_came_first(index: Index) -> None:
    want(index, ONE)
    index.pictures.keep({ONE: asset(), TWO: asset()}, NOW)  # one file, two addresses
    index.pictures.keep({ONE: asset("another")}, NOW + 1)
    assert index.pictures.paths([ONE, TWO]) == {ONE: asset().path, TWO: asset().path}
    index.pictures.fail([FailedPicture(ONE, "HTTP status 500")], NOW + 2)
    assert claimed(index, 1, NOW + RETRY_WAITS[-1]) == []
    assert index.pictures.counts() == (2, 0, 0)


def test_what_waits_is_counted_with_the_reasons(index: Index) -> None:
    assert index.pictures.waiting(NOW) == WaitingPictures()
    want(index, ONE, TWO, "https://a.example/3.png", "https://a.example/4.png", "https://a.example/5.png")
    index.pictures.keep({ONE: asset()}, NOW)
    index.pictures.fail([FailedPicture("https://a.example/3.png", "no picture", for_good=True)], NOW)
    index.pictures.fail([FailedPicture("https://a.example/4.png", "HTTP status 500")], NOW - 1)
    index.pictures.fail([FailedPicture("https://a.example/5.png", "HTTP status 404")], NOW)
    reasons = (("HTTP status 404", 1), ("HTTP status 500", 1))
    assert index.pictures.waiting(NOW) == WaitingPictures(1, 2, NOW - 1 + RETRY_WAITS[0], reasons)
    assert index.pictures.waiting(NOW + RETRY_WAITS[0]) == WaitingPictures(3)


def test_one_that_does_not_come_is_asked_for_later_and_later_and_in_the_end_no_more(index: Index) -> None:
    want(index, ONE, TWO)
    now = NOW
    for number, wait in enumerate(RETRY_WAITS, 1):
        index.pictures.fail([FailedPicture(ONE, "HTTP status 500")], now)
        assert ONE not in claimed(index, 2 * number, now + wait - 1)
        now += wait
        assert ONE in claimed(index, 2 * number + 1, now)
    assert index.pictures.counts() == (0, 2, 0)
    index.pictures.fail([FailedPicture(ONE, "HTTP status 500"), FailedPicture(TWO, "no picture", for_good=True)], now)
    assert claimed(index, 99, now + 10 * RETRY_WAITS[-1]) == []
    assert index.pictures.counts() == (0, 0, 2)


def test_posts_that_wait_for_a_picture_are_known_when_it_comes(index: Index) -> None:
    for name in "abc":
        save(index, name)
    want(index, ONE, TWO)
    index.pictures.wait({key("a"): [ONE, "http://nobody.wants/it"], key("b"): [ONE, TWO], key("none"): [ONE]})
    assert index.pictures.ready(9) == []
    index.pictures.keep({ONE: asset()}, NOW)
    assert index.pictures.ready(9) == [key("a"), key("b")]
    assert index.pictures.ready(1) == [key("a")]
    index.pictures.wait({key("a"): [], key("b"): [TWO]})
    assert index.pictures.ready(9) == []
    index.pictures.keep({TWO: asset()}, NOW)
    assert index.pictures.ready(9) == [key("b")]


def test_manifests_have_pictures(index: Index) -> None:
    index.pictures.keep({ONE: asset(), TWO: asset("another")}, NOW)
    files = sorted((one.path, one.sha256) for one in (asset(), asset("another")))
    assert list(index.manifests.unlisted()) == files
    assert [one.in_manifest for one in index.manifests.files()] == [False, False]
    index.manifests.list_all(1)
    assert list(index.manifests.unlisted()) == []
    index.pictures.keep({ONE: asset()}, NOW + 1)
    assert [one.in_manifest for one in index.manifests.files()] == [True, True]
