"""An answer as a capture has it, and the names by which other records may refer to its record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from archiver.captures.capture import Capture


class RecordNames(NamedTuple):
    """The names by which revisits may refer to a record that has a body.

    id: its WARC-Record-ID. digest: its WARC-Payload-Digest. payload: the SHA-256 of its payload, in hexadecimal
    digits. url and time: WARC-Target-URI and WARC-Date.
    """

    id: str
    digest: str
    payload: str
    url: str
    time: datetime


class CapturedAnswer(NamedTuple):
    """An answer in a capture. about: what was noted with it; empty if the capture is not ours.

    same: payload digest of the record that has the body, where this one (a revisit) has none. refers and refers_to:
    target URI and date of that record, and its WARC-Record-ID, if they are said. problem: why there is no body, or that
    it is cut off. more: this is no answer, but only a later note about an earlier answer with this target URI and date.
    id and digest: WARC-Record-ID and WARC-Payload-Digest of the record, by which others may refer to it. drawn: it is
    what a browser drew, or another program made, of an answer (a conversion).
    """

    capture: Capture
    status: int
    content_type: str
    body: bytes
    about: dict[str, Any]
    same: str = ""
    problem: str = ""
    more: bool = False
    refers: tuple[str, datetime] | None = None
    refers_to: str = ""
    id: str = ""
    digest: str = ""
    drawn: bool = False

    @property
    def names(self) -> RecordNames:
        """The names by which revisits may refer to the record."""
        return RecordNames(self.id, self.digest, self.capture.payload, self.capture.url, self.capture.time)
