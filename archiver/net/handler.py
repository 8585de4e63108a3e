"""Downloads through aiohttp, with names resolved under guard."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from aiohttp import TCPConnector
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler
from scrapy.http import Headers

from archiver.captures.exchange import Exchange, with_redirects
from archiver.net.backoff import BackoffMiddleware
from archiver.net.budget import BudgetMiddleware
from archiver.net.guard import Guard, GuardedResolver

if TYPE_CHECKING:
    from aiohttp import ClientResponse
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

EXCHANGES = "archiver_exchanges"  # in a request's meta: what crossed the wire for it, redirects first
_HEAD = "archiver_head"


class GuardedDownloadHandler(AiohttpDownloadHandler):
    """Scrapy's aiohttp handler, connecting only where `Guard` allows it, and to no host that is to be left alone."""

    experimental: ClassVar[bool] = False  # Scrapy's word; the tests run it with the version that is pinned
    lazy = True  # made at the first request: the guard asks the spider, which is there by then

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        connector = self._session.connector
        assert isinstance(connector, TCPConnector)
        # The handler makes its connector itself, and aiohttp has no way to give one another resolver later.
        connector._resolver = GuardedResolver(Guard.from_crawler(crawler), connector._resolver)
        self._backoff = crawler.get_downloader_middleware(BackoffMiddleware)
        self._budget = crawler.get_downloader_middleware(BudgetMiddleware)
        # What Scrapy has a middleware for, that says it again on every request.
        self._DEFAULT_CONNECT_TIMEOUT = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")  # type: ignore[misc]

    async def download_request(self, request: Request) -> Response:
        """Return the response to `request`. It waits here, where its turn has come, while the host is left alone."""
        if self._backoff:
            self._backoff.refuse(request)
            await self._backoff.pause.wait(urlsplit(request.url).netloc)
            self._backoff.refuse(request)
        if self._budget:
            self._budget.look_at_the_clock()
        asked = datetime.now(UTC)
        response = await super().download_request(request)
        status, version, reason, headers, sent, address = request.meta.pop(_HEAD)
        exchange = Exchange(
            request.url, request.method, sent, status, version, reason, headers, response.body, asked, address
        )
        request.meta[EXCHANGES] = with_redirects(request.meta.get(EXCHANGES, ()), exchange)
        if self._backoff:
            self._backoff.notice(request, response)
        return response

    @staticmethod
    def _extract_headers(response: ClientResponse) -> Headers:
        """Return the headers as they came: aiohttp makes text of them that bytes cannot always be made of again."""
        return Headers(list(response.raw_headers))

    @staticmethod
    def _build_base_response_args(response: ClientResponse, request: Request, headers: Headers) -> Any:
        """Return what Scrapy makes a response of; what it leaves out of that is noted in the request's meta."""
        arguments = AiohttpDownloadHandler._build_base_response_args(response, request, headers)  # type: ignore[arg-type]
        request.meta[_HEAD] = (
            response.status,
            arguments["protocol"],
            _as_bytes(response.reason or ""),
            tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers),
            tuple((_as_bytes(name), _as_bytes(value)) for name, value in response.request_info.headers.items()),
            "" if request.meta.get("proxy") else str(arguments["ip_address"]),
        )
        return arguments


def _as_bytes(text: str) -> str:
    """Return the bytes that `text` was on the wire, a character each: aiohttp takes them for UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")
