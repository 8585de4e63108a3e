"""How much a run may ask: a number of requests, and a time. What it does not get to is left to the next run."""

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

GRACE_SECONDS = 5.0  # seconds, after the last request, in which what is in hand may still become posts
REQUESTS_AT_A_TIME = 20  # requests that a worker takes at a time from those that all workers share
GIVEN_UP_REASON = "the run is over, and this was not there in time"


class Sharing(Protocol):
    """The requests that the workers of a run share."""

    async def take_requests(self, most: int) -> int:
        """Return how many further requests this worker may make, up to `most`; 0: all are used up."""

    async def return_requests(self, count: int) -> None:
        """Give back `count` of these requests, for other workers."""


class BudgetSpentError(IgnoreRequest):
    """A request that is not made, or not waited for, because the budget of the run is spent. It has not failed."""


class BudgetMiddleware:
    """Lets ARCHIVER_MAX_REQUESTS requests pass (retries and robots.txt count), and none after ARCHIVER_MAX_SECONDS.
    Workers share the requests of their run, and take some at a time."""

    def __init__(self, requests: float, seconds: float) -> None:
        self._requests = requests or float("inf")
        self._end = time.monotonic() + seconds if seconds else float("inf")
        self._crawler: Crawler | None = None
        self._downloader: Downloader | None = None  # when there is one
        self._over = asyncio.Event()  # set when the run ends: nothing is to wait any more
        self._in_hand: set[asyncio.Task[Any]] = set()  # tasks of `in_hand`, which `give_up` cancels
        self._given_up = False
        self._shared: Sharing | None = None
        self._taking = asyncio.Lock()
        self._is_taken = False  # whether all requests that the workers share are used up
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
        """The seconds that are left; infinity if there is no limit."""
        return max(self._end - time.monotonic(), 0)

    def share(self, shared: Sharing) -> None:
        """Share the number of requests with the other workers of the run, if it is limited: from now on it is for all
        of them together. shared: where to take requests from."""
        if isfinite(self._requests):
            self._shared, self._requests = shared, 0

    async def return_unused(self) -> None:
        """Give back requests that this worker took and does not need now."""
        if self._shared and (unused := self._requests - self.made):
            self._requests = self.made
            await self._shared.return_requests(round(unused))

    async def process_request(self, request: Request) -> None:  # noqa: ARG002
        """Count a request. Raises BudgetSpentError if it may not be made any more."""
        self.look_at_the_clock()
        if self._shared:
            await self._take(self._shared)
        if self.made >= self._requests:
            raise BudgetSpentError("the run has made all requests that it may (ARCHIVER_MAX_REQUESTS)")
        self.made += 1

    async def _take(self, shared: Sharing) -> None:
        async with self._taking:
            while self.made >= self._requests and not self._is_taken:
                room = await shared.take_requests(REQUESTS_AT_A_TIME)
                self._requests += room
                self._is_taken = not room

    def look_at_the_clock(self) -> None:
        """Raise BudgetSpentError when time is up. The download handler calls this, too, since a request may have waited
        long for its turn."""
        if time.monotonic() >= self._end:
            raise BudgetSpentError("the time of the run is up (ARCHIVER_MAX_SECONDS)")

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds`, but no longer than the run may take. Raises BudgetSpentError if its time is up before."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), min(seconds, self.left))
        self.look_at_the_clock()

    async def in_hand(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what `work` returns. Raises BudgetSpentError if the run gives it up before (`give_up`)."""
        if self._given_up:
            work.close()
            raise BudgetSpentError(GIVEN_UP_REASON)
        task = asyncio.ensure_future(work)
        self._in_hand.add(task)
        try:
            return await task
        except asyncio.CancelledError as error:
            if self._given_up:
                raise BudgetSpentError(GIVEN_UP_REASON) from error
            raise
        finally:
            self._in_hand.discard(task)

    def spider_opened(self) -> None:
        """Have the run end when its time is up."""
        assert self._crawler is not None
        assert self._crawler.engine is not None
        self._downloader = self._crawler.engine.downloader
        if isfinite(self.left):
            asyncio.get_running_loop().call_later(self.left, self.end_now)

    def end_now(self) -> None:
        """End the run: requests that wait for their turn fail at once with BudgetSpentError; what is in hand has
        GRACE_SECONDS seconds to be finished."""
        self._stop_waiting()
        asyncio.get_running_loop().call_later(GRACE_SECONDS, self.give_up)

    def give_up(self) -> None:
        """End the run, and cancel what is in hand."""
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
