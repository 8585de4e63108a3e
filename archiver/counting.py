"""How many articles a crawl will ask for, reported while it runs."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from scrapy import signals

from archiver.errors import ArchiverError
from archiver.signals import listing_read
from archiver.spiders.listing import ListingSpider

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler

MIN_INTERVAL_SECONDS = 1.0  # seconds between two counts: with many articles a count takes a while


class Total:
    """Counts whenever a listing has been read, and calls `tell` with the number. Counting the articles that wait takes
    time, so this is made only where somebody wants to see the number."""

    def __init__(self, crawler: Crawler, tell: Callable[[int], None]) -> None:
        self._crawler = crawler
        self._tell = tell
        self._more = False
        self._task: asyncio.Task[None] | None = None
        crawler.signals.connect(self.listing_read, listing_read, weak=False)  # nothing else refers to this object
        crawler.signals.connect(self.end, signals.spider_closed, weak=False)

    def listing_read(self) -> None:
        """Have the articles counted soon."""
        self._more = True
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._count())

    def end(self) -> None:
        """Stop counting."""
        if self._task:
            self._task.cancel()

    async def _count(self) -> None:
        spider = self._crawler.spider
        assert isinstance(spider, ListingSpider)
        while self._more:
            self._more = False
            with suppress(ArchiverError):  # the run meets the same error, and reports it
                self._tell(await spider.total())
            await asyncio.sleep(MIN_INTERVAL_SECONDS)
