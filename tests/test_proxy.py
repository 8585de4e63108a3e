"""Which requests go through the proxy that the environment names."""

from __future__ import annotations

import os
from typing import Any

import pytest
from scrapy import Request
from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware

from archiver.net.proxy import ProxyMiddleware

PROXY = "http://127.0.0.1:3128"
ADDRESSES = ("http://paper.example/1", "https://paper.example/1", "http://paper.example:81/2", "http://own.example/1")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("http_proxy", PROXY.replace("//", "//ann:secret@"))
    monkeypatch.setenv("no_proxy", "own.example")


def sent(middleware: HttpProxyMiddleware, address: str, **meta: Any) -> tuple[dict[str, Any], bytes | None]:
    """Return the meta and the credentials of a request that has passed."""
    request = Request(address, meta=meta)
    middleware.process_request(request)
    return request.meta, request.headers.get("Proxy-Authorization")


@pytest.mark.parametrize(
    "meta", [{}, {"proxy": "http://127.0.0.2:1"}, {"proxy": None}], ids=["none", "own", "no proxy"]
)
def test_requests_go_the_way_on_which_scrapy_sends_them(meta: dict[str, Any]) -> None:
    ours, theirs = ProxyMiddleware(), HttpProxyMiddleware()
    for address in (*ADDRESSES, *ADDRESSES):
        assert sent(ours, address, **meta) == sent(theirs, address, **meta)
    if not meta:
        assert [sent(ours, address)[0].get("proxy") for address in ADDRESSES] == [PROXY, None, PROXY, None]


def test_the_environment_is_read_once_for_each_host(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def proxy_bypass(host: str) -> bool:
        asked.append(host)
        return False

    monkeypatch.setattr("archiver.net.proxy.proxy_bypass", proxy_bypass)
    middleware = ProxyMiddleware()
    for address in (*ADDRESSES, *ADDRESSES):
        sent(middleware, address)
    assert asked == ["paper.example", "own.example"]
