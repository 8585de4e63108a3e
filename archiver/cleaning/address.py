"""Addresses in a body: resolved and encoded as browsers do it (URL standard, 4.4). No I/O."""

from __future__ import annotations

import re
from urllib.parse import urljoin

# An address that is absolute, and in which nothing is encoded: most are.
PLAIN_ADDRESS_PATTERN = re.compile(r"https?://(?!/)[!#-;=?-\[\]-_a-z|~]++")
SCHEME_PATTERN = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
WEB_ADDRESS_PATTERN = re.compile(r"(https?:)?+([/\\]*+)([^?#]*+)(.*)", re.IGNORECASE | re.DOTALL)
MIN_HOST_SLASHES = 2  # slashes
TRIMMED_CHARACTERS = "".join(map(chr, range(0x21)))  # C0 controls and the space
DROPPED_CHARACTERS = str.maketrans("", "", "\t\n\r")
# Characters that would end the address, or have a meaning in an attribute, in Markdown or in Liquid. Letters are not
# encoded: readers understand them better than their codes.
ENCODED_PATTERN = re.compile(
    '[\\s"<>`{}\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u2069\u3000\ud800-\udfff\ufeff\ufffe\uffff]'
)


def resolved(address: str, base: str) -> str:
    """Return `address` absolute and encoded; empty if it leads nowhere, or only to a place within the same page.

    base: the address of the page; if it is empty or not an address, relative addresses lead nowhere.
    """
    if PLAIN_ADDRESS_PATTERN.fullmatch(address):
        return address
    address = address.strip(TRIMMED_CHARACTERS).translate(DROPPED_CHARACTERS)
    web = WEB_ADDRESS_PATTERN.match(address)
    if web and (web[1] or not SCHEME_PATTERN.match(address)):
        address = _with_slashes(web, base)
    if not SCHEME_PATTERN.match(address):
        if address[:1] in ("", "#"):
            return ""
        try:
            address = urljoin(base, address)
        except ValueError:
            return ""
    return (
        address if address.isascii() and not ENCODED_PATTERN.search(address) else ENCODED_PATTERN.sub(_encoded, address)
    )


def _with_slashes(address: re.Match[str], base: str) -> str:
    """Return an address of the web with the slashes that browsers see in it. They take backslashes for slashes, and
    what comes after two or more of them for a host; after a scheme that is not the page's, also what comes after fewer.
    """
    scheme, slashes, path, rest = address.groups("")
    path = path.replace("\\", "/")
    if len(slashes) < MIN_HOST_SLASHES and base.lower().startswith(scheme.lower()):
        return f"{'/' * len(slashes)}{path}{rest}"
    return f"{scheme}//{path}{rest}"


def _encoded(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "ignore"))
