"""Downloads through aiohttp, with names resolved under guard."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aiohttp import TCPConnector
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler

from archiver.net.guard import Guard, GuardedResolver

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class GuardedDownloadHandler(AiohttpDownloadHandler):
    """Scrapy's aiohttp handler, connecting only where `Guard` allows it."""

    experimental: ClassVar[bool] = False  # Scrapy's word; the tests run it with the version that is pinned
    lazy = True  # made at the first request: the guard asks the spider, which is there by then

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        connector = self._session.connector
        assert isinstance(connector, TCPConnector)
        # The handler makes its connector itself, and aiohttp has no way to give one another resolver later.
        connector._resolver = GuardedResolver(Guard.from_crawler(crawler), connector._resolver)
        # What Scrapy has a middleware for, that says it again on every request.
        self._DEFAULT_CONNECT_TIMEOUT = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")  # type: ignore[misc]
