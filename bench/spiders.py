"""What the archiver is measured beside: bare Scrapy spiders, which download the same answers and that is all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from scrapy.http import Response

# Scrapy as it comes, but silent, and without the ports that it would listen on.
DEFAULT = {"LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False}
AIOHTTP = "scrapy.core.downloader.handlers._aiohttp.AiohttpDownloadHandler"
# Whatever can go is gone. Other numbers of requests at once, other queues and no statistics do not make it faster.
TUNED = {
    **DEFAULT,
    "CONCURRENT_REQUESTS": 32,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 32,
    "CONCURRENT_ITEMS": 1,
    "LOG_FORMATTER": "archiver.logformatter.BriefLogFormatter",
    "TWISTED_REACTOR_ENABLED": False,
    "ASYNCIO_EVENT_LOOP": "uvloop.Loop",
    "DOWNLOAD_HANDLERS": {"http": AIOHTTP, "https": AIOHTTP, "data": None, "file": None, "ftp": None, "s3": None},
    "DOWNLOADER_MIDDLEWARES_BASE": {},
    "SPIDER_MIDDLEWARES_BASE": {},
    "EXTENSIONS_BASE": {},
    "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
    "WARN_ON_GENERATOR_RETURN_VALUE": False,
}


class DownloadSpider(Spider):
    """Downloads `urls`."""

    name = "download"

    def __init__(self, urls: Iterable[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.urls = list(urls)
        self.downloaded = 0

    async def start(self) -> AsyncIterator[Request]:
        """Yield the requests."""
        for url in self.urls:
            yield Request(url)

    def parse(self, response: Response) -> None:
        """Count the answer."""
        if response.status == 200 and response.body:
            self.downloaded += 1


class EagerDownloadSpider(DownloadSpider):
    """Schedules all requests at once.

    The engine takes one from `start` each time it has nothing to send. A server that answers at once keeps it in
    that state, which costs more than half as much again.
    """

    async def start(self) -> AsyncIterator[Request]:
        """Schedule the requests, and yield the last one."""
        *others, last = map(Request, self.urls)
        for request in others:
            self.crawler.engine.crawl(request)
        yield last
