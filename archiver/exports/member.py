"""A record of a WARC file, with what exports need to know of it. No I/O."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archiver.captures import NOTE_PREFIX
from archiver.captures.body import OK_STATUS
from archiver.captures.plain import NUMBER_PATTERN
from archiver.captures.records import CONVERSION

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord


@dataclass(frozen=True, slots=True)
class RecordMember:
    """A record. offset and length: of its bytes in its file. packed: the record as a gzip member, as it is in our own
    files. record: its content."""

    offset: int
    length: int
    packed: bytes
    record: ArcWarcRecord

    @property
    def end(self) -> int:
        """Where the next record begins."""
        return self.offset + self.length

    @property
    def type(self) -> str:
        """WARC-Type: response, revisit, request, metadata; conversion for a page as a browser drew it."""
        return str(self.record.rec_type)

    @property
    def url(self) -> str:
        """WARC-Target-URI; of a metadata record the address that it is about."""
        return self.header("WARC-Target-URI").removeprefix(NOTE_PREFIX)

    @property
    def date(self) -> str:
        """WARC-Date, as it is written there."""
        return self.header("WARC-Date")

    @property
    def about(self) -> str:
        """The WARC-Record-ID of the answer that a request or metadata belongs to, empty if none is named."""
        return self.header("WARC-Concurrent-To") or self.header("WARC-Refers-To")

    @property
    def status(self) -> int:
        """The HTTP status of an answer; 200 for a page that a browser drew, 0 if there is none."""
        if self.type == CONVERSION:
            return OK_STATUS
        code = self.record.http_headers.get_statuscode() if self.record.http_headers else ""
        return int(code) if NUMBER_PATTERN.fullmatch(code) else 0

    @property
    def mime(self) -> str:
        """The media type of an answer, without parameters."""
        http = self.record.http_headers
        content_type = http.get_header("Content-Type") if http else self.header("Content-Type")
        return ((content_type or "").split(";")[0].split() or ["application/octet-stream"])[0]

    def header(self, name: str) -> str:
        """Return a header of the record, empty if there is none."""
        return self.record.rec_headers.get_header(name) or ""

    def noted(self) -> dict[str, Any]:
        """Return what a metadata record of ours says; empty for other records. To be called only once, since it reads
        the stream."""
        try:
            notes = json.loads(self.record.raw_stream.read()) if self.type == "metadata" else {}
        except ValueError:
            return {}
        return notes if isinstance(notes, dict) else {}
