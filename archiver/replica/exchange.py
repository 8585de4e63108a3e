"""What one request asked for, and what it is answered with."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

HTML = "text/html;charset=UTF-8"
JSON = "application/json;charset=UTF-8"
SCRIPT = "application/javascript;charset=UTF-8"

_INFO_CODE = re.compile(r"NW(\d+)", re.IGNORECASE)
_ID_IN_PATH = re.compile(r"[/,](\d{12,})(?:\.html)?$")


@dataclass(frozen=True)
class Seen:
    """One request as it arrived: `path` and `query` as sent, header names in lower case, `time` monotonic."""

    method: str
    host: str
    path: str
    query: str
    headers: Mapping[str, str]
    time: float

    @property
    def target(self) -> str:
        """The path with its query, as a relative reference."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def params(self) -> dict[str, str]:
        """The query's parameters, their names in lower case."""
        return {name.lower(): value for name, value in parse_qsl(self.query, keep_blank_values=True)}

    @property
    def article_id(self) -> str | None:
        """The id (bare digits) of the article that is asked for, or None."""
        params = self.params
        if found := _INFO_CODE.fullmatch(params.get("infocode") or params.get("id", "")):
            return found[1]
        found = _ID_IN_PATH.search(unquote(self.path))
        return found[1] if found else None


@dataclass(frozen=True)
class Reply:
    """One response, and how it is to be sent.

    `declared` is a Content-Length other than the body's; `delay` and `drip` are the seconds before the answer
    and the seconds that its body takes; `reset` drops the connection instead of answering. `more` are headers after
    the others: repeated ones. `chunked` sends the body in chunks, without a length.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    declared: int | None = None
    delay: float = 0
    drip: float = 0
    reset: bool = False
    more: tuple[tuple[str, str], ...] = ()
    chunked: bool = False


def typed(body: str | bytes, content_type: str) -> Reply:
    """A 200 answer of that content type; text goes out as UTF-8."""
    return Reply(body=body.encode() if isinstance(body, str) else body, headers={"Content-Type": content_type})


def as_text(value: object) -> str:
    """The value as JSON, characters as they are."""
    return json.dumps(value, ensure_ascii=False)


def as_json(value: object) -> Reply:
    """The value as a JSON answer."""
    return typed(as_text(value), JSON)


def plain(status: int, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer that says its status and no more, with these headers."""
    body = f"{status} {HTTPStatus(status).phrase}\n".encode()
    return Reply(status, body, {"Content-Type": "text/plain;charset=UTF-8", **(headers or {})})
