"""robots.txt, obeyed; a host that cannot be reached is reported once, by the article that needed it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares import robotstxt

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class QuietRobotsTxtMiddleware(robotstxt.RobotsTxtMiddleware):
    """Scrapy's middleware, without a traceback for each robots.txt that could not be had."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        robotstxt.logger.setLevel(logging.CRITICAL)
