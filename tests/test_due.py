"""Articles that are due, of which each site's are asked for one after the other."""

from __future__ import annotations

import asyncio
from collections import deque
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from scrapy import Request

from archiver.article import Article
from archiver.spiders.listing import ListingSpider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CLAIM: Any = object()


@pytest.mark.parametrize(
    ("claiming", "idle", "goes_on"),
    [(0, True, False), (1, True, True), (0, False, True)],
    ids=["nothing", "a claim", "a request"],
)
def test_what_was_claimed_of_a_site_is_not_forgotten_while_something_is_on_its_way(
    monkeypatch: pytest.MonkeyPatch, *, claiming: int, idle: bool, goes_on: bool
) -> None:
    """A crawl that looks for more has nothing on its way; while it looks, what an index that was away gives late may
    be."""

    async def none(*_: object) -> AsyncIterator[Any]:
        for request in list[Any]():
            yield request

    async def nothing(*_: object) -> list[Any]:
        return []

    async def opened() -> Any:
        return SimpleNamespace(run=1)

    engine = SimpleNamespace(spider_is_idle=lambda: idle)
    spider: Any = ListingSpider.__new__(ListingSpider)
    spider._claiming, spider._places, spider._sites = claiming, (), {"s.example": deque([CLAIM])}
    spider._allotment = SimpleNamespace(recipes=nothing, sites_due=nothing)
    spider.crawler = SimpleNamespace(engine=engine)
    monkeypatch.setattr(ListingSpider, "archive", SimpleNamespace(open=opened))
    monkeypatch.setattr(ListingSpider, "_ask_listings", none)
    assert asyncio.run(spider._ask_for_some()) is goes_on
    assert spider._sites == ({"s.example": deque([CLAIM])} if goes_on else {})


def test_the_next_request_does_not_wait_until_the_post_is_written() -> None:
    """Scrapy goes on to the next thing that a callback yields when the post of an article is written."""
    article, other, request = (object.__new__(kind) for kind in (Article, Article, Request))

    learned: list[Article] = []

    class Spider(ListingSpider):
        async def read_answer(self) -> AsyncIterator[Any]:
            yield article
            yield other

        async def ask_after(self, reference: Any) -> AsyncIterator[Any]:  # noqa: ARG002
            assert learned == [article, other]  # so that the next one is not asked for if it is one of these
            yield request

        def learn(self, reference: Any, article: Article) -> None:  # noqa: ARG002
            learned.append(article)

        def _wanted_pictures(self, article: Article) -> list[Any]:
            return [object()] if article is other else []

        @property
        def pictures(self) -> Any:
            return SimpleNamespace(fetch=self.fetch)

        async def fetch(self, wanted: list[Any]) -> None:
            assert len(wanted) == 1

    async def collected() -> list[Any]:
        spider: Any = Spider.__new__(Spider)
        return [one async for one in spider._requests_first(None, spider.read_answer())]

    found = asyncio.run(collected())
    assert [id(one) for one in found] == [id(request), id(article), id(other)]


@pytest.mark.parametrize(
    ("limit", "named", "asked"),
    [
        (0, False, [20, 40, 80, 160, 160]),  # 370: the last time there were fewer, so there are no more
        (0, True, [20, 40, 80, 160, 160, 160]),  # a listing named more meanwhile: it is looked for them
        (9, False, [20, 40, 80, 160, 160, 160]),  # a limit may have given fewer than there are
    ],
    ids=["all", "a listing names more", "a limit"],
)
def test_of_a_site_ever_more_is_claimed_until_there_are_no_more(
    monkeypatch: pytest.MonkeyPatch, *, limit: int, named: bool, asked: list[int]
) -> None:
    left, sizes, ended = [370], list[int](), list[str]()

    async def claim(_: Any, __: Any, most: int, *___: Any) -> list[Any]:
        sizes.append(most)
        given = min(most, left[0])
        left[0] -= given
        if named:
            spider.go_on_with(["s.example", "elsewhere.example"])
        return [CLAIM] * given

    async def end_site(site: str) -> bool:
        ended.append(site)
        return False

    async def nothing(*_: object) -> None:
        return None

    async def opened() -> Any:
        return SimpleNamespace(run=1)

    async def all_of_it() -> int:
        count = 0
        while requests := [one async for one in spider._go_on_with("s.example")]:
            count += len(requests)
        return count

    spider: Any = ListingSpider.__new__(ListingSpider)
    spider._claiming, spider._places, spider._sites, spider._learned = 0, (), {}, set()
    spider.asked, spider.limit = 0, limit
    spider._allotment = SimpleNamespace(claim=claim, end_site=end_site, return_quota=nothing, is_spent=False)
    monkeypatch.setattr(ListingSpider, "archive", SimpleNamespace(open=opened, failure=None, is_ending=False))
    monkeypatch.setattr(ListingSpider, "_budget", None)
    monkeypatch.setattr(ListingSpider, "_is_too_old", lambda *_: False)
    monkeypatch.setattr(ListingSpider, "_reference", lambda *_: SimpleNamespace(address="https://s.example/1"))
    monkeypatch.setattr(ListingSpider, "_requests", lambda *_: iter([object()]))
    assert asyncio.run(all_of_it()) == 370
    assert (sizes, ended) == (asked, ["s.example"])
