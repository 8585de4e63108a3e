"""Downloads through aiohttp: only from hosts that the guard allows, when it is their turn, and only whole answers."""

from __future__ import annotations

import asyncio
import errno
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple
from weakref import WeakValueDictionary

from aiohttp import ClientError, ClientPayloadError
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Headers
from scrapy.responsetypes import responsetypes
from scrapy.utils._download_handlers import make_response

from archiver.captures.body import WHOLE_STATUSES, open_body
from archiver.captures.decoding import TooLargeError, UnreadableBodyError, decode_beginning
from archiver.captures.exchange import Exchange, with_redirects
from archiver.captures.private import public_exchange
from archiver.clock import moment, now
from archiver.crawl_archive import archive_of
from archiver.errors import MachineError, with_advice
from archiver.net.backoff import BackoffMiddleware
from archiver.net.budget import BudgetMiddleware
from archiver.net.guard import Guard, GuardedConnector
from archiver.private import authority

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import ClientResponse
    from aiohttp.connector import Connection
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

EXCHANGES_META_KEY = "archiver_exchanges"  # in a request's meta: what was sent and received for it, redirects first
BEGINNING_META_KEY = "archiver_beginning"  # in a request's meta: how many bytes of the body are enough
MAX_INTERIM_ANSWERS = 20  # answers of status 1xx before the one that counts; a site sends one or two
# Bytes of a header, and number of headers, that a response may have, as with browsers: some sites have tens of
# thousands of bytes in one header (Content-Security-Policy, Link). aiohttp's own limits are meant for servers.
MAX_HEADER_BYTES, MAX_HEADERS = 1 << 16, 256
# Errors of connections that are the fault of this machine: every request would fail, and no source is to blame.
OWN_ERRORS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})
_HEAD_META_KEY = "archiver_head"
# Called when a request has been sent.
_ON_SENT: ContextVar[Callable[[], None] | None] = ContextVar("sent", default=None)


class BoundedResponse(_ClientResponse):
    """A response that fails if too many interim ones come before it (status 1xx; RFC 9110, 15.2)."""

    async def start(self, connection: Connection) -> ClientResponse:
        """Read the head of the response. Raises ClientError."""
        if sent := _ON_SENT.get():  # aiohttp has written the request
            sent()
        protocol = connection.protocol
        assert protocol is not None
        read, count = protocol.read, 0

        async def counted() -> Any:
            nonlocal count
            count += 1
            if count > MAX_INTERIM_ANSWERS + 1:
                raise ClientError(f"more than {MAX_INTERIM_ANSWERS} interim answers (status 1xx) came, and no other")
            return await read()

        protocol.read = counted  # type: ignore[method-assign]
        try:
            return await super().start(connection)
        finally:
            del protocol.read


class _Slot(NamedTuple):
    """A host, the seconds between two requests to it, and how many there may be at a time."""

    host: str
    delay: float
    concurrency: int


class GuardedDownloadHandler(AiohttpDownloadHandler):
    """Scrapy's aiohttp handler, which connects only where `Guard` allows it, and to no host that is to be left alone.

    It decodes bodies itself (Content-Encoding), as is done when captures are read: no middleware has to.
    """

    # Scrapy would warn that its aiohttp handler is experimental; it is tested with the version that is pinned.
    experimental: ClassVar[bool] = False
    lazy = True  # made at the first request: the guard needs the spider, which exists by then

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._crawler = crawler
        self._archive = archive_of(crawler)
        self._guard = Guard.from_crawler(crawler)
        # The base class has made a session, with a connector that has no guard. Ours takes its place; the other one has
        # no connection yet, so it need not be closed.
        self._session._connector = GuardedConnector(
            self._guard,
            local_addr=self._bind_address,
            limit=self._pool_size_total,
            limit_per_host=self._pool_size_per_host,
        )
        self._session._response_class = BoundedResponse
        self._session._max_field_size, self._session._max_headers = MAX_HEADER_BYTES, MAX_HEADERS
        self._backoff = crawler.get_downloader_middleware(BackoffMiddleware)
        self._budget = crawler.get_downloader_middleware(BudgetMiddleware)
        # Room for the requests that a host may have at a time, by host: as long as one of them is there.
        self._rooms = WeakValueDictionary[str, asyncio.Semaphore]()
        self._timeout = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._limit = crawler.settings.getint("DOWNLOAD_MAXSIZE")

    async def download_request(self, request: Request) -> Response:
        """Return the response to `request`. If its host is to be left alone when its turn comes, it waits here. Raises
        IgnoreRequest for an address that is refused, BudgetSpentError if the run ends before."""
        if reason := self._guard.refusal(request.url):
            raise IgnoreRequest(reason)  # whoever asked names the address
        if proxy := request.meta.get("proxy"):
            self._guard.add_proxy(proxy)
        slot = self._slot(request)
        # With no delay between requests, Scrapy starts all that wait for a host at once.
        async with self._rooms.setdefault(slot.host, asyncio.Semaphore(slot.concurrency)):
            return await self._take_turn(request, slot)

    async def _take_turn(self, request: Request, slot: _Slot) -> Response:
        membership = self._archive.membership
        if membership is None:
            return await self._ask(request)
        turn = await membership.hosts.wait_for_turn(slot.host, authority(request.url), slot.delay, self._sleep)
        sent = _ON_SENT.set(turn.sent)
        try:
            return await self._ask(request)
        finally:
            _ON_SENT.reset(sent)
            turn.end()

    async def _ask(self, request: Request) -> Response:
        if self._backoff:
            self._backoff.refuse(request)
            await self._backoff.pause.wait(authority(request.url))
        if self._budget:
            self._budget.look_at_the_clock()
        if self._backoff:
            self._backoff.take_turn(request)
        asked = moment(now())
        response = await self._download(request)
        status, version, reason, headers, sent, address = request.meta.pop(_HEAD_META_KEY)
        if self._backoff:
            self._backoff.notice(request, response)
        if BEGINNING_META_KEY in request.meta:
            return self._beginning(response, request.meta[BEGINNING_META_KEY])
        transfer = [one for one in headers if not _is_chunked(*one)]  # aiohttp has put the chunks together
        limit = request.meta.get("download_maxsize", self._limit)
        body = open_body(response.body, transfer, limit, status=status)
        if body.fault and status in WHOLE_STATUSES:
            if isinstance(body.fault, TooLargeError):
                raise DownloadCancelledError(f"{body.fault} (DOWNLOAD_MAXSIZE)")
            raise ResponseDataLossError(str(body.fault))
        exchange = Exchange(
            *(request.url, request.method, sent, status, version, reason, headers, body.payload, asked, address),
            sent=request.body,
        )
        request.meta[EXCHANGES_META_KEY] = with_redirects(
            request.meta.get(EXCHANGES_META_KEY, ()), public_exchange(exchange)
        )
        return response if body.content is response.body else _with_body(response, body.content)

    def _slot(self, request: Request) -> _Slot:
        """Return the host of a request, as Scrapy names its slot, and the seconds between two requests to it."""
        assert self._crawler.engine is not None
        downloader = self._crawler.engine.downloader
        host = downloader.get_slot_key(request)
        slot = downloader.slots.get(host)
        return _Slot(host, slot.delay, slot.concurrency) if slot else _Slot(host, 0.0, downloader.domain_concurrency)

    async def _sleep(self, seconds: float) -> None:
        """Wait `seconds`. Raises BudgetSpentError if the time of the run is up before."""
        await (self._budget.sleep(seconds) if self._budget else asyncio.sleep(seconds))

    @staticmethod
    def _beginning(response: Response, size: int) -> Response:
        """Return a response with the first `size` bytes of its decoded body."""
        encodings = ",".join(value.decode("latin-1") for value in response.headers.getlist("Content-Encoding"))
        try:
            return _with_body(response, decode_beginning(response.body, encodings, size))
        except UnreadableBodyError as error:
            raise ResponseDataLossError(str(error)) from error

    async def _download(self, request: Request) -> Response:
        """Return the response. Raises BudgetSpentError if the time of the run is up before all of it has come."""
        left = self._budget.left if self._budget else self._timeout
        request.meta["download_timeout"] = min(self._timeout, max(left, 0.001))  # 0 is no limit for aiohttp
        download = super().download_request(request)
        try:
            return await (self._budget.in_hand(download) if self._budget else download)
        except DownloadTimeoutError:
            if self._budget:
                self._budget.look_at_the_clock()
            raise
        except (CannotResolveHostError, DownloadConnectionRefusedError) as error:
            beneath = getattr(error.__cause__, "os_error", None)
            if isinstance(beneath, OSError) and beneath.errno in OWN_ERRORS:
                self._archive.fail(MachineError(f"no connection can be opened: {with_advice(beneath)}"))
            raise

    async def _read_response(self, response: _ClientResponse, request: Request) -> Response:
        """Return the response with its body, or only with its beginning if the request says that this is enough."""
        wanted: int | None = request.meta.get(BEGINNING_META_KEY)
        if wanted is None:
            return await super()._read_response(response, request)
        head = self._build_base_response_args(response, request, self._extract_headers(response))
        body = bytearray()
        try:
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) >= wanted:
                    break
        except ClientPayloadError as error:  # as for a whole answer: it is asked for again, and named in our own words
            raise ResponseDataLossError(str(error)) from error
        return make_response(**head, body=bytes(body[:wanted]))

    @staticmethod
    def _extract_headers(response: ClientResponse) -> Headers:
        """Return the headers as the bytes that came: aiohttp's text of them cannot always be turned into these bytes
        again."""
        return Headers(list(response.raw_headers))

    @staticmethod
    def _build_base_response_args(response: ClientResponse, request: Request, headers: Headers) -> Any:
        """Return the arguments of which Scrapy makes a response. Parts of the head that are not among them are noted in
        the request's meta."""
        arguments = AiohttpDownloadHandler._build_base_response_args(response, request, headers)  # type: ignore[arg-type]
        request.meta[_HEAD_META_KEY] = (
            response.status,
            arguments["protocol"],
            _as_bytes(response.reason or ""),
            tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers),
            tuple((_as_bytes(name), _as_bytes(value)) for name, value in response.request_info.headers.items()),
            "" if request.meta.get("proxy") else str(arguments["ip_address"]),
        )
        return arguments


def _with_body(response: Response, body: bytes) -> Response:
    """Return a response with its decoded body. Its class is chosen again, since the decoded body may show another
    kind."""
    kind = responsetypes.from_args(headers=response.headers, url=response.url, body=body)
    response = response.replace(cls=kind, body=body)
    response.headers.pop("Content-Encoding", None)
    return response


def _is_chunked(name: str, value: str) -> bool:
    return name.lower() == "transfer-encoding" and value.strip().lower() == "chunked"


def _as_bytes(text: str) -> str:
    """Return the bytes that `text` was on the wire, as one character each (Latin-1): aiohttp has decoded them as
    UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")
