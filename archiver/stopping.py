"""The end of a crawl before it is done: at a signal (SIGINT, SIGTERM), or when its time is up (ARCHIVER_MAX_SECONDS).

Nothing more is asked for, and articles that have come have some seconds to become posts. Those that have not by then
are given up, and stay due; the run ends in good order. If it cannot (because a disk or a server does not answer, say),
the process is ended after some more seconds.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from scrapy import signals

from archiver.crawl_archive import archive_of
from archiver.extensions.report import SHUTDOWN_REASON
from archiver.interrupts import STOPPING_MESSAGE, Interrupts
from archiver.net.budget import BudgetMiddleware
from archiver.statuses import FAILED

if TYPE_CHECKING:
    import asyncio
    from contextlib import AbstractContextManager

    from scrapy.crawler import Crawler

TOO_LONG_MESSAGE = (
    "archiver: the time of the run is up (ARCHIVER_MAX_SECONDS), and what it was at did not end: the next run goes on "
    "there; if that does not end either, give it more time, or look at the disk and the index's server, if it has one"
)


class Stopping:
    """Ends a crawl early. A signal that comes before the engine runs is remembered until it does: Scrapy's own handling
    would lose it, and the crawl would not end."""

    def __init__(self, crawler: Crawler, loop: asyncio.AbstractEventLoop) -> None:
        self._crawler = crawler
        self._loop = loop
        self._started = False
        self._interrupts = Interrupts(lambda: loop.call_soon_threadsafe(self._stop), STOPPING_MESSAGE)
        crawler.signals.connect(self.engine_started, signals.engine_started)

    @property
    def signal(self) -> int:
        """The number of the signal that came, 0 if none did."""
        return self._interrupts.signal

    def taken(self) -> AbstractContextManager[None]:
        """Handle signals inside a `with` block; after it the former handlers are back."""
        return self._interrupts.taken()

    def engine_started(self) -> None:
        """Stop now if a signal has come already. Else, if the run has a limit of time, set the deadline for it."""
        self._started = True
        budget = self._crawler.get_downloader_middleware(BudgetMiddleware)
        if self.signal:
            self._stop()
        elif budget and isfinite(budget.left):
            self._loop.call_later(budget.left, self._interrupts.deadline.tell, FAILED, TOO_LONG_MESSAGE)

    def _stop(self) -> None:
        if not self._started:
            return
        if budget := self._crawler.get_downloader_middleware(BudgetMiddleware):
            budget.end_now()
        archive_of(self._crawler).close_spider(SHUTDOWN_REASON)
