"""robots.txt, obeyed, with its Crawl-delay; a host that cannot be reached is reported once, by what needed it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.downloadermiddlewares import robotstxt

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)


class QuietRobotsTxtMiddleware(robotstxt.RobotsTxtMiddleware):
    """Scrapy's middleware, which also waits between requests as long as `Crawl-delay` says, and without a traceback
    for each robots.txt that could not be had."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        robotstxt.logger.setLevel(logging.CRITICAL)
        crawler.signals.connect(self.slow_down, signals.robots_parsed)

    def slow_down(self, robotparser: RobotParser, request: Request) -> None:
        """Set the delay of the host that `request` is for, if its robots.txt asks for a longer one."""
        asked = robotparser.crawl_delay(self._robotstxt_useragent or self._default_useragent)
        assert self.crawler.engine is not None
        downloader = self.crawler.engine.downloader
        key = downloader.get_slot_key(request)
        known = downloader.per_slot_settings.get(key, {})
        delay = known.get("delay", self.crawler.settings.getfloat("DOWNLOAD_DELAY"))
        if asked is None or asked <= delay:
            return
        logger.info("%s asks for %.1f s between requests (Crawl-delay)", key, asked)
        # A slot that has long been idle is made anew, from the settings.
        downloader.per_slot_settings[key] = {**known, "delay": asked, "jitter": 0.0, "concurrency": 1}
        if slot := downloader.slots.get(key):
            slot.delay, slot.jitter, slot.concurrency = asked, 0.0, 1
