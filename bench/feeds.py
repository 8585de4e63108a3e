"""Feeds and sitemaps of every kind, as sites write them, broken ones too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

DAYS = {"rss": "Sun, 01 Nov 2026 08:{:02}:00 +0000", "iso": "2026-11-01T08:{:02}:00Z"}


def rss(home: str, addresses: Sequence[str]) -> str:
    """Return a feed."""
    items = "".join(
        f"<item><title>Bridge {number}</title><link>{address.replace('&', '&amp;')}</link>"
        f"<pubDate>{DAYS['rss'].format(number)}</pubDate></item>"
        for number, address in enumerate(addresses)
    )
    return f"<rss version='2.0'><channel><title>Press</title><link>{home}</link>{items}</channel></rss>"


def sitemap(days: Mapping[str, str]) -> str:
    """Return a sitemap of addresses and the times at which they were changed."""
    urls = "".join(
        f"<url><loc>{address}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>" for address, day in days.items()
    )
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>"


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
