"""Retries that wait: as long as the site asks for, or twice as long each time. After an answer that speaks for the
whole site, all requests to it wait."""

from __future__ import annotations

import asyncio
import logging
import math
import random
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest

from archiver.clock import SECOND, micros, moment, now
from archiver.crawl_archive import MAX_HOST_REST_MICROS, archive_of
from archiver.net.budget import BudgetMiddleware
from archiver.net.pause import Pause
from archiver.private import authority

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

    from archiver.crawl_archive import ArchiveExtension

logger = logging.getLogger(__name__)

# Answers that speak for the whole site, not for one address (RFC 9110, 15.6.4; RFC 6585, 4).
SITE_WIDE_STATUSES = frozenset({429, 503})
JITTER = 0.25


class BackoffMiddleware(RetryMiddleware):
    """Scrapy's retries (RETRY_TIMES, RETRY_HTTP_CODES, RETRY_EXCEPTIONS) with waiting.

    The first retry waits ARCHIVER_BACKOFF seconds, each further one twice as long as the one before, or as long as
    `Retry-After` says if that is longer. After 429 and 503 no request goes to that host meanwhile. If `Retry-After`
    asks for more than ARCHIVER_RETRY_AFTER_MAX seconds, there is no retry: the request has failed, and until that time
    no run asks the host again. A host whose robots.txt asks for more than that between requests gets one request, and
    then neither this run nor another one asks it until that time has passed.
    """

    def __init__(self, settings: BaseSettings, archive: ArchiveExtension) -> None:
        super().__init__(settings)
        self._first_wait = settings.getfloat("ARCHIVER_BACKOFF")
        self._longest_wait = settings.getfloat("ARCHIVER_RETRY_AFTER_MAX")
        self.pause = Pause(self._sleep)
        self._archive = archive  # knows the hosts that asked for a rest, in this run and in earlier ones
        self._why: dict[str, str] = {}  # by host, what asked for a rest in this run: Retry-After or Crawl-delay
        self._one_only: dict[str, float] = {}  # hosts that get one request, and seconds to leave them alone after it

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of a crawl."""
        middleware = cls(crawler.settings, archive_of(crawler))
        middleware.crawler = crawler
        return middleware

    async def process_request(self, request: Request) -> None:
        """Raise IgnoreRequest for a host that asked to be left alone for longer than we wait."""
        self.refuse(request)

    def refuse(self, request: Request) -> None:
        """Raise IgnoreRequest for a host that asked to be left alone for longer than we wait; for a shorter rest, hold
        its requests back. The download handler calls this again when the turn of a request has come."""
        host = authority(request.url)
        resume = self._archive.hosts.get(host, 0)
        rest = (resume - now()) / SECOND
        if rest > self._longest_wait:
            until = moment(resume).astimezone().isoformat(" ", "minutes")
            why = self._why.get(host, "Retry-After or Crawl-delay")
            raise IgnoreRequest(f"the site asked to be left alone until {until} ({why})")
        if rest > 0:
            self.pause.hold(host, rest)

    def take_turn(self, request: Request) -> None:
        """Note that `request` is made now. Raises IgnoreRequest if it must not be made."""
        self.refuse(request)
        host = authority(request.url)
        if host in self._one_only:
            self._close(host, self._one_only[host], "Crawl-delay")

    def ask_once(self, host: str, delay: float) -> bool:
        """Return whether `delay`, the seconds between requests that `host` asks for, is longer than we wait.

        If it is, the host gets one request, and is left alone for `delay` seconds after that. A run that lasts longer
        asks it once more then.
        """
        if delay <= self._longest_wait:
            return False
        self._one_only[host] = delay
        return True

    def _close(self, host: str, rest: float, why: str) -> None:
        """Leave `host` alone for `rest` seconds (at most MAX_HOST_REST_MICROS), in this run and in others."""
        self._why[host] = why
        self._archive.hold_host(host, now() + math.ceil(min(rest, MAX_HOST_REST_MICROS / SECOND)) * SECOND)

    def notice(self, request: Request, response: Response) -> None:
        """Hold back the host of `request` if `response` asks for it. The download handler calls this at once: by the
        time that middlewares see a response, the next request is already on its way."""
        if response.status in SITE_WIDE_STATUSES:
            host = authority(request.url)
            wait = retry_after(response)
            if wait > self._longest_wait:
                self._close(host, wait, "Retry-After")
                return
            if wait:
                self._archive.hold_host(host, now() + math.ceil(wait) * SECOND)
            self.pause.hold(host, min(max(wait, self._wait(request)), self._longest_wait))

    async def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Return `request` to try it again, after waiting, or the response."""
        if response.status not in self.retry_http_codes or request.meta.get("dont_retry"):
            return response
        wait = retry_after(response)
        if wait > self._longest_wait:
            return response
        return await self._again(request, f"status {response.status}", max(wait, self._wait(request))) or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:  # type: ignore[override]
        """Return `request` to try it again, after waiting, or None for a failure that stays one."""
        if not isinstance(exception, self.exceptions_to_retry) or request.meta.get("dont_retry"):
            return None
        return await self._again(request, exception, self._wait(request))

    async def _again(self, request: Request, reason: str | Exception, wait: float) -> Request | None:
        retry = self._retry(request, reason)
        if retry is None:
            return None
        logger.info("Retrying %s in %.1f s: %s", request.url, wait, reason)
        await self._sleep(wait)
        return retry

    async def _sleep(self, wait: float) -> None:
        """Wait `wait` seconds. Raises BudgetSpentError if the time of the run is up before."""
        budget = self.crawler.get_downloader_middleware(BudgetMiddleware)
        await (budget.sleep(wait) if budget else asyncio.sleep(wait))

    def _wait(self, request: Request) -> float:
        """Return the seconds to wait before the next try if the site does not ask for longer."""
        tries: int = request.meta.get("retry_times", 0)
        doubled: float = self._first_wait * 2.0**tries
        return min(doubled, self._longest_wait) * random.uniform(1, 1 + JITTER)


def retry_after(response: Response) -> float:
    """Return the seconds for which `response` asks to be left alone (Retry-After; RFC 9110, 10.2.3); 0 if it does not,
    or if the header cannot be understood."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isdecimal():
        return float(value)
    try:
        resume = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # no date, or one with numbers that no date has
        return 0.0
    if resume.tzinfo is None:
        resume = resume.replace(tzinfo=UTC)
    return max(0.0, (micros(resume) - now()) / SECOND)
