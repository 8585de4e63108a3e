"""What crosses the wire for an article, and what is to be kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# Noted about an answer: it is an edit that is not believed yet. If it ever is, another note says so.
HELD_BACK = "held_back"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
Headers = tuple[tuple[str, str], ...]  # in their order, repeated ones too; a byte is a character (Latin-1)


class Exchange(NamedTuple):
    """A request and the answer to it."""

    url: str
    method: str
    asked: Headers  # of the request
    status: int
    version: str  # HTTP/1.1
    reason: str
    headers: Headers  # of the answer
    body: bytes  # as it came: its content encoding is kept, the transfer encoding is gone
    time: datetime  # when it was asked
    address: str  # of the host that answered


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The answer that an article or a listing was read from, to be captured if something is kept of it.

    exchanges: the last is the answer, those before it led there (redirects). about: what a replay must know that the
    answer does not say.
    """

    exchanges: tuple[Exchange, ...]
    about: Mapping[str, Any]

    @property
    def payload(self) -> str:
        """The SHA-256 of the answer's payload, in hexadecimal digits."""
        return sha256(self.exchanges[-1].body).hexdigest()

    def saying(self, **more: Any) -> Evidence:
        """Return the same with more noted about it."""
        return Evidence(self.exchanges, {**self.about, **more})


def with_redirects(earlier: tuple[Exchange, ...], last: Exchange) -> tuple[Exchange, ...]:
    """Return the exchanges that led to an answer: of those before it, the redirects; failed ones led nowhere."""
    return (*(exchange for exchange in earlier if exchange.status in REDIRECTS), last)
