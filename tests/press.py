"""A made-up press: several sites in one local server, with feeds and sitemaps of every kind."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from bench import feeds
from bench.feeds import FEEDS, sitemap
from tests.web import Web, story

if TYPE_CHECKING:
    from collections.abc import Sequence


def article(site: str, number: int) -> str:
    """Return the address of an article of a site."""
    return f"{site}/2026/11/{number:02}/the-bridge-opens-again"


def addresses(site: str, listed: Sequence[int | str]) -> list[str]:
    """Return the addresses of articles: those of a number, and others as they are."""
    return [article(site, one) if isinstance(one, int) else one for one in listed]


def rss(site: str, listed: Sequence[int | str]) -> str:
    """Return the feed of a site."""
    return feeds.rss(f"{site}/", addresses(site, listed))


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

    def redirect(self, address: str, location: str, status: int = 301) -> str:
        """Have an address lead to another one, and return it."""
        return self._web.redirect(address, location, status)

    def move(self, address: str, to: str, status: int) -> None:
        """Put what is at an address at another one, to which the old one leads from now on."""
        self._web.pages[to] = self._web.pages[address]
        self.redirect(address, to, status)

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


@pytest.fixture
def press(web: Web) -> Press:
    """A press without any sites."""
    return Press(web)
