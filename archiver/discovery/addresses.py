"""Addresses as feeds, sitemaps and lists write them, which may lack their scheme. No I/O."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from archiver.identity import normalise, same_site
from archiver.urls import resolve_url

HOST = r"((?:[\w-]+\.)+[\w-]+)(?=[/?#:]|\s*(?:\Z|<|\]\]>|[\"']))"
BARE = re.compile(HOST, re.IGNORECASE)
# Where an element of a feed, `link`, names an address: as its text, or as an attribute.
IN_LINK = re.compile(
    r"(<(?:[\w-]+:)?link(?:\s[^<>]*)?>\s*+(?:<!\[CDATA\[\s*+)?|<(?:[\w-]+:)?link\s[^<>]*?\bhref\s*=\s*[\"']\s*)" + HOST,
    re.IGNORECASE,
)
FEED = re.compile(r"feed(?::(?=https?:)|(?=://))", re.IGNORECASE)  # `feed:https://…`, and `feed://` for `http://`


def address_of(written: str, base: str = "") -> str:
    """Return the normalised address that `written`, in what came from `base`, names; nothing if it is none.

    A host of the same site without a scheme (`www.harbour.example/a/1`) is that, and no file beside `base`: browsers
    take it for one, but who writes a feed or a sitemap does not see that it leads nowhere. base: nothing if what names
    it came from no address.
    """
    text = FEED.sub(lambda found: "" if found[0].endswith(":") else "http", written.strip(), count=1)
    if (found := BARE.match(text)) and is_host(found[1], base):
        text = f"//{text}" if base else f"https://{text}"
    return normalise(resolve_url(text, base))


def with_hosts(text: str, base: str) -> str:
    """Return the text of a feed from `base` with `//` before each host that stands in a link without a scheme."""
    return IN_LINK.sub(lambda found: f"{found[1]}{'//' if is_host(found[2], base) else ''}{found[2]}", text)


def is_host(name: str, base: str) -> bool:
    """Return whether what an address begins with, without a scheme, is a host: of the site of `base`, or a `www`."""
    return name.lower().startswith("www.") or same_site(name.lower(), urlsplit(base).hostname or "")
