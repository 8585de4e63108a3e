"""Addresses as browsers understand them: what is written, and where, in; the address to ask for, out. No I/O."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import ada_url

if TYPE_CHECKING:
    from lxml.etree import _Element

WEB = frozenset({"http", "https"})
# A host without a scheme, as people and listings write it (`news.example.com/a/1.html`), and no file (`1.html`).
BARE_HOST = re.compile(
    r"(?:[\w-]+\.)+(?!(?:[sx]?html?|php\d?|aspx?|jspx?|do|cgi|pdf|xml|json|jpe?g|png|gif)(?:[/?#:]|\Z))[^\W\d_][\w-]+"
    r"(?::\d{1,5})?(?=[/?#]|\Z)",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def resolve_url(address: str, base: str = "", schemes: frozenset[str] = WEB) -> str:
    """Return the address that a browser would ask for, for `address` in what was at `base`; nothing if there is none.

    By the URL standard of browsers (WHATWG URL): blanks at the ends go, and tabs and line breaks everywhere;
    `\\` is `/`; what may not stand in an address is percent-encoded; hosts are in lower case and Punycode; `.`, `..`
    and the scheme's own port go. Addresses of other schemes than `schemes` (`javascript:`, `data:`) are none.
    """
    try:
        url = ada_url.URL(address, base) if base else ada_url.URL(address)
    except ValueError:
        return ""
    return str(url.href) if url.protocol[:-1] in schemes else ""


def base_of(page: _Element, address: str) -> str:
    """Return the address against which a browser resolves those in a page from `address`: what its `base` says, else
    `address`."""
    said = next((href for one in page.iter("base") if (href := one.get("href"))), "")
    return (resolve_url(said, address) if said else "") or address


def resolve_listed(address: str, base: str) -> str:
    """Return the address that a listing or a page at `base` gives for an article; nothing if that is `base` itself.

    As `resolve_url`; but `host.example/path`, which browsers take for a file beside `base`, is at that host.
    """
    text = address.strip()
    url = resolve_url(f"//{text}" if BARE_HOST.match(text) else text, base)
    return "" if url.partition("#")[0] == resolve_url(base).partition("#")[0] else url
