"""Choosing, among the addresses in an entry of a feed, that of its article. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from archiver.identity import normalise, plain_form, same_site

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ADDRESS_INSIDE = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
PAGE_TYPES = ("text/html", "application/xhtml+xml", "")


def choose_link(links: Iterable[Mapping[str, str]], language: str) -> list[str]:
    """Return the addresses of an entry's page that `links` (with `href`, `rel`, `type`, `hreflang`) give, the best
    first: pages in the entry's own language before others."""
    pages = [
        link
        for link in links
        if link.get("href") and (link.get("rel") or "alternate").lower() in ("alternate", "canonical")
    ]
    return [link["href"] for link in sorted(pages, key=lambda link: _strangeness(link, language))]


def article_address(said: Iterable[str], home: str, feed: str) -> str:
    """Return the normalised address of an entry's article, out of the addresses `said` in the entry (resolved, the
    surest first); empty if none is an address of the web.

    The links of many feeds lead through a host that counts readers. If another address in the entry is on the feed's
    own site, or such an address is written inside another (`https://count.example/?to=https%3A%2F%2F…`), that is the
    article's. home: an address of the feed's own site; empty if it is not known. feed: its own address, which is no
    article's (`<link>#</link>`).
    """
    own = plain_form(feed)
    addresses = [address for one in said if (address := normalise(one)) and plain_form(address) != own]
    at_home = [address for address in addresses if _is_of(address, home)]
    if not at_home:
        at_home = [inside for address in addresses for inside in _inside(address) if _is_of(inside, home)]
    return next(iter(at_home or addresses), "")


def _strangeness(link: Mapping[str, str], language: str) -> int:
    other_language = (link.get("hreflang") or language).lower().partition("-")[0] != language.lower().partition("-")[0]
    return other_language + 2 * ((link.get("type") or "").partition(";")[0].strip().lower() not in PAGE_TYPES)


def _is_of(address: str, home: str) -> bool:
    parts = urlsplit(address)
    # The front page is no article.
    return bool(parts.path.strip("/") or parts.query) and same_site(parts.hostname or "", urlsplit(home).hostname or "")


def _inside(address: str) -> Iterable[str]:
    """Yield the addresses that are written inside of `address`: as a parameter, or after another in the path."""
    parts = urlsplit(address)
    for text in (*(value for _, value in parse_qsl(parts.query)), unquote(parts.path)):
        if found := ADDRESS_INSIDE.search(text):
            yield normalise(found[0])
