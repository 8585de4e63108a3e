"""What crosses the wire for an article, and what is to be kept of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.captures.warc_date import parse_warc_date

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# Noted about an answer: it is an edit that is not believed yet. If it is believed later, another note says so.
HELD_BACK_NOTE = "held_back"
# Noted about an answer, with the address of a page: the page asked for it, or it is that page before it was drawn.
PART_OF_NOTE = "part_of"
# Noted about a page: what it loaded, as pairs of address and time (WARC-Target-URI and WARC-Date of their records).
PARTS_NOTE = "parts"
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
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
    sent: bytes = b""  # the body of the request


class Drawn(NamedTuple):
    """A page as a browser drew it: what its scripts made of the answer that came."""

    url: str
    body: bytes  # HTML, UTF-8
    time: datetime  # when it was drawn
    source: tuple[str, datetime]  # the address and the time of the answer that it was drawn from
    content_type: str = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The answer that an article or a listing was read from, to be captured if something is kept of it.

    exchanges: the last is the answer, those before it are the redirects that led to it. about: what a replay must know
    and the answer does not say. parts: if a browser drew or showed the page, what the page loaded, each with its
    redirects.
    """

    exchanges: tuple[Exchange | Drawn, ...]
    about: Mapping[str, Any]
    parts: tuple[tuple[Exchange, ...], ...] = ()

    @property
    def payload(self) -> str:
        """The SHA-256 of the answer's payload, in hexadecimal digits."""
        return sha256(self.exchanges[-1].body).hexdigest()

    def adding(self, **more: Any) -> Evidence:
        """Return the same with more noted about it."""
        return replace(self, about={**self.about, **more})


def loaded_parts(about: Mapping[str, Any]) -> list[tuple[str, datetime]]:
    """Return address and time of each answer that a page loaded, by what was noted about the page."""
    parts = []
    for part in about.get(PARTS_NOTE) or ():
        try:
            url, date = part
            parts.append((str(url), parse_warc_date(str(date))))
        except (TypeError, ValueError):  # it is not ours
            continue
    return parts


def with_redirects(earlier: tuple[Exchange, ...], last: Exchange) -> tuple[Exchange, ...]:
    """Return an answer's exchange after the redirects that led to it: of the earlier exchanges, only redirects are
    kept."""
    return (*(exchange for exchange in earlier if exchange.status in REDIRECT_STATUSES), last)
