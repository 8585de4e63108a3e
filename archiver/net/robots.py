"""robots.txt, obeyed as RFC 9309 says, and its Crawl-delay, which is not in that RFC."""

from __future__ import annotations

import asyncio
import logging
import math
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.downloadermiddlewares import robotstxt
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.misc import build_from_crawler

from archiver.clock import SECOND
from archiver.crawl_archive import archive_of
from archiver.errors import in_a_line
from archiver.net.backoff import BackoffMiddleware
from archiver.net.failures import explain_error
from archiver.net.handler import BEGINNING_META_KEY
from archiver.private import authority

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)

MAX_PARSED_BYTES = 500 * 1024  # bytes of a robots.txt that are parsed: the least that RFC 9309, 2.5, requires
MAX_USE_MICROS = 30 * 86400 * SECOND  # so long an earlier one counts when it cannot be had now (RFC 9309, 2.3.1.4)
FIRST_SUCCESS, FIRST_REDIRECT, FIRST_SERVER_ERROR = 200, 300, 500


class UnreachableRobotsError(IgnoreRequest):
    """A request that is not made: while the site's robots.txt cannot be had, all of the site is forbidden."""


class Unreachable:
    """Stands for a robots.txt that cannot be had (RFC 9309, 2.3.1.4). reason: why it cannot."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


class RobotsMiddleware(robotstxt.RobotsTxtMiddleware):
    """Scrapy's middleware, which also waits between requests as long as `Crawl-delay` says. A site without a robots.txt
    (status 4xx) allows all. One whose robots.txt cannot be had forbids all, unless an earlier robots.txt is known."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        robotstxt.logger.setLevel(logging.CRITICAL)  # it would log a traceback for each that could not be had
        self._archive = archive_of(crawler)
        # All requests that wait for one robots.txt get its rules. With Scrapy's own code only the first of them does,
        # and the others pass unchecked.
        self._asked: dict[str, asyncio.Future[RobotParser | Unreachable | None]] = {}
        crawler.signals.connect(self.slow_down, signals.robots_parsed)

    def process_request_2(self, rp: RobotParser | Unreachable | None, request: Request) -> None:
        """Raise IgnoreRequest for a request that is forbidden."""
        if isinstance(rp, Unreachable):
            raise UnreachableRobotsError(f"its robots.txt cannot be had, which forbids all the rest: {rp.reason}")
        super().process_request_2(rp, request)

    async def robot_parser(self, request: Request) -> RobotParser | Unreachable | None:  # type: ignore[override]
        """Return the rules of the site that `request` is for; None if the site allows all."""
        parts = urlsplit(request.url)
        rules = self._asked.get(parts.netloc)
        if rules is None:
            self._asked[parts.netloc] = rules = asyncio.ensure_future(
                self._ask(f"{parts.scheme}://{parts.netloc}/robots.txt", request)
            )
        return await asyncio.shield(rules)  # others wait for them, too

    async def _ask(self, address: str, request: Request) -> RobotParser | Unreachable | None:
        """Return the rules of the robots.txt at `address`, as `robot_parser` does."""
        meta = {"dont_obey_robotstxt": True, BEGINNING_META_KEY: MAX_PARSED_BYTES}
        asked = Request(address, priority=self.DOWNLOAD_PRIORITY, meta=meta, callback=NO_CALLBACK)
        try:
            return await self._rules(asked, request)
        except Exception as error:  # whatever it is: what is allowed is not known
            return Unreachable(in_a_line(error))

    async def _rules(self, asked: Request, request: Request) -> RobotParser | Unreachable | None:
        """Return the rules of the robots.txt that the request `asked` is for."""
        assert self.crawler.engine is not None
        try:
            response = await self.crawler.engine.download_async(asked)
        # A redirect that is not followed; or the budget of the run is spent, or the host asked to be left alone: then
        # the request itself will not be made either.
        except IgnoreRequest:
            return None
        except Exception as error:  # whatever a download fails with
            return await self._last_known(asked, request, explain_error(error))
        if response.status >= FIRST_SERVER_ERROR:
            return await self._last_known(asked, request, f"HTTP status {response.status}")
        return await self._parsed(response.body, request) if _is_there(response) else None

    async def _last_known(self, asked: Request, request: Request, reason: str) -> RobotParser | Unreachable | None:
        """Return the rules of the robots.txt that came last, if that is not too long ago; else `Unreachable`."""
        kept = await self._archive.kept_robots(asked.url, MAX_USE_MICROS)
        if kept is None:
            return Unreachable(reason)
        logger.warning("%s cannot be had (%s): the one that came last counts", asked.url, reason)
        return await self._parsed(kept.body, request) if FIRST_SUCCESS <= kept.status < FIRST_REDIRECT else None

    async def _parsed(self, body: bytes, request: Request) -> RobotParser:
        parser: RobotParser = build_from_crawler(self._parserimpl, self.crawler, body[:MAX_PARSED_BYTES])
        await self.crawler.signals.send_catch_log_async(signals.robots_parsed, robotparser=parser, request=request)
        return parser

    def slow_down(self, robotparser: RobotParser, request: Request) -> None:
        """Set the delay of the host that `request` is for, if its robots.txt asks for a longer one. A host that asks
        for a longer delay than we wait (ARCHIVER_RETRY_AFTER_MAX) gets one request, and is left to later runs."""
        asked = robotparser.crawl_delay(self._robotstxt_useragent or self._default_useragent)
        assert self.crawler.engine is not None
        downloader = self.crawler.engine.downloader
        key = downloader.get_slot_key(request)
        known = downloader.per_slot_settings.get(key, {})
        delay = known.get("delay", self.crawler.settings.getfloat("DOWNLOAD_DELAY"))
        if asked is None or math.isnan(asked) or asked <= delay:
            return
        backoff = self.crawler.get_downloader_middleware(BackoffMiddleware)
        if backoff and backoff.ask_once(authority(request.url), asked):
            logger.warning(
                "%s asks for %.0f s between requests (Crawl-delay): one is made, later runs go on", key, asked
            )
            return
        logger.info("%s asks for %.1f s between requests (Crawl-delay)", key, asked)
        # Set in the settings, from which Scrapy makes a host's slot again after it was dropped for being idle, and in
        # the present slot.
        downloader.per_slot_settings[key] = {**known, "delay": asked, "jitter": 0.0, "concurrency": 1}
        if slot := downloader.slots.get(key):
            slot.delay, slot.jitter, slot.concurrency = asked, 0.0, 1


def _is_there(response: Response) -> bool:
    """Return whether the site has a robots.txt. If not (3xx, 4xx), it allows all (RFC 9309, 2.3.1.3)."""
    return FIRST_SUCCESS <= response.status < FIRST_REDIRECT
