"""Addresses as browsers understand them. In: an address as it is written, and the page that it is on. Out: the address
to ask for. No I/O."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import ada_url

if TYPE_CHECKING:
    from lxml.etree import _Element

WEB_SCHEMES = frozenset({"http", "https"})
# A host without a scheme, as people and listings write it (`news.example.com/a/1.html`); but no file name (`1.html`).
BARE_HOST_PATTERN = re.compile(
    r"(?:[\w-]+\.)+(?!(?:[sx]?html?|php\d?|aspx?|jspx?|do|cgi|pdf|xml|json|jpe?g|png|gif)(?:[/?#:]|\Z))[^\W\d_][\w-]+"
    r"(?::\d{1,5})?(?=[/?#]|\Z)",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def resolve_url(address: str, base: str = "", schemes: frozenset[str] = WEB_SCHEMES) -> str:
    """Return the address that a browser would ask for if `address` was on a page at `base`; empty if there is none.

    This follows the URL standard (WHATWG URL): spaces at the ends are removed, and tabs and line breaks anywhere; `\\`
    counts as `/`; characters that an address may not have are percent-encoded; hosts are put into lower case and
    Punycode; `.`, `..` and the default port of the scheme are removed. Addresses with schemes that are not in `schemes`
    (`javascript:`, `data:`) give the empty text.
    """
    try:
        url = ada_url.URL(address, base) if base else ada_url.URL(address)
    except ValueError:
        return ""
    return str(url.href) if url.protocol[:-1] in schemes else ""


def base_of(page: _Element, address: str) -> str:
    """Return the address against which a browser resolves the addresses in a page from `address`: that of the page's
    `base` element, or else `address`."""
    base = next((href for one in page.iter("base") if (href := one.get("href"))), "")
    return (resolve_url(base, address) if base else "") or address


def resolve_listed(address: str, base: str) -> str:
    """Return the address that a listing or a page at `base` gives for an article; empty if that is `base` itself.

    As `resolve_url`, except that `host.example/path`, which browsers take for a path relative to `base`, is taken for
    an address at that host.
    """
    text = address.strip()
    url = resolve_url(f"//{text}" if BARE_HOST_PATTERN.match(text) else text, base)
    return "" if url.partition("#")[0] == resolve_url(base).partition("#")[0] else url
