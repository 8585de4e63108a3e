"""Where an index is that is not in its archive: the address of a server, without its secrets wherever it is shown."""

from __future__ import annotations

import re

SCHEMES = ("postgresql", "postgres")
HIDDEN = "***"
# A password may have any character in it, also one that should be percent-encoded there: whoever forgot that has not
# meant to show it.
_IN_ADDRESS = re.compile(r"(\b(?:postgresql|postgres)://[^\s/?#:@]*):\S*@", re.IGNORECASE)
_IN_OPTIONS = re.compile(r"\b(password|sslpassword)\s*=\s*(?:'(?:[^'\\]|\\.)*'|[^\s&]*)", re.IGNORECASE)
_OPTIONS = re.compile(r"\?[a-z_]+=.*", re.DOTALL)
_USER = re.compile(r"[^\s/?#:@]*")
# The hosts of a server, each with its port, and the database.
_HOST = r"(?:\[[^\s/?#@\]]*\]|[^\s/?#:@\[\],]*)(?::\d*)?"
_PLACE = re.compile(rf"{_HOST}(?:,{_HOST})*(?:/[^\s?#@]*)?")


def is_server(address: str) -> bool:
    """Return whether an address is one of a PostgreSQL server."""
    return address.partition("://")[0] in SCHEMES


def shown(address: str) -> str:
    """Return the address of a server for people: without password and options, and without all else if it is not
    certain what of it is the password."""
    scheme, user, at, place = _split(address)
    if not _PLACE.fullmatch(place):
        return f"{SCHEMES[0]}://…"
    return f"{scheme.lower()}://{_USER.match(user)[0]}{at}{place}"  # type: ignore[index]


def is_misread(address: str) -> bool:
    """Return whether a part of the password in the address of a server would be taken for its host, and be looked for
    in the network: it has a / or an @ in it."""
    _, user, _, _ = _split(address)
    return "/" in user or "@" in user


def without_secrets(text: str) -> str:
    """Return a text without the passwords of the addresses of servers in it."""
    return _IN_OPTIONS.sub(rf"\1={HIDDEN}", _IN_ADDRESS.sub(rf"\1:{HIDDEN}@", text))


def _split(address: str) -> tuple[str, str, str, str]:
    """Return the scheme of an address, the user with the password, an @ if there is one, and all before the options."""
    scheme, _, rest = _OPTIONS.sub("", address).partition("://")
    return (scheme, *rest.rpartition("@"))
