"""robots.txt, obeyed as RFC 9309 has it, with its Crawl-delay."""

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
from archiver.net.handler import BEGINNING
from archiver.private import authority

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)

PARSED = 500 * 1024  # bytes of a robots.txt: RFC 9309, 2.5, asks for so many
LONGEST_USE = 30 * 86400 * SECOND  # for which the last one that came counts while it cannot be had: 2.3.1.4
SUCCESS, REDIRECT, SERVER_ERROR = 200, 300, 500


class UnreachableRobotsError(IgnoreRequest):
    """A request that is not made: the site's robots.txt cannot be had, and until it can all is forbidden."""


class Unreachable:
    """The robots.txt of a site that cannot be had (RFC 9309, 2.3.1.4). reason: why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


class RobotsMiddleware(robotstxt.RobotsTxtMiddleware):
    """Scrapy's middleware, which also waits between requests as long as `Crawl-delay` says. A robots.txt of which there
    is none (4xx) allows all; one that cannot be had forbids all, unless the last one that came is known."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        robotstxt.logger.setLevel(logging.CRITICAL)  # it logs a traceback for each that could not be had
        self._archive = archive_of(crawler)
        # One answer for all that wait for it: Scrapy gives it to the first of them only, and lets the others pass.
        self._asked: dict[str, asyncio.Future[RobotParser | Unreachable | None]] = {}
        crawler.signals.connect(self.slow_down, signals.robots_parsed)

    def process_request_2(self, rp: RobotParser | Unreachable | None, request: Request) -> None:
        """Raise IgnoreRequest for a request that is forbidden."""
        if isinstance(rp, Unreachable):
            raise UnreachableRobotsError(f"its robots.txt cannot be had, which forbids all the rest: {rp.reason}")
        super().process_request_2(rp, request)

    async def robot_parser(self, request: Request) -> RobotParser | Unreachable | None:  # type: ignore[override]
        """Return the rules of the site that `request` is for; None if it may be asked for all."""
        parts = urlsplit(request.url)
        rules = self._asked.get(parts.netloc)
        if rules is None:
            self._asked[parts.netloc] = rules = asyncio.ensure_future(
                self._ask(f"{parts.scheme}://{parts.netloc}/robots.txt", request)
            )
        return await asyncio.shield(rules)  # others wait for them, too

    async def _ask(self, address: str, request: Request) -> RobotParser | Unreachable | None:
        """Return what the robots.txt at `address` says."""
        meta = {"dont_obey_robotstxt": True, BEGINNING: PARSED}
        asked = Request(address, priority=self.DOWNLOAD_PRIORITY, meta=meta, callback=NO_CALLBACK)
        try:
            return await self._rules(asked, request)
        except Exception as error:  # whatever it is: nobody knows what is allowed
            return Unreachable(in_a_line(error))

    async def _rules(self, asked: Request, request: Request) -> RobotParser | Unreachable | None:
        """Return what the robots.txt that is `asked` for says."""
        assert self.crawler.engine is not None
        try:
            response = await self.crawler.engine.download_async(asked)
        except IgnoreRequest:  # a redirect that is not followed; or the run, or the host, is not to be asked at all
            return None
        except Exception as error:  # whatever a download fails with
            return await self._last_known(asked, request, explain_error(error))
        if response.status >= SERVER_ERROR:
            return await self._last_known(asked, request, f"HTTP status {response.status}")
        return await self._parsed(response.body, request) if _is_there(response) else None

    async def _last_known(self, asked: Request, request: Request, reason: str) -> RobotParser | Unreachable | None:
        """Return what the robots.txt said that came last, if that is not too long ago."""
        kept = await self._archive.kept_robots(asked.url, LONGEST_USE)
        if kept is None:
            return Unreachable(reason)
        logger.warning("%s cannot be had (%s): the one that came last counts", asked.url, reason)
        return await self._parsed(kept.body, request) if SUCCESS <= kept.status < REDIRECT else None

    async def _parsed(self, body: bytes, request: Request) -> RobotParser:
        parser: RobotParser = build_from_crawler(self._parserimpl, self.crawler, body[:PARSED])
        await self.crawler.signals.send_catch_log_async(signals.robots_parsed, robotparser=parser, request=request)
        return parser

    def slow_down(self, robotparser: RobotParser, request: Request) -> None:
        """Set the delay of the host that `request` is for, if its robots.txt asks for a longer one; a host that asks
        for longer than we wait gets one request, and is left to later runs."""
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
        # In the settings, since Scrapy drops a host's slot that has long been idle and makes it anew from these; and in
        # the slot that there is.
        downloader.per_slot_settings[key] = {**known, "delay": asked, "jitter": 0.0, "concurrency": 1}
        if slot := downloader.slots.get(key):
            slot.delay, slot.jitter, slot.concurrency = asked, 0.0, 1


def _is_there(response: Response) -> bool:
    """Return whether there is a robots.txt: else (3xx, 4xx) all may be asked for (RFC 9309, 2.3.1.3)."""
    return SUCCESS <= response.status < REDIRECT
