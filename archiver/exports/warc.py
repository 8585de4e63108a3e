"""Reading the records of a capture from a WARC file of the archive; each is a gzip member (WARC 1.1, annex D.2)."""

from __future__ import annotations

import gzip
import zlib
from io import SEEK_END, BytesIO
from typing import TYPE_CHECKING, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from archiver.captures import CAPTURES
from archiver.captures.exchange import REDIRECT_STATUSES
from archiver.captures.frames import frames
from archiver.captures.members import GZIP_WINDOW, TornError, whole
from archiver.captures.records import CONVERSION
from archiver.errors import ExportError, os_reason
from archiver.exports.member import RecordMember
from archiver.storage import file_at, pass_over, paths_below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warcio.recordloader import ArcWarcRecord

    from archiver.captures import Capture
    from archiver.storage import Root

CHUNK_BYTES = 1 << 14  # bytes
MAX_SMALL_BYTES = 1 << 16  # bytes: packed, no request, redirect or metadata record of ours is larger
GZIP_START = b"\x1f\x8b\x08"
ANSWER_TYPES = ("response", "revisit", CONVERSION)
RECORD_END = b"\r\n\r\n"  # of a record
BROKEN_ERRORS = (EOFError, ArchiveLoadFailed, ValueError, zlib.error)


class RecordReader:
    """Reads the records of captures. root: the archive. It keeps one file open; `close` it in the end."""

    def __init__(self, root: Root) -> None:
        self._root = root
        self._path = ""
        self._stream: BinaryIO | None = None
        self._end = -1  # where the last capture that was read ends
        self._next: RecordMember | None = None  # the record there, which is the next capture in most cases

    def capture(self, capture: Capture) -> tuple[list[RecordMember], RecordMember, list[RecordMember]]:
        """Return three things: the redirects that led to an answer, with their requests; the answer; and the records
        that belong to it, its request and its note. Raises ExportError, which names the file."""
        file = file_at(self._root, capture.warc)
        try:
            stream = self._open(capture.warc)
            follows = capture.offset == self._end
            answer = (self._next if follows else None) or self._at(stream, capture.offset)
            if answer is None or answer.type not in ANSWER_TYPES or answer.url != capture.url:
                raise ExportError(f"{file}: at byte {capture.offset:,} is no answer of {capture.url}")
            before = [] if follows or answer.type == CONVERSION else _redirects(stream, capture.offset)
            after: list[RecordMember] = []
            self._end, self._next = answer.end, self._at(stream, answer.end)
            while self._next and self._next.about == answer.header("WARC-Record-ID"):
                after.append(self._next)
                self._end, self._next = self._next.end, self._at(stream, self._next.end)
        except OSError as error:
            raise ExportError(f"{file}: cannot be read: {os_reason(error)}") from error
        except BROKEN_ERRORS as error:
            message = " ".join(str(error).split())
            raise ExportError(f"{file}: no redirect in WARC before byte {capture.offset:,}: {message}") from error
        return before, answer, after

    def said_later(self, first: str) -> Iterator[RecordMember]:
        """Yield the metadata records that are later notes about earlier answers, from the file `first` of the archive
        and those after it.

        Raises ExportError, which names the file.
        """
        for path in sorted(paths_below(self._root, CAPTURES, pass_over)):
            if path < first or not path.endswith(".warc.gz"):
                continue
            file = self._root / path
            try:
                for offset, length in whole(file):
                    member = _at(self._open(path), offset) if length < MAX_SMALL_BYTES else None
                    if member and member.type == "metadata" and not member.about:
                        yield member
            except (OSError, *BROKEN_ERRORS) as error:
                raise ExportError(f"{file}: cannot be read: {' '.join(str(error).split())}") from error

    def close(self) -> None:
        """Close the file that is open."""
        if self._stream:
            self._stream.close()

    def _at(self, stream: BinaryIO, offset: int) -> RecordMember | None:
        """Return the record at `offset` of the open file; None if the file ends there or within the record. Raises
        OSError and ExportError, which names the place, since the broken record may be another one than that of the
        capture."""
        try:
            return _at(stream, offset)
        except BROKEN_ERRORS as error:
            file, said = self._root / self._path, " ".join(str(error).split())
            raise ExportError(f"{file}: no whole WARC record at byte {offset:,}: {said}") from error

    def _open(self, path: str) -> BinaryIO:
        if self._stream is None or path != self._path:
            self.close()
            self._stream, self._path, self._end = (self._root / path).open("rb"), path, -1
        return self._stream


def _at(stream: BinaryIO, offset: int) -> RecordMember | None:
    """Return the record at `offset`; None if the file ends there or within the record. Raises OSError and
    BROKEN_ERRORS."""
    stream.seek(offset)
    if stream.read(len(GZIP_START)) != GZIP_START:
        return _plain_at(stream, offset)
    stream.seek(offset)
    unpacker = zlib.decompressobj(GZIP_WINDOW)
    packed, content = bytearray(), bytearray()
    while not unpacker.eof:
        chunk = stream.read(CHUNK_BYTES)
        if not chunk:
            return None
        packed += chunk
        content += unpacker.decompress(chunk)
    own = bytes(packed[: len(packed) - len(unpacker.unused_data)])
    return RecordMember(offset, len(own), own, _record(content))


def _plain_at(stream: BinaryIO, offset: int) -> RecordMember | None:
    """Return the record at `offset` of a file that is not packed, as a packed one; None if the file ends there or
    within the record."""
    end = stream.seek(0, SEEK_END)
    try:
        start, length, content = next(frames(stream, offset, end), (end, 0, b""))
    except TornError as error:
        if error.at_end:
            return None
        raise ValueError(str(error)) from error
    if length > len(content):
        raise ValueError(f"the record has more than {len(content):,} bytes")
    if not content:
        return None
    return RecordMember(start, length, gzip.compress(content + RECORD_END, mtime=0), _record(content + RECORD_END))


def _before(stream: BinaryIO, end: int) -> RecordMember | None:
    """Return the record that ends at `end`; None if it is larger than MAX_SMALL_BYTES: such a record is never the one
    that is looked for."""
    start = max(end - MAX_SMALL_BYTES, 0)
    stream.seek(start)
    window = stream.read(end - start)
    at = len(window)
    while (at := window.rfind(GZIP_START, 0, at)) >= 0:
        unpacker = zlib.decompressobj(GZIP_WINDOW)
        try:
            content = unpacker.decompress(window[at:])
        except zlib.error:  # these bytes only looked like the beginning of a member
            continue
        if unpacker.eof and not unpacker.unused_data and content.startswith(b"WARC/"):
            return RecordMember(start + at, len(window) - at, window[at:], _record(content))
    return None


def _redirects(stream: BinaryIO, end: int) -> list[RecordMember]:
    """Return the redirects directly before `end`, each with its request. The note on another answer, for example, ends
    them."""
    redirects: list[RecordMember] = []
    while (request := _before(stream, end)) and request.type == "request":
        answer = _before(stream, request.offset)
        if not answer or answer.header("WARC-Record-ID") != request.about or answer.status not in REDIRECT_STATUSES:
            break
        redirects[:0] = (answer, request)
        end = answer.offset
    return redirects


def _record(content: bytes | bytearray) -> ArcWarcRecord:
    for record in ArchiveIterator(BytesIO(content)):
        return record
    raise EOFError("it is empty")
