"""The answers in a part of a WARC file."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed

from archiver.captures import Capture
from archiver.errors import CaptureError
from archiver.replay.regions import first_member

try:
    import brotli
except ImportError:  # nobody who has no such captures needs it
    brotli = None

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warcio.recordloader import ArcWarcRecord

    from archiver.replay.regions import Region

INFLATE = (zlib.MAX_WBITS, -zlib.MAX_WBITS)  # with the header that it should have, and without, as some send it
LARGEST = 64 << 20  # bytes of an answer, unpacked


class Answer(NamedTuple):
    """An answer in a capture. about: what was noted with it, nothing if it is not ours.

    same: payload digest of the record that has the body, where this one (a revisit) has none. problem: why there is no
    body. more: this is only something more about an earlier answer, of that target URI and date.
    """

    capture: Capture
    status: int
    content_type: str
    body: bytes
    about: dict[str, Any]
    same: str = ""
    problem: str = ""
    more: bool = False


class _Until:
    """A file that ends at a position."""

    def __init__(self, stream: BinaryIO, stop: int) -> None:
        self._stream = stream
        self._stop = stop

    def read(self, size: int = -1) -> bytes:
        left = max(self._stop - self._stream.tell(), 0)
        return self._stream.read(left if size < 0 else min(size, left))

    def tell(self) -> int:
        return self._stream.tell()


def answers(region: Region) -> Iterator[Answer]:
    """Yield the answers that begin in `region`. Raises CaptureError where the file is broken."""
    try:
        with Path(region.file).open("rb") as stream:
            start = first_member(stream, region.start, region.end) if region.packed else region.start
            if start >= region.end:
                return
            stream.seek(start)
            yield from _read(ArchiveIterator(_Until(stream, region.stop)), region)
    except (OSError, EOFError, ArchiveLoadFailed, zlib.error, ValueError) as error:
        reason = " ".join(str(error).split())
        raise CaptureError(f"{region.file}: broken after byte {region.start:,}: {reason}") from error


def body_at(capture: Capture, file: Path) -> Answer:
    """Return the answer that a record holds. Raises CaptureError."""
    try:
        with file.open("rb") as stream:
            stream.seek(capture.offset)
            records = ArchiveIterator(stream)
            record = next(records, None)
            if record is None:
                raise CaptureError(f"{file}: nothing at byte {capture.offset:,}")
            answer = _answer(record, records, str(file), capture.offset)
    except (OSError, EOFError, ArchiveLoadFailed, zlib.error, ValueError) as error:
        raise CaptureError(f"{file}: broken at byte {capture.offset:,}: {' '.join(str(error).split())}") from error
    if answer is None:
        raise CaptureError(f"{file}: no answer at byte {capture.offset:,}")
    return answer


def _read(records: ArchiveIterator, region: Region) -> Iterator[Answer]:
    waiting: Answer | None = None  # for what is noted about it: that comes after it
    identity = ""
    for record in records:
        offset = records.offset
        ends = offset >= region.end
        if record.rec_type == "metadata" and "json" in (record.content_type or ""):
            more = _about(record)
            if waiting and record.rec_headers.get_header("WARC-Refers-To") == identity:
                yield waiting._replace(about=more)
                waiting = None
            elif not ends and not record.rec_headers.get_header("WARC-Refers-To") and "recipe" in more:
                yield Answer(_capture(record, region.file, offset, 0, ""), 0, "", b"", more, more=True)
        elif record.rec_type in ("response", "revisit", "resource"):
            if waiting:
                yield waiting
                waiting = None
            if not ends:
                identity = record.rec_headers.get_header("WARC-Record-ID")
                waiting = _answer(record, records, region.file, offset)
        elif ends and waiting is None:
            return
        if ends and waiting is None:
            return
    if waiting:
        yield waiting


def _answer(record: ArcWarcRecord, records: ArchiveIterator, file: str, offset: int) -> Answer | None:
    """Return what `record` holds, None if it is no answer of the web."""
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    if not url.startswith(("http://", "https://")):
        return None
    http = record.http_headers
    status = int(http.get_statuscode()) if http and (http.get_statuscode() or "").isdecimal() else 200
    content_type = (http.get_header("Content-Type") if http else record.content_type) or ""
    raw = record.raw_stream.read()
    records.read_to_end(record)
    length = records.get_record_length()
    if record.rec_type == "revisit":
        digest = record.rec_headers.get_header("WARC-Payload-Digest") or ""
        return Answer(_capture(record, file, offset, length, ""), status, content_type, b"", {}, same=digest or "?")
    if http and "chunked" in (http.get_header("Transfer-Encoding") or "").lower():
        raw = ChunkedDataReader(BytesIO(raw), decomp_type=None).read(LARGEST)
    capture = _capture(record, file, offset, length, sha256(raw).hexdigest())
    encoding = ((http.get_header("Content-Encoding") if http else "") or "").strip().lower()
    try:
        return Answer(capture, status, content_type, _decoded(raw, encoding), {})
    except (zlib.error, ValueError) as error:
        return Answer(capture, status, content_type, b"", {}, problem=f"its {encoding} encoding is broken: {error}")


def _decoded(raw: bytes, encoding: str) -> bytes:
    """Return a body without its content encoding. Raises zlib.error, ValueError."""
    if encoding in ("", "identity", "none") or not raw:
        return raw
    if encoding in ("gzip", "x-gzip"):
        # Some archives have taken the encoding off and kept the header.
        return _inflated(raw, zlib.MAX_WBITS | 16) if raw.startswith(b"\x1f\x8b") else raw
    if encoding == "deflate":
        try:
            return _inflated(raw, INFLATE[0])
        except zlib.error:
            return _inflated(raw, INFLATE[1])
    if encoding == "br" and brotli:
        try:
            return bytes(brotli.decompress(raw))
        except brotli.error as error:
            raise ValueError(str(error)) from error
    raise ValueError(f"nothing here can decode {encoding}")


def _inflated(raw: bytes, bits: int) -> bytes:
    unpacker = zlib.decompressobj(bits)
    body = unpacker.decompress(raw, LARGEST)
    if unpacker.unconsumed_tail:
        raise ValueError(f"more than {LARGEST:,} bytes")
    return body


def _about(record: ArcWarcRecord) -> dict[str, Any]:
    try:
        found = json.loads(record.raw_stream.read())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _capture(record: ArcWarcRecord, file: str, offset: int, length: int, payload: str) -> Capture:
    headers = record.rec_headers
    date = headers.get_header("WARC-Date") or ""
    time = datetime.fromisoformat(date)  # a ValueError says that the record is broken
    time = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    return Capture(file, offset, length, payload, headers.get_header("WARC-Target-URI") or "", time)
