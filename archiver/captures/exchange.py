"""What crosses the wire for an article, and what is to be kept of it."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping
    from datetime import datetime

    from archiver.captures.capture import Capture

HELD_BACK = "held_back"  # said of an answer: it is an edit that is not believed yet; if it is, more is said later
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


class Evidence:
    """The answer that an article or a listing was read from: it is captured as soon as something is kept of it, once.

    exchanges: the last is the answer, those before it led there (redirects). about: what a replay must know that the
    answer does not say; nothing when that is written. key: of the capture in the index, when it is there. capture: the
    record, when it comes from one. after: the evidence that this says more about.
    """

    __slots__ = ("about", "after", "capture", "exchanges", "key", "writing")

    def __init__(
        self,
        exchanges: tuple[Exchange, ...] = (),
        about: Mapping[str, Any] | None = None,
        key: int | None = None,
        capture: Capture | None = None,
        after: Evidence | None = None,
    ) -> None:
        self.exchanges = exchanges
        self.about = about or {}
        self.key = key
        self.capture = capture
        self.after = after
        self.writing: asyncio.Future[int] | None = None

    @property
    def payload(self) -> str:
        """The SHA-256 of the answer's payload, in hexadecimal digits."""
        return sha256(self.exchanges[-1].body).hexdigest()


def with_redirects(earlier: tuple[Exchange, ...], last: Exchange) -> tuple[Exchange, ...]:
    """Return the exchanges that led to an answer: of those before it, the redirects; failed ones led nowhere."""
    return (*(exchange for exchange in earlier if exchange.status in REDIRECTS), last)
