"""What a page may ask for, decided without a browser and without a net."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from scrapy.http import HtmlResponse, Response

from archiver.browser.loading import FLOOD_FACTOR, MAX_REDIRECTS, MAX_SENT_BYTES, Limits, Loaded, Loader, RefusedError
from archiver.captures import Exchange
from archiver.errors import BrowserError
from archiver.net.budget import BudgetSpentError
from archiver.net.handler import EXCHANGES_META_KEY

if TYPE_CHECKING:
    from scrapy import Request

PUBLIC, PRIVATE = "https://news.example/story", "http://127.0.0.1:8000/story"


class Net:
    """Answers requests: with redirects where there are any, else with ten bytes."""

    def __init__(self, redirects: dict[str, str] | None = None, status: int = 302) -> None:
        self._redirects = redirects or {}
        self._status = status
        self.asked: list[Request] = []

    async def __call__(self, request: Request) -> Response:
        """Return the answer to a request."""
        self.asked.append(request)
        if target := self._redirects.get(request.url):
            return Response(request.url, status=self._status, headers={"Location": target}, request=request)
        return HtmlResponse(request.url, body=b"0123456789", request=request)


def load(net: Net, page: str, *addresses: str, limits: Limits | None = None) -> None:
    """Have a page ask for something. Raises RefusedError."""
    loader = Loader(net, page, limits or Limits(60, 100, 1000))

    async def ask() -> None:
        for address in addresses:
            await loader.load(address, {})

    asyncio.run(ask())


@pytest.mark.parametrize(
    "address",
    [
        *("http://127.0.0.1:8000/", "http://127.0.0.2/", "http://[::1]/", "http://localhost/", "http://2130706434/"),
        *("http://169.254.169.254/latest", "http://10.0.0.1/", "http://intranet/", "http://printer.local/"),
        *("file:///etc/passwd", "ftp://news.example/", "data:text/html,x", "ws://news.example/", "http://", "x"),
    ],
)
def test_a_public_page_gets_nothing_private(address: str) -> None:
    """Not even what the crawl itself may ask for: that is for the download handler to say."""
    net = Net()
    with pytest.raises(RefusedError):
        load(net, PUBLIC, address)
    assert net.asked == []


def test_a_private_page_asks_what_the_crawl_may_ask() -> None:
    net = Net()
    load(net, PRIVATE, "http://127.0.0.1:8000/app.js")
    assert [one.url for one in net.asked] == ["http://127.0.0.1:8000/app.js"]


@pytest.mark.parametrize(
    ("target", "is_followed"),
    [
        *(("/other", True), ("https://cdn.example/x", True), ("//cdn.example/x", True)),
        *(("http://news.example/plain", False), ("https://127.0.0.1/", False), ("https://[::1]/", False)),
        *(("file:///etc/passwd", False), ("javascript:alert(1)", False), ("http://[", False)),
    ],
)
def test_each_step_of_a_redirect_is_judged(target: str, is_followed: bool) -> None:
    net = Net({"https://news.example/r": target})
    if is_followed:
        load(net, PUBLIC, "https://news.example/r")
    else:
        with pytest.raises(RefusedError):
            load(net, PUBLIC, "https://news.example/r")
    assert len(net.asked) == 1 + is_followed
    assert all(one.meta["dont_redirect"] for one in net.asked), "else others would follow it, and judge by other rules"


@pytest.mark.parametrize(
    ("address", "is_asked"),
    [
        *(
            ("https://news.example/api", True),
            ("https://api.news.example/x", True),
            ("https://www.other.example/", False),
        ),
        ("https://127.0.0.1/", False),
    ],
)
def test_a_page_may_send_something_to_its_own_site_only(address: str, is_asked: bool) -> None:
    net = Net()
    loader = Loader(net, "https://www.news.example/story", Limits(60, 100, 1000))
    if is_asked:
        asyncio.run(loader.load(address, {"Content-Type": "text/plain"}, b"question"))
        (request,) = net.asked
        assert (request.method, request.body, request.headers["Content-Type"]) == ("POST", b"question", b"text/plain")
        assert request.meta["dont_retry"], "what is sent twice may be done twice"
    else:
        with pytest.raises(RefusedError):
            asyncio.run(loader.load(address, {}, b"question"))
        assert net.asked == []
        assert loader.refused == 1


def test_what_is_sent_is_no_longer_than_a_question() -> None:
    net = Net()
    loader = Loader(net, PUBLIC, Limits(60, 100, 1000))
    asyncio.run(loader.load(PUBLIC, {}, b"x" * MAX_SENT_BYTES))
    with pytest.raises(RefusedError, match="more than a script may send"):
        asyncio.run(loader.load(PUBLIC, {}, b"x" * (MAX_SENT_BYTES + 1)))
    assert len(net.asked) == 1


@pytest.mark.parametrize(("status", "methods"), [(302, ["POST", "GET"]), (303, ["POST", "GET"]), (307, ["POST"])])
def test_what_is_sent_is_sent_once(status: int, methods: list[str]) -> None:
    """A redirect may say where the answer is; it may not have it sent somewhere else."""
    net = Net({PUBLIC: "/other"}, status)
    loader = Loader(net, PUBLIC, Limits(60, 100, 1000))
    if len(methods) > 1:
        asyncio.run(loader.load(PUBLIC, {}, b"question"))
        assert net.asked[1].body == b""
    else:
        with pytest.raises(RefusedError, match="sent there again"):
            asyncio.run(loader.load(PUBLIC, {}, b"question"))
    assert [one.method for one in net.asked] == methods


def test_redirects_come_to_an_end() -> None:
    net = Net({"https://news.example/r": "/r"})
    with pytest.raises(RefusedError, match="redirects"):
        load(net, PUBLIC, "https://news.example/r")
    assert len(net.asked) == MAX_REDIRECTS + 1


def test_a_page_gets_so_many_answers_and_no_more() -> None:
    net = Net()
    with pytest.raises(RefusedError, match="reached its limits"):
        load(net, PUBLIC, *(f"https://news.example/{number}" for number in range(9)), limits=Limits(60, 3, 1000))
    assert len(net.asked) == 3


def test_a_page_gets_so_many_bytes_and_no_more() -> None:
    net = Net()
    with pytest.raises(RefusedError, match="reached its limits"):
        load(net, PUBLIC, *(f"https://news.example/{number}" for number in range(9)), limits=Limits(60, 100, 25))
    assert [one.meta["download_maxsize"] for one in net.asked] == [25, 15, 5]


def test_who_goes_on_asking_is_told_from_who_asks_for_much() -> None:
    loader = Loader(Net(), PUBLIC, Limits(60, 10, 1000))
    for _ in range(10 * FLOOD_FACTOR):
        loader.refuse()
    assert not loader.is_flooded
    loader.refuse()
    assert loader.is_flooded


def test_a_run_that_is_over_is_known_as_such() -> None:
    async def over(request: Request) -> Response:
        raise BudgetSpentError("enough")

    loader = Loader(over, PUBLIC, Limits(60, 10, 1000))
    with pytest.raises(RefusedError):
        asyncio.run(loader.load("https://news.example/", {}))
    assert loader.is_over


def test_what_the_page_says_is_sent_and_what_the_crawl_says_is_not_replaced() -> None:
    net = Net()
    said = {"accept": "*/*", "referer": PUBLIC, "X-Key": "1", "user-agent": "Chrome", "sec-ch-ua": "x", "cookie": "a=b"}
    asyncio.run(Loader(net, PUBLIC, Limits(60, 100, 1000)).load("https://news.example/", said))
    (request,) = net.asked
    sent = {name.decode() for name in request.headers}
    assert sent == {"Accept", "Referer", "X-Key"}


def test_the_browser_gets_headers_as_of_a_body_that_is_unpacked() -> None:
    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/html; charset=gbk",
        "Content-Encoding": "gzip",
        "Content-Length": "5",
        "Set-Cookie": "a=b",
        "Strict-Transport-Security": "max-age=1",
        "Link": ["<a>; rel=preload", "<b>; rel=preload"],
    }
    loaded = Loaded(Response("https://news.example/", headers=headers), ())
    assert loaded.headers == {
        "Content-Type": "text/html; charset=gbk",
        "Link": "<a>; rel=preload, <b>; rel=preload",
    }


def test_the_exchanges_of_a_redirect_are_one_part() -> None:
    async def noted(request: Request) -> Response:
        came = Exchange(request.url, "GET", (), 200, "HTTP/1.1", "OK", (), b"", datetime.now(UTC), "")
        request.meta[EXCHANGES_META_KEY] = (*request.meta[EXCHANGES_META_KEY], came)
        return await Net({"https://news.example/r": "/s"})(request)

    loader = Loader(noted, PUBLIC, Limits(60, 10, 1000))
    asyncio.run(loader.load("https://news.example/r", {}))
    assert [[one.url for one in part] for part in loader.parts] == [
        ["https://news.example/r", "https://news.example/s"]
    ]


def test_a_page_that_has_crashed_is_not_waited_for() -> None:
    """It answers nothing any more, and never says so."""
    drawings = pytest.importorskip("archiver.browser.drawing", reason="pip install '.[browser]'")

    class Crashed(drawings.Drawing):  # type: ignore[misc,name-defined]
        """A page whose process ends while it is asked how it is."""

        async def _open(self, *_: object) -> None:
            self._session = self

        async def send(self, *_: object) -> None:
            self._crashed.set()
            await asyncio.Event().wait()

    page = Crashed(None, Loaded(HtmlResponse(PUBLIC), ()), Loader(Net(), PUBLIC, Limits(1e9, 9, 9)))
    with pytest.raises(BrowserError, match="memory"):
        asyncio.run(asyncio.wait_for(page.draw(Limits(1e9, 9, 9)), 60))
