"""An exchange with a source in the form in which it is kept: without our own credentials. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archiver.private import (
    MIN_SECRET_CHARACTERS,
    USER_PATTERN,
    is_private_header,
    placeholder,
    private_parts,
    public_address,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archiver.captures.exchange import Exchange, Headers

COOKIE_HEADER = "set-cookie"
ADDRESS_HEADERS = frozenset({"location", "content-location"})
# The value of a cookie that tells one visitor from another has both digits and letters (`sid=8f3a2c`, not
# `theme=dark`).
DIGIT_PATTERN, LETTER_PATTERN = re.compile("[0-9]"), re.compile("[A-Za-z]")


def public_exchange(exchange: Exchange) -> Exchange:
    """Return an exchange in the form in which it is kept: without our own credentials.

    Headers of the request that say who we are are left out, and parts of the address are replaced. Where the answer's
    headers repeat one of these, as a redirect may, it is replaced there, too. Cookies that the answer sets stay, unless
    the request logged us in: then they, and a key in the address that the answer redirects to, may be credentials, too.
    The body stays as it came.
    """
    taken = [value for name, value in exchange.asked if is_private_header(name, value)]
    secrets = {*private_parts(exchange.url), *(word for value in taken for word in words_of(value))}
    secrets = {one for one in secrets if len(one) >= MIN_SECRET_CHARACTERS}
    if not (taken or secrets) and public_address(exchange.url) == exchange.url:
        return exchange
    logged_in = any(
        is_private_header(name, value) and not name.lower().startswith("proxy-") for name, value in exchange.asked
    )
    logged_in = logged_in or USER_PATTERN.match(exchange.url) is not None
    return exchange._replace(
        url=public_address(exchange.url),
        asked=public_headers(exchange.asked, secrets),
        headers=tuple(
            (name, public_address(text) if logged_in and name.lower() in ADDRESS_HEADERS else text)
            for name, value in exchange.headers
            for text in [_without(value, secrets)]
            if not (logged_in and name.lower() == COOKIE_HEADER)
        ),
    )


def public_headers(headers: Headers, secrets: Iterable[str] = ()) -> Headers:
    """Return the headers of a request without those that say who we are. secrets: texts that are replaced wherever they
    stand."""
    return tuple((name, _without(value, secrets)) for name, value in headers if not is_private_header(name, value))


def words_of(value: str) -> Iterator[str]:
    """Yield the value of a private header, and those of its parts that may be repeated in other places."""
    yield value
    yield from value.split()
    for part in value.split(";"):
        said = part.partition("=")[2]
        if said[:1].strip() and DIGIT_PATTERN.search(said) and LETTER_PATTERN.search(said):
            yield said.split(None, 1)[0]


def _without(text: str, secrets: Iterable[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, placeholder(secret))
    return text
