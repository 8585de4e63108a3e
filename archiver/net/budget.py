"""How much a run may ask: so many requests, for so long; what is left over is for the next run."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.exceptions import IgnoreRequest

from archiver.signals import archive_failed

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler


class BudgetSpentError(IgnoreRequest):
    """A request that is not made, because the run has made all that it may. It has not failed."""


class BudgetMiddleware:
    """Lets ARCHIVER_MAX_REQUESTS requests pass (retries and robots.txt count), and none after ARCHIVER_MAX_SECONDS."""

    def __init__(self, requests: float, seconds: float) -> None:
        self._requests = requests or float("inf")
        self._end = time.monotonic() + seconds if seconds else float("inf")
        self._crawler: Crawler | None = None
        self.made = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware; without limits it waits for whoever ends the run."""
        requests = crawler.settings.getfloat("ARCHIVER_MAX_REQUESTS")
        seconds = crawler.settings.getfloat("ARCHIVER_MAX_SECONDS")
        budget = cls(requests, seconds)
        budget._crawler = crawler
        crawler.signals.connect(budget.end_now, archive_failed)
        if seconds:
            crawler.signals.connect(budget.wait_for_the_end, signals.spider_opened)
        return budget

    @property
    def spent(self) -> bool:
        """Whether no further request will be made."""
        return self.made >= self._requests or time.monotonic() >= self._end

    @property
    def left(self) -> float:
        """The seconds that are left, perhaps without an end."""
        return max(self._end - time.monotonic(), 0)

    def process_request(self, request: Request) -> None:  # noqa: ARG002
        """Count a request. Raises BudgetSpentError for one that is too many."""
        self.look_at_the_clock()
        if self.made >= self._requests:
            raise BudgetSpentError("the run has made all requests that it may (ARCHIVER_MAX_REQUESTS)")
        self.made += 1

    def look_at_the_clock(self) -> None:
        """Raise BudgetSpentError when time is up. The download handler calls this: a request may have waited long for
        its turn."""
        if time.monotonic() >= self._end:
            raise BudgetSpentError("the time of the run is up (ARCHIVER_MAX_SECONDS)")

    async def sleep(self, seconds: float) -> None:
        """Wait, but not longer than the run may take. Raises BudgetSpentError if that is over before."""
        await asyncio.sleep(min(seconds, self.left))
        self.look_at_the_clock()

    def wait_for_the_end(self) -> None:
        """Let nothing wait any more for its turn when time is up: what waits then learns that it is."""
        asyncio.get_running_loop().call_later(self.left, self._end_waiting)

    def end_now(self) -> None:
        """End the run: what waits for its turn is not asked for any more."""
        self._end = time.monotonic()
        self._end_waiting()

    def _end_waiting(self) -> None:
        if self._crawler is None or self._crawler.engine is None:
            return
        downloader = self._crawler.engine.downloader
        for slot in downloader.slots.values():
            slot.delay = 0
            if slot.latercall:
                slot.latercall.cancel()
                slot.latercall = None
            downloader._process_queue(slot)
