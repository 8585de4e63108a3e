"""The address of the PostgreSQL server that an index may be on, and how to show it without its secrets."""

from __future__ import annotations

import re

SCHEMES = ("postgresql", "postgres")
HIDDEN_PASSWORD = "***"
# A password may contain any character, even one that should be percent-encoded in an address: it must not be shown if
# the user forgot that.
_IN_ADDRESS = re.compile(r"(\b(?:postgresql|postgres)://[^\s/?#:@]*):\S*@", re.IGNORECASE)
_IN_OPTIONS = re.compile(r"\b(password|sslpassword)\s*=\s*(?:'(?:[^'\\]|\\.)*'|[^\s&]*)", re.IGNORECASE)
_OPTIONS = re.compile(r"\?[a-z_]+=.*", re.DOTALL)
_USER = re.compile(r"[^\s/?#:@]*")
# The hosts of a server, each with its port, and the database.
_HOST = r"(?:\[[^\s/?#@\]]*\]|[^\s/?#:@\[\],]*)(?::\d*)?"
_PLACE = re.compile(rf"{_HOST}(?:,{_HOST})*(?:/[^\s?#@]*)?")


def is_server(address: str) -> bool:
    """Return whether an address is that of a PostgreSQL server."""
    return address.partition("://")[0] in SCHEMES


def shown(address: str) -> str:
    """Return the address of a server as it may be shown: without password and options. If it is not certain which part
    is the password, only the scheme is shown."""
    scheme, user, at, place = _split(address)
    if not _PLACE.fullmatch(place):
        return f"{SCHEMES[0]}://…"
    return f"{scheme.lower()}://{_USER.match(user)[0]}{at}{place}"  # type: ignore[index]


def is_misread(address: str) -> bool:
    """Return whether the password in the address of a server has a `/` or an `@` that is not percent-encoded: then a
    part of the password would be taken for the host, and be looked up in the network."""
    _, user, _, _ = _split(address)
    return "/" in user or "@" in user


def without_secrets(text: str) -> str:
    """Return a text without the passwords of the addresses of servers in it."""
    return _IN_OPTIONS.sub(rf"\1={HIDDEN_PASSWORD}", _IN_ADDRESS.sub(rf"\1:{HIDDEN_PASSWORD}@", text))


def _split(address: str) -> tuple[str, str, str, str]:
    """Return the parts of an address, without its options: the scheme, the user with the password, the `@` if there is
    one, and hosts with the database."""
    scheme, _, rest = _OPTIONS.sub("", address).partition("://")
    return (scheme, *rest.rpartition("@"))
