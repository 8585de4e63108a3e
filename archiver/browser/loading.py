"""What a page asks for: the crawl makes these requests in its turn, only where the page may ask, and keeps the
answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.http.request import NO_CALLBACK
from w3lib.url import safe_url_string

from archiver.captures.exchange import REDIRECT_STATUSES
from archiver.identity import same_site
from archiver.net.budget import BudgetSpentError
from archiver.net.guard import NO_ADDRESS_REASON, REFUSED_REASON, host_of, is_public_name
from archiver.net.handler import EXCHANGES_META_KEY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from scrapy.http import Response

    from archiver.captures import Exchange

    Download = Callable[[Request], Awaitable[Response]]

MAX_REDIRECTS = 5
MAX_SENT_BYTES = 64 * 1024  # bytes that a script may send: a query has some hundred
FLOOD_FACTOR = 5  # a page that asks for so many times its limit of requests will not stop
POST_REDIRECT_STATUSES = frozenset({307, 308})  # statuses of redirects after which a POST stays a POST
# Headers that the crawl sets itself, and those of a connection.
OWN_HEADERS = frozenset(
    (
        "accept-encoding",
        "connection",
        "content-length",
        "cookie",
        "host",
        "te",
        "upgrade-insecure-requests",
        "user-agent",
    )
)
# Headers about the bytes on the wire, and those that would have the browser remember something or report to somebody.
DROPPED_HEADERS = frozenset(
    (
        *(
            "alt-svc",
            "clear-site-data",
            "content-encoding",
            "content-length",
            "nel",
            "report-to",
            "reporting-endpoints",
        ),
        *("set-cookie", "strict-transport-security", "transfer-encoding"),
    )
)


class RefusedError(Exception):
    """Something that a page asks for and does not get."""


class Limits(NamedTuple):
    """What one page may take: seconds, requests, and bytes of answers, unpacked."""

    seconds: float
    requests: int
    bytes: int


class Loaded(NamedTuple):
    """What came for a page: the decoded answer, and its exchanges, redirects first."""

    response: Response
    exchanges: tuple[Exchange, ...]

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the answer that are right for the decoded body."""
        return {
            name.decode("latin-1"): ", ".join(value.decode("latin-1") for value in values)
            for name, values in self.response.headers.items()
            if name.decode("latin-1").lower() not in DROPPED_HEADERS
        }


class Loader:
    """Gets what one page asks for. download: makes a request of the crawl. address: of the page."""

    def __init__(self, download: Download, address: str, limits: Limits) -> None:
        self._download = download
        self._limits = limits
        self._host = host_of(address)
        self._is_private = not is_public_name(self._host)
        self._asked = 0
        self._bytes = 0
        self.refused = 0
        self.under_way = 0
        self.is_over = False  # the run has reached its limit of requests
        self.parts: list[tuple[Exchange, ...]] = []

    @property
    def is_flooded(self) -> bool:
        """Whether the page goes on asking long after it was refused everything."""
        return self.refused > FLOOD_FACTOR * self._limits.requests

    async def load(self, url: str, headers: Mapping[str, str], sent: bytes | None = None) -> Loaded:
        """Return what is at `url`, after redirects. sent: the body of a POST; None for a GET. Raises RefusedError."""
        self.under_way += 1
        try:
            return await self._load(url, headers, sent)
        except RefusedError:
            self.refused += 1
            raise
        finally:
            self.under_way -= 1

    def refuse(self) -> None:
        """Note that a request of the page is refused without being made."""
        self.refused += 1

    async def _load(self, url: str, headers: Mapping[str, str], body: bytes | None) -> Loaded:
        if body is not None:
            self._look_at_post(url, body)
        sent = {
            name: value
            for name, value in headers.items()
            if name.lower() not in OWN_HEADERS and not name.lower().startswith(("sec-", "proxy-", ":"))
        }
        chain: tuple[Exchange, ...] = ()
        for _ in range(MAX_REDIRECTS + 1):
            response, chain = await self._ask(url, sent, chain, body)
            location = response.headers.get("Location")
            if response.status not in REDIRECT_STATUSES or not location:
                self._bytes += len(response.body)
                if chain:
                    self.parts.append(chain)
                return Loaded(response, chain)
            try:
                target = urljoin(url, safe_url_string(location.decode("latin-1").strip()))
            except ValueError as error:
                raise RefusedError(f"{url} redirects to what is no address") from error
            if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
                raise RefusedError(f"{url} redirects to {target}, which is not encrypted")
            if body is not None and response.status in POST_REDIRECT_STATUSES:
                raise RefusedError(f"{url} redirects to {target}, and the POST would have to be sent there again")
            url, body = target, None
        raise RefusedError(f"{url}: more than {MAX_REDIRECTS} redirects")

    async def _ask(
        self, url: str, headers: Mapping[str, str], before: tuple[Exchange, ...], body: bytes | None
    ) -> tuple[Response, tuple[Exchange, ...]]:
        self._look_at(url)
        self._asked += 1
        left = self._limits.bytes - self._bytes
        if self._asked > self._limits.requests or left <= 0:
            raise RefusedError(f"{url}: the page has reached its limits (ARCHIVER_BROWSER_…)")
        meta = {"dont_redirect": True, "max_retry_times": 1, "download_maxsize": left, EXCHANGES_META_KEY: before}
        if body is None:
            request = Request(url, headers=dict(headers), dont_filter=True, meta=meta, callback=NO_CALLBACK)
        else:  # only once: what is sent twice may be done twice
            meta["dont_retry"] = True
            request = Request(
                url, method="POST", headers=dict(headers), body=body, dont_filter=True, meta=meta, callback=NO_CALLBACK
            )
        try:
            response = await self._download(request)
        except BudgetSpentError as error:
            self.is_over = True
            raise RefusedError(f"{url}: {error}") from error
        except Exception as error:  # a download may fail for many reasons: robots.txt, the guard, the budget, the net
            raise RefusedError(f"{url}: {error}") from error
        sent = response.request or request
        return response, sent.meta.get(EXCHANGES_META_KEY, ())

    def _look_at_post(self, url: str, body: bytes) -> None:
        """Raise RefusedError for a POST that the page must not make: only its own site is asked in this way."""
        if not same_site(self._host, host_of(url)) and self._host != host_of(url):
            raise RefusedError(f"POST {url}: another site")
        if len(body) > MAX_SENT_BYTES:
            raise RefusedError(f"POST {url}: {len(body):,} bytes are more than a script may send")

    def _look_at(self, url: str) -> None:
        """Raise RefusedError for an address that the page must not ask for: private hosts, even those that the crawl
        may ask, may be asked only by pages of private hosts."""
        host = host_of(url)
        if not host or not url.lower().startswith(("http://", "https://")):
            raise RefusedError(f"{url}: {NO_ADDRESS_REASON}")
        if not self._is_private and not is_public_name(host):
            raise RefusedError(f"{url}: {REFUSED_REASON}")
