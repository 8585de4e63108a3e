"""Addresses in a body: resolved and encoded as browsers do it (URL standard, 4.4). No I/O."""

from __future__ import annotations

import re
from urllib.parse import urljoin

SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
WEB = re.compile(r"https?:", re.IGNORECASE)
ENDS = "".join(map(chr, range(0x21)))  # C0 controls and the space
DROPPED = str.maketrans("", "", "\t\n\r")
# What would end the address or mean something in an attribute, in Markdown or in Liquid. Letters stay as they are: to a
# reader they say more than their codes.
ENCODED = re.compile(
    '[\\s"<>`{}\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u2069\u3000\ud800-\udfff\ufeff\ufffe\uffff]'
)


def resolved(address: str, base: str) -> str:
    """Return `address` absolute and encoded, empty if it leads nowhere but to a place of the same page.

    base: the address of the page; where it is empty or none, relative addresses lead nowhere.
    """
    address = address.strip(ENDS).translate(DROPPED)
    if not SCHEME.match(address):
        if address[:1] in ("", "#"):
            return ""
        try:
            address = urljoin(base, _with_slashes(address))
        except ValueError:
            return ""
    elif WEB.match(address):
        address = _with_slashes(address)
    return address if address.isascii() and not ENCODED.search(address) else ENCODED.sub(_encoded, address)


def _with_slashes(address: str) -> str:
    """Return an address of the web with slashes where a browser takes backslashes for them."""
    if "\\" not in address:
        return address
    path, mark, rest = re.match(r"([^?#]*)([?#]?)(.*)", address, re.DOTALL).groups()  # type: ignore[union-attr]  # any text matches
    return path.replace("\\", "/") + mark + rest


def _encoded(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "ignore"))
