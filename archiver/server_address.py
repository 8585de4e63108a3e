"""Where an index is that is not in its archive: the address of a server, without its secrets wherever it is shown."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

SCHEMES = ("postgresql", "postgres")
HIDDEN = "***"
_IN_ADDRESS = re.compile(r"(\b(?:postgresql|postgres)://[^\s/?#:@]*):[^\s/?#]*@")
_IN_OPTIONS = re.compile(r"(?i)\b(password|sslpassword)=[^\s&]*")


def is_server(address: str) -> bool:
    """Return whether an address is one of a PostgreSQL server."""
    return address.partition("://")[0] in SCHEMES


def shown(address: str) -> str:
    """Return the address of a server for people: without password and options."""
    try:
        parts = urlsplit(address)
        where = parts.netloc.rpartition("@")
        user = where[0].partition(":")[0]
    except ValueError:
        return f"{SCHEMES[0]}://…"
    return f"{parts.scheme}://{user}{where[1]}{where[2]}{parts.path}"


def without_secrets(text: str) -> str:
    """Return a text without the passwords of the addresses of servers in it."""
    return _IN_OPTIONS.sub(rf"\1={HIDDEN}", _IN_ADDRESS.sub(rf"\1:{HIDDEN}@", text))
