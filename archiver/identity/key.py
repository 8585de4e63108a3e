"""The key of an article that no recipe knows: a short digest of its address. No I/O."""

from __future__ import annotations

from base64 import b32encode
from hashlib import sha256

from archiver.identity.address import plain_form

KEY_BYTES = 10  # of the digest: enough that among a billion articles no two have the same key by chance
KEY_EXPRESSION = "[a-z2-7]{16}"  # how keys look, as a regular expression
SHOWN_CHARACTERS = 8  # how many of its characters are in the names of files, beside the day and the slug


def article_key(address: str) -> str:
    """Return the key of the article with this canonical address; it is the same for all ways to write the address.
    Raises ValueError for what is no address of the web."""
    plain = plain_form(address)
    if not plain:
        raise ValueError(f"{address!r} is not the address of a web page")
    return key_of_form(plain)


def key_of_form(plain: str) -> str:
    """Return the key of the article whose canonical address has the form `plain` (`plain_form`)."""
    return b32encode(sha256(plain.encode()).digest()[:KEY_BYTES]).decode().lower()
