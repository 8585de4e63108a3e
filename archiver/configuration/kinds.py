"""Kinds of settings. Each is a function that takes a value as it was given (text, or a value of Python or YAML), and
returns the value to use.

It raises ValueError, with what was expected instead.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archiver.server_address import is_server
from archiver.spans import read_span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TRUE_WORDS, FALSE_WORDS = ("true", "1"), ("false", "0")
SCHEME_PATTERN = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
STORE_PATTERN = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[\w!.*'()-]+)*")  # nothing that needs an escape
LIST_TYPES = (list, tuple, set, frozenset)


def switch(value: object) -> bool:
    """Return whether something is on: a boolean, 1 or 0, or their names in any case."""
    text = str(value).strip().casefold()
    if text not in TRUE_WORDS + FALSE_WORDS:
        raise ValueError(f"expected True or False, got {value!r}")
    return text in TRUE_WORDS


def optional_switch(value: object) -> bool | None:
    """Return the same as `switch`, or None for an empty value: then other things decide."""
    return None if value is None or value == "" else switch(value)


def number(value: object) -> float:
    """Return a number of 0 or more."""
    try:
        result = float(str(value))
    except ValueError as error:
        raise ValueError(f"expected a number, got {value!r}") from error
    if not (math.isfinite(result) and result >= 0):
        raise ValueError(f"expected a number that is not negative, got {value!r}")
    return result


def whole_number(value: object) -> int:
    """Return a whole number of 0 or more."""
    result = number(value)
    if not result.is_integer():
        raise ValueError(f"expected a whole number, got {value!r}")
    return int(result)


def seconds(value: object) -> float:
    """Return a length of time in seconds, given as their number or as a span (`2m`, see `archiver.spans`)."""
    text = str(value).strip()
    try:
        return read_span(text).total_seconds() if text[-1:].isalpha() else number(text)
    except ValueError as error:
        raise ValueError(f"expected seconds or a length of time such as 30s, 2m or 6h, got {value!r}") from error


def colour(value: object) -> str:
    """Return a colour as style sheets write it (`#7a1f1f`); empty for an empty value."""
    text = "" if value is None else str(value).strip()
    if text and not re.fullmatch(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})", text):
        raise ValueError(f"expected a colour such as #7a1f1f, got {value!r}")
    return text


def span(value: object) -> str:
    """Return a length of time as it was given (`2d`, see `archiver.spans`); empty for an empty value and for 0."""
    text = "" if value is None else str(value).strip()
    if text in ("", "0"):
        return ""
    read_span(text)
    return text


def text(value: object) -> str:
    """Return one line of text; empty for None."""
    result = "" if value is None else str(value).strip()
    if not result.isprintable():
        raise ValueError(f"expected one line of text, got {result!r}")
    return result


def web_address(value: object) -> str:
    """Return an address of http or https; empty for an empty value."""
    result = text(value)
    try:
        parts = urlsplit(result)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        whole = False
    if result and not whole:
        raise ValueError(f"expected an address such as https://example.org/hook, got {result!r}")
    return result


def server_address(value: object) -> str:
    """Return the address of a PostgreSQL database; empty for an empty value. The error does not quote the value: there
    may be a password in it."""
    result = "" if value is None else str(value).strip()
    if result and not (is_server(result) and result.isprintable() and " " not in result):
        raise ValueError("expected the address of a database, such as postgresql://archiver@localhost/archives")
    return result


def store_address(value: object) -> str:
    """Return the address of a place in an object store, `s3://BUCKET` or `s3://BUCKET/PREFIX`; empty for an empty
    value. The error does not quote the value: somebody may have put a key in it."""
    result = "" if value is None else str(value).strip().rstrip("/")
    if result and not STORE_PATTERN.fullmatch(result):
        raise ValueError("expected a bucket and a prefix, such as s3://news-archive/share; keys are never in it")
    return result


def directory(value: object) -> str:
    """Return the path of a directory, which need not be there."""
    result = "" if value is None else str(value)
    if result.startswith("s3://"):
        raise ValueError("expected a directory, for the index and the settings; name the store in ARCHIVER_STORE")
    if not result.strip() or "\0" in result or SCHEME_PATTERN.match(result):
        raise ValueError("expected a directory")
    return result


def directories(value: object) -> tuple[str, ...]:
    """Return the paths of directories: a list of them, or text with commas between them."""
    parts: Iterable[object] = value if isinstance(value, LIST_TYPES) else str(value or "").split(",")
    return tuple(stripped for part in parts if (stripped := str(part).strip()))


def choice(*names: str) -> Callable[[object], str]:
    """Return the kind of a setting that is one of `names`."""

    def read(value: object) -> str:
        if value not in names:
            raise ValueError(f"expected {' or '.join(names)}, got {value!r}")
        return str(value)

    return read
