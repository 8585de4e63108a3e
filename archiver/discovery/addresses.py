"""Addresses in feeds, sitemaps and lists, which may lack their scheme. No I/O."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from archiver.identity import normalise, same_site
from archiver.urls import resolve_url

HOST_EXPRESSION = r"((?:[\w-]+\.)+[\w-]+)(?=[/?#:]|\s*(?:\Z|<|\]\]>|[\"']))"
BARE_HOST_PATTERN = re.compile(HOST_EXPRESSION, re.IGNORECASE)
# The element `link` of a feed up to its address, which is its text or an attribute.
HOST_IN_LINK_PATTERN = re.compile(
    r"(<(?:[\w-]+:)?link(?:\s[^<>]*)?>\s*+(?:<!\[CDATA\[\s*+)?|<(?:[\w-]+:)?link\s[^<>]*?\bhref\s*=\s*[\"']\s*)"
    + HOST_EXPRESSION,
    re.IGNORECASE,
)
# `feed:https://…`, and `feed://` for `http://`.
FEED_SCHEME_PATTERN = re.compile(r"feed(?::(?=https?:)|(?=://))", re.IGNORECASE)


def address_of(written: str, base: str = "") -> str:
    """Return the normalised address that `written` means in a file that came from `base`; empty if it is no address.

    A host of the same site without a scheme (`www.harbour.example/a/1`) is taken for a host. Browsers take it for a
    file beside `base`, which does not exist; but the authors of feeds and sitemaps do not notice that. base: empty if
    the file came from no address.
    """
    text = FEED_SCHEME_PATTERN.sub(lambda found: "" if found[0].endswith(":") else "http", written.strip(), count=1)
    if (found := BARE_HOST_PATTERN.match(text)) and is_host(found[1], base):
        text = f"//{text}" if base else f"https://{text}"
    return normalise(resolve_url(text, base))


def with_hosts(text: str, base: str) -> str:
    """Return the text of a feed from `base` with `//` before the host in each link without a scheme."""
    return HOST_IN_LINK_PATTERN.sub(
        lambda found: f"{found[1]}{'//' if is_host(found[2], base) else ''}{found[2]}", text
    )


def is_host(name: str, base: str) -> bool:
    """Return whether the beginning of an address without a scheme is a host: one of the site of `base`, or one with
    `www.`."""
    return name.lower().startswith("www.") or same_site(name.lower(), urlsplit(base).hostname or "")
