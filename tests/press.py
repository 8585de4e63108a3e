"""A made-up press: several sites in one local server, with feeds and sitemaps of every kind."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from tests.web import Web, story

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

DAYS = {"rss": "Sun, 01 Nov 2026 08:{:02}:00 +0000", "iso": "2026-11-01T08:{:02}:00Z"}


def article(site: str, number: int) -> str:
    """Return the address of an article of a site."""
    return f"{site}/2026/11/{number:02}/the-bridge-opens-again"


def addresses(site: str, listed: Sequence[int | str]) -> list[str]:
    """Return the addresses of articles: those of a number, and others as they are."""
    return [article(site, one) if isinstance(one, int) else one for one in listed]


def rss(site: str, listed: Sequence[int | str]) -> str:
    """Return a feed."""
    items = "".join(
        f"<item><title>Bridge {number}</title><link>{address.replace('&', '&amp;')}</link>"
        f"<pubDate>{DAYS['rss'].format(number)}</pubDate></item>"
        for number, address in enumerate(addresses(site, listed))
    )
    return f"<rss version='2.0'><channel><title>Press</title><link>{site}/</link>{items}</channel></rss>"


def sitemap(days: Mapping[str, str]) -> str:
    """Return a sitemap of addresses and the times at which they were changed."""
    urls = "".join(
        f"<url><loc>{address}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>" for address, day in days.items()
    )
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>"


class Press:
    """Sites on a web, which say which version of each page they send."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self.asked = web.asked
        self.not_modified = web.not_modified
        self.cache_control = web.cache_control

    def put(
        self, address: str, body: str | bytes, content_type: str = "text/html; charset=utf-8", status: int = 200
    ) -> str:
        """Put something at an address, and return that."""
        self._web.put(address, body, content_type, status)
        content = body.encode() if isinstance(body, str) else body
        self._web.etags[address] = f'"{sha256(content).hexdigest()[:12]}"'
        return address

    def redirect(self, address: str, location: str) -> str:
        """Have an address lead to another one, and return it."""
        return self._web.redirect(address, location)

    def article(self, site: str, number: int, text: str = "") -> str:
        """Put an article at a site, and return its address."""
        usual = (
            f"Bridge {number} over the river at {site} was opened on Sunday morning, {{n}} years after it was promised."
        )
        home = article(site, number)
        return self.put(home, story(f"Bridge {number} of {site}", canonical=home, text=text or usual))

    def site(
        self,
        site: str,
        *,
        feed: Sequence[int | str] = (),
        sitemap: Sequence[int | str] = (),
        front: Sequence[int | str] = (),
    ) -> None:
        """Put a site on the web: its front page, and a feed and a sitemap if they have anything, with the articles."""
        head = '<link rel="alternate" type="application/rss+xml" href="/feed">' if feed else ""
        links = "".join(
            f'<h2><a href="{one}">A bridge opens over the river at last</a></h2>' for one in addresses(site, front)
        )
        self.put(f"{site}/", f"<!doctype html><html><head><title>Press</title>{head}</head><body>{links}</body></html>")
        if feed:
            self.put(f"{site}/feed", rss(site, feed), "application/rss+xml")
        if sitemap:
            self.put(f"{site}/robots.txt", f"Sitemap: {site}/map.xml", "text/plain")
            self.put(f"{site}/map.xml", _sitemap(addresses(site, sitemap)), "application/xml")
        for one in {*feed, *sitemap, *front}:
            if isinstance(one, int):
                self.article(site, one)

    def feed(self, address: str, kind: str, listed: Sequence[str]) -> str:
        """Put a feed of some kind at an address."""
        return self.put(address, FEEDS[kind](listed), "text/xml")


def _sitemap(listed: Sequence[str]) -> str:
    return sitemap(dict.fromkeys(listed, ""))


def _atom(listed: Sequence[str]) -> str:
    entries = "".join(
        f"<entry><title>Bridge {n}</title><id>tag:{n}</id><link rel='self' href='/x{n}'/><link href='{address}'/>"
        f"<updated>{DAYS['iso'].format(n)}</updated></entry>"
        for n, address in enumerate(listed)
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Press</title>{entries}</feed>"


def _rdf(listed: Sequence[str]) -> str:
    items = "".join(f"<item rdf:about='{one}'><title>Bridge</title><link>{one}</link></item>" for one in listed)
    return (
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
        f"<channel><title>Press</title></channel>{items}</rdf:RDF>"
    )


def _json_feed(listed: Sequence[str]) -> str:
    items = [{"id": n, "url": one, "title": f"Bridge {n}"} for n, one in enumerate(listed)]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Press", "items": items})


def _gbk(listed: Sequence[str]) -> bytes:
    feed = rss("", listed).replace("Bridge", "新桥通车")
    return f"<?xml version='1.0' encoding='gb2312'?>{feed}".encode("gb18030")


def _broken(listed: Sequence[str]) -> str:
    """A warning before it, a bare `&`, an entity of HTML, one article twice, one without an address, and no end."""
    items = "".join(f"<item><title>A & B&nbsp;C</title><link>{one}</link></item>" for one in (*listed, *listed, ""))
    return f"Warning: mysql_connect()\n<rss version='2.0'><channel><title>Press</title>{items}"


FEEDS: dict[str, Callable[[Sequence[str]], str | bytes]] = {
    "rss": lambda listed: rss("", listed),
    "atom": _atom,
    "rdf": _rdf,
    "json": _json_feed,
    "gbk": _gbk,
    "broken": _broken,
}


@pytest.fixture
def press(web: Web) -> Press:
    """A press without any sites."""
    return Press(web)
