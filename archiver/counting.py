"""How many articles a crawl asks for, told while it runs."""

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

SPACING = 1.0  # seconds between two counts: of many articles one takes a while


class Total:
    """Counts again when listings have been read, and tells the number. It counts what waits, so nobody pays for it who
    does not look."""

    def __init__(self, crawler: Crawler, tell: Callable[[int], None]) -> None:
        self._crawler = crawler
        self._tell = tell
        self._more = False
        self._task: asyncio.Task[None] | None = None
        crawler.signals.connect(self.listing_read, listing_read, weak=False)  # nobody else holds this
        crawler.signals.connect(self.end, signals.spider_closed, weak=False)

    def listing_read(self) -> None:
        """Count soon."""
        self._more = True
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._count())

    def end(self) -> None:
        """Count no more."""
        if self._task:
            self._task.cancel()

    async def _count(self) -> None:
        spider = self._crawler.spider
        assert isinstance(spider, ListingSpider)
        while self._more:
            self._more = False
            with suppress(ArchiverError):  # which the run itself comes upon
                self._tell(await spider.total())
            await asyncio.sleep(SPACING)
