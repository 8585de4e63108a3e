"""A crawl that is told to stop (SIGINT, SIGTERM): it asks for nothing more, keeps what it has, and ends in seconds."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scrapy import signals

from archiver.crawl_archive import archive_of
from archiver.extensions.ending import Ending
from archiver.extensions.report import STOPPED
from archiver.net.budget import BudgetMiddleware

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from scrapy.crawler import Crawler

GRACE = 7.0  # seconds in which answers that are on their way may still come
NAMES = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """Ends a crawl at the first signal. One that comes before the engine runs is remembered until it does: Scrapy alone
    forgets it, and never ends. At the second signal the process ends at once; what is on disk is whole then, too."""

    def __init__(self, crawler: Crawler, loop: asyncio.AbstractEventLoop) -> None:
        self.signal = 0  # the first that came
        self._crawler = crawler
        self._loop = loop
        self._ending: asyncio.Future[None] | None = None
        crawler.signals.connect(self.engine_started, signals.engine_started)

    @property
    def status(self) -> int:
        """The exit status that says which signal it was, as shells have it."""
        return 128 + self.signal

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Take signals, and give them back in the end."""
        before = {name: signal.signal(name, self._take) for name in NAMES}
        try:
            yield
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)

    def engine_started(self) -> None:
        """Stop now, if a signal has come already."""
        if self.signal:
            self._stop()

    def _take(self, number: int, _: FrameType | None) -> None:
        if self.signal:
            os._exit(128 + number)
        self.signal = number
        os.write(
            sys.stderr.fileno(), b"archiver: stopping; again to stop at once\n"
        )  # a print may be interrupted itself
        self._loop.call_soon_threadsafe(self._stop)

    def _stop(self) -> None:
        engine = self._crawler.engine
        if self._ending is None and engine is not None and engine.running:
            self._ending = asyncio.ensure_future(self._end())

    async def _end(self) -> None:
        if budget := self._crawler.get_downloader_middleware(BudgetMiddleware):
            budget.end_now()
        archive_of(self._crawler).close_spider(STOPPED)
        await asyncio.sleep(GRACE)  # mostly the loop has ended by then
        if ending := self._crawler.get_extension(Ending):
            await ending.spider_closed(STOPPED)
        os._exit(self.status)
