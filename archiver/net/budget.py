"""How much a run may ask: so many requests, for so long; what is left over is for the next run."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from math import isfinite
from typing import TYPE_CHECKING, Protocol

from scrapy import signals
from scrapy.exceptions import IgnoreRequest

from archiver.signals import archive_failed, given_up

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any, Self, TypeVar

    from scrapy import Request
    from scrapy.core.downloader import Downloader
    from scrapy.crawler import Crawler

    T = TypeVar("T")

GRACE = 5.0  # seconds in which what is in hand may still become posts, when nothing more is asked for
AT_A_TIME = 20  # requests that a worker takes of those that it shares with others
GIVEN_UP = "the run is over, and this was not there in time"


class Sharing(Protocol):
    """What workers have together."""

    async def take_requests(self, most: int) -> int:
        """Return how many requests more this one may make, up to `most`."""

    async def leave_requests(self, count: int) -> None:
        """Leave so many of these to others."""


class BudgetSpentError(IgnoreRequest):
    """A request that is not made, because the run has made all that it may. It has not failed."""


class BudgetMiddleware:
    """Lets ARCHIVER_MAX_REQUESTS requests pass (retries and robots.txt count), and none after ARCHIVER_MAX_SECONDS.
    Workers share the requests of their run, and take some at a time."""

    def __init__(self, requests: float, seconds: float) -> None:
        self._requests = requests or float("inf")
        self._end = time.monotonic() + seconds if seconds else float("inf")
        self._crawler: Crawler | None = None
        self._downloader: Downloader | None = None  # when there is one
        self._over = asyncio.Event()  # nothing waits any more
        self._in_hand: set[asyncio.Task[Any]] = set()  # what is given up in the end
        self._given_up = False
        self._shared: Sharing | None = None
        self._taking = asyncio.Lock()
        self._is_taken = False  # all that workers share
        self.made = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of a crawl."""
        requests = crawler.settings.getfloat("ARCHIVER_MAX_REQUESTS")
        seconds = crawler.settings.getfloat("ARCHIVER_MAX_SECONDS")
        budget = cls(requests, seconds)
        budget._crawler = crawler
        crawler.signals.connect(budget.give_up, archive_failed)
        crawler.signals.connect(budget.spider_opened, signals.spider_opened)
        return budget

    @property
    def spent(self) -> bool:
        """Whether no further request will be made."""
        none_left = self.made >= self._requests and (self._shared is None or self._is_taken)
        return none_left or time.monotonic() >= self._end

    @property
    def left(self) -> float:
        """The seconds that are left, perhaps without an end."""
        return max(self._end - time.monotonic(), 0)

    def share(self, shared: Sharing) -> None:
        """Have all workers of the run make as many requests together as this one may, if that is limited."""
        if isfinite(self._requests):
            self._shared, self._requests = shared, 0

    async def leave_unused(self) -> None:
        """Leave to other workers what this one does not need now."""
        if self._shared and (unused := self._requests - self.made):
            self._requests = self.made
            await self._shared.leave_requests(round(unused))

    async def process_request(self, request: Request) -> None:  # noqa: ARG002
        """Count a request. Raises BudgetSpentError for one that is too many."""
        self.look_at_the_clock()
        if self._shared:
            await self._take(self._shared)
        if self.made >= self._requests:
            raise BudgetSpentError("the run has made all requests that it may (ARCHIVER_MAX_REQUESTS)")
        self.made += 1

    async def _take(self, shared: Sharing) -> None:
        async with self._taking:
            while self.made >= self._requests and not self._is_taken:
                room = await shared.take_requests(AT_A_TIME)
                self._requests += room
                self._is_taken = not room

    def look_at_the_clock(self) -> None:
        """Raise BudgetSpentError when time is up. The download handler calls this: a request may have waited long for
        its turn."""
        if time.monotonic() >= self._end:
            raise BudgetSpentError("the time of the run is up (ARCHIVER_MAX_SECONDS)")

    async def sleep(self, seconds: float) -> None:
        """Wait, but not longer than the run may take. Raises BudgetSpentError if that is over before."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), min(seconds, self.left))
        self.look_at_the_clock()

    async def in_hand(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what `work` returns. Raises BudgetSpentError if it is given up before."""
        if self._given_up:
            work.close()
            raise BudgetSpentError(GIVEN_UP)
        task = asyncio.ensure_future(work)
        self._in_hand.add(task)
        try:
            return await task
        except asyncio.CancelledError as error:
            if self._given_up:
                raise BudgetSpentError(GIVEN_UP) from error
            raise
        finally:
            self._in_hand.discard(task)

    def spider_opened(self) -> None:
        """End the run when its time is up."""
        assert self._crawler is not None
        assert self._crawler.engine is not None
        self._downloader = self._crawler.engine.downloader
        if isfinite(self.left):
            asyncio.get_running_loop().call_later(self.left, self.end_now)

    def end_now(self) -> None:
        """End the run: what waits for its turn is not asked for any more, and learns that at once; what is in hand has
        GRACE seconds."""
        self._stop_waiting()
        asyncio.get_running_loop().call_later(GRACE, self.give_up)

    def give_up(self) -> None:
        """End the run, and let nothing that is in hand go on."""
        self._given_up = True
        self._stop_waiting()
        for task in list(self._in_hand):
            task.cancel()
        if self._crawler:
            self._crawler.signals.send_catch_log(given_up)

    def _stop_waiting(self) -> None:
        self._end = min(self._end, time.monotonic())
        self._over.set()
        if self._downloader is None:
            return
        for slot in self._downloader.slots.values():
            slot.delay = 0
            if slot.latercall:
                slot.latercall.cancel()
                slot.latercall = None
            self._downloader._process_queue(slot)
