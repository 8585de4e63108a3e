"""What is ours alone and is never kept: credentials in requests and in addresses. The one list of them. No I/O.

Captures are made to be published. What a source sends to everybody stays as it came; what it was sent by us so that it
knows us goes before it is written anywhere.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archiver.captures.exchange import Exchange, Headers

REMOVED = "removed"  # in the place of a value
# Headers of a request: Authorization, Proxy-Authorization, Cookie, X-Api-Key, X-Auth-Token, Private-Token and the like.
HEADER = re.compile(
    r".*(?:authorization|cookie|token|secret|passw|credential|signature|session|(?:api|access|auth|subscription)-?key).*"
)
# Parameters of an address, without the marks between the parts of a name: always; or if the value looks like a key.
ALWAYS = re.compile(
    r"(?:|access|auth|oauth|api|app|bearer|client|csrf|xsrf|id|login|private|refresh|sas|security|session|user)token"
    r"|.*secret|.*passw(?:or)?d|pwd|sig|.*signature|.*credential|xamz.*|.*(?:api|access|app|auth|subscription)keys?(?:id)?"
    r"|.*sessionid|.*sessid|jwt|authorization"
)
PERHAPS = re.compile(r"key|sid|auth|pass|sign|ticket|session|code|skey|(?!page|next|continuation|cursor).*token")
KEY_LIKE = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9_+/=.~-]{16,}")
MARKS = re.compile(r"[-_. ]+")
USER = re.compile(r"^([a-z][a-z0-9+.-]*:[/\\]{2,})([^/?#\\]*)@", re.IGNORECASE)
PARAMETER = re.compile(r"(?<=[?&;#])([^=&;#?]+)=([^&;#]*)")
WEB = re.compile(r"https?://", re.IGNORECASE)
ADDRESS_IN_TEXT = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
COOKIE = "set-cookie"
LONG_ENOUGH = 6  # characters: a shorter secret is not looked for elsewhere, since it would be found in other words


@lru_cache(1024)
def is_private_header(name: str) -> bool:
    """Return whether a header of a request says who we are."""
    return HEADER.fullmatch(name.lower()) is not None


@lru_cache(1024)
def public_address(url: str) -> str:
    """Return an address without name and password, and with `removed` for the values of keys and tokens."""
    return PARAMETER.sub(_public_parameter, USER.sub(r"\1", url))


def public_values(value: Any) -> Any:
    """Return a JSON value with the addresses in it as `public_address` has them."""
    if isinstance(value, str):
        return public_address(value) if WEB.match(value) else value
    if isinstance(value, dict):
        return {key: public_values(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [public_values(one) for one in value]
    return value


def public_texts(value: Any) -> Any:
    """Return a JSON value, which is in our words, with the addresses anywhere in its texts as `public_address` has
    them."""
    if isinstance(value, str):
        return ADDRESS_IN_TEXT.sub(lambda found: public_address(found[0]), value)
    if isinstance(value, dict):
        return {key: public_texts(one) for key, one in value.items()}
    return [public_texts(one) for one in value] if isinstance(value, list | tuple) else value


def private_parts(url: str) -> list[str]:
    """Return the values in an address that `public_address` takes out."""
    user = USER.match(url)
    found = [*user[2].split(":", 1), user[2]] if user else []
    return [*found, *(one[2] for one in PARAMETER.finditer(url) if _is_private_parameter(one[1], one[2]))]


def public_exchange(exchange: Exchange) -> Exchange:
    """Return an exchange as it is kept: without what is ours alone.

    Headers of the request that say who we are are left out, and parts of the address are replaced. Where the answer's
    headers repeat one of these, as a redirect may, it is replaced there, too. Cookies that were set stay, unless the
    request logged us in: then they may stand for us. The body stays as it came.
    """
    taken = [value for name, value in exchange.asked if is_private_header(name)]
    secrets = {*private_parts(exchange.url), *(word for value in taken for word in (value, *value.split()))}
    secrets = {one for one in secrets if len(one) >= LONG_ENOUGH}
    if not (taken or secrets) and public_address(exchange.url) == exchange.url:
        return exchange
    logged_in = any(is_private_header(name) and not name.lower().startswith("proxy-") for name, _ in exchange.asked)
    logged_in = logged_in or USER.match(exchange.url) is not None
    return exchange._replace(
        url=public_address(exchange.url),
        asked=public_headers(exchange.asked, secrets),
        headers=tuple(
            (name, _without(value, secrets))
            for name, value in exchange.headers
            if not (logged_in and name.lower() == COOKIE)
        ),
    )


def public_headers(headers: Headers, secrets: Iterable[str] = ()) -> Headers:
    """Return the headers of a request without those that say who we are. secrets: are replaced wherever they are."""
    return tuple((name, _without(value, secrets)) for name, value in headers if not is_private_header(name))


def _without(text: str, secrets: Iterable[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, REMOVED)
    return text


def _public_parameter(found: re.Match[str]) -> str:
    return f"{found[1]}={REMOVED}" if _is_private_parameter(found[1], found[2]) else found[0]


def _is_private_parameter(name: str, value: str) -> bool:
    plain, said = MARKS.sub("", unquote_plus(name).lower()), unquote_plus(value)
    if not said or said == REMOVED:
        return False
    if ALWAYS.fullmatch(plain):
        return True
    return PERHAPS.fullmatch(plain) is not None and KEY_LIKE.fullmatch(said) is not None
