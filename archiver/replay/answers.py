"""The answers in a part of a WARC file."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from hashlib import sha256
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader, ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader

from archiver.captures import Capture
from archiver.errors import CaptureError
from archiver.replay.regions import GZIP_START, STARTS, Region, first_member

try:
    import brotli
except ImportError:  # nobody who has no such captures needs it
    brotli = None

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from warcio.recordloader import ArcWarcRecord

INFLATE = (zlib.MAX_WBITS, -zlib.MAX_WBITS)  # with the header that it should have, and without, as some send it
LARGEST = 64 << 20  # bytes of an answer, unpacked
CHUNK = 1 << 16  # bytes of a file, read at once


class Answer(NamedTuple):
    """An answer in a capture. about: what was noted with it, nothing if it is not ours.

    same: payload digest of the record that has the body, where this one (a revisit) has none; refers: target URI and
    date of that record, if they are said. problem: why there is no body. more: this is only something more about an
    earlier answer, of that target URI and date.
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


class _Record(NamedTuple):
    """A record, where it begins, and how to learn how long it is when it has been read."""

    record: ArcWarcRecord
    offset: int
    length: Callable[[], int]


class _TornError(Exception):
    """What is at that byte is no whole record."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(" ".join(reason.split()))
        self.offset = offset


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


def answers(region: Region, broken: Callable[[str], None] | None = None) -> Iterator[Answer]:
    """Yield the answers that begin in `region`.

    broken: is told where the file is broken there, and the next record that can be found is gone on with; without it,
    CaptureError is raised. It is raised as well for a file that cannot be read at all.
    """
    start = region.start
    try:
        with Path(region.file).open("rb") as stream:
            while start < region.end:
                try:
                    records = _packed(stream, region, start) if region.packed else _plain(stream, region)
                    yield from _read(records, region)
                    return
                except _TornError as error:
                    problem = f"{region.file}: broken at byte {error.offset:,}: {error}"
                    if broken is None:
                        raise CaptureError(problem) from error
                    broken(problem)
                    start = error.offset + 1 if region.packed else region.end
    except OSError as error:
        raise CaptureError(f"{region.file}: cannot be read: {error.strerror}") from error


def _packed(stream: BinaryIO, region: Region, start: int) -> Iterator[_Record]:
    """Yield the records from `start` on, of a file in which each is a gzip member. Raises _TornError."""
    first = first_member(stream, start, region.end)
    if region.first and start == region.start < first:
        raise _TornError(start, "no gzip member with a WARC record begins there")
    if first >= region.end:
        return
    loader = ArcWarcRecordLoader(verify_http=False, arc2warc=True)
    for offset, length, content in _members(stream, first, region.stop):
        reader = BufferedReader(BytesIO(content))
        try:
            record = loader.parse_record_stream(reader)
        except EOFError:  # an empty member
            continue
        except (ArchiveLoadFailed, ValueError) as error:
            raise _TornError(offset, str(error)) from error
        yield _Record(record, offset, lambda length=length: length)  # type: ignore[misc]
        record.raw_stream.read()
        if len(content) < LARGEST:
            if getattr(record.raw_stream, "limit", 0) > 0:
                raise _TornError(offset, "the record is shorter than it says")
            if reader.read().strip():
                raise _TornError(offset, "a gzip member with several records; `warcio recompress` makes one for each")


def _members(stream: BinaryIO, start: int, stop: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield offset, length and content of each gzip member from `start` on; of a huge one only the beginning."""
    stream.seek(start)
    position, unpacker, pieces, size = start, zlib.decompressobj(zlib.MAX_WBITS | 16), [], 0
    while chunk := stream.read(min(CHUNK, stop - stream.tell())):
        while chunk:
            try:
                piece = unpacker.decompress(chunk)
            except zlib.error as error:
                raise _TornError(start, str(error)) from error
            if size < LARGEST:
                pieces.append(piece)
                size += len(piece)
            if not unpacker.eof:
                position += len(chunk)
                break
            position += len(chunk) - len(unpacker.unused_data)
            yield start, position - start, b"".join(pieces)
            start, chunk = position, unpacker.unused_data
            unpacker, pieces, size = zlib.decompressobj(zlib.MAX_WBITS | 16), [], 0
    if position > start:
        raise _TornError(start, "the file ends within a record")


def _plain(stream: BinaryIO, region: Region) -> Iterator[_Record]:
    """Yield the records of a file that is not packed, or not as it should be. Raises _TornError."""
    stream.seek(region.start)
    if not stream.read(9).startswith((*STARTS[:2], GZIP_START)):
        raise _TornError(region.start, "no WARC record begins there")
    stream.seek(region.start)
    records = ArchiveIterator(_Until(stream, region.stop), arc2warc=True)
    while True:
        try:
            record = next(records, None)
        except (EOFError, ArchiveLoadFailed, zlib.error, ValueError) as error:
            raise _TornError(records.offset, str(error)) from error
        if record is None or records.err_count:
            break
        offset = records.offset
        yield _Record(record, offset, records.get_record_length)
        records.read_to_end(record)
        if getattr(record.raw_stream, "limit", 0) > 0:
            raise _TornError(offset, "the file ends within a record")
    if records.err_count:
        raise _TornError(records.offset, "a record does not end where it says")


def body_at(capture: Capture, file: Path) -> Answer:
    """Return the answer that a record holds. Raises CaptureError."""
    try:
        with file.open("rb") as stream:
            stream.seek(capture.offset)
            packed = stream.read(2) == GZIP_START[:2]
            stop = stream.seek(0, SEEK_END)
            region = Region(str(file), capture.offset, capture.offset + 1, packed, stop)
            found = next(_packed(stream, region, capture.offset) if packed else _plain(stream, region), None)
            answer = _answer(found, str(file)) if found else None
    except _TornError as error:
        raise CaptureError(f"{file}: broken at byte {error.offset:,}: {error}") from error
    except OSError as error:
        raise CaptureError(f"{file}: cannot be read: {error.strerror}") from error
    if answer is None:
        raise CaptureError(f"{file}: no answer at byte {capture.offset:,}")
    return answer


def _read(records: Iterator[_Record], region: Region) -> Iterator[Answer]:
    waiting: Answer | None = None  # for what is noted about it: that comes after it
    identity = ""
    try:
        for found in records:
            record, ends = found.record, found.offset >= region.end
            if record.rec_type == "metadata" and "json" in (record.content_type or ""):
                more = _about(record)
                if waiting and record.rec_headers.get_header("WARC-Refers-To") == identity:
                    yield waiting._replace(about=more)
                    waiting = None
                elif not ends and not record.rec_headers.get_header("WARC-Refers-To") and "recipe" in more:
                    yield Answer(_capture(found, region.file, 0, ""), 0, "", b"", more, more=True)
            elif record.rec_type in ("response", "revisit", "resource"):
                if waiting:
                    yield waiting
                    waiting = None
                if not ends:
                    identity = record.rec_headers.get_header("WARC-Record-ID")
                    waiting = _answer(found, region.file)
            if ends and waiting is None:
                return
    except _TornError:
        if waiting:
            yield waiting
        raise
    if waiting:
        yield waiting


def _answer(found: _Record, file: str) -> Answer | None:
    """Return what a record holds, None if it is no answer of the web. Raises _TornError."""
    record = found.record
    headers, http = record.rec_headers, record.http_headers
    if not (headers.get_header("WARC-Target-URI") or "").startswith(("http://", "https://")):
        return None
    status = int(http.get_statuscode()) if http and (http.get_statuscode() or "").isdecimal() else 200
    content_type = (http.get_header("Content-Type") if http else record.content_type) or ""
    raw = record.raw_stream.read(LARGEST)
    if len(raw) < LARGEST and getattr(record.raw_stream, "limit", 0) > 0:
        raise _TornError(found.offset, "the record is shorter than it says")
    length = found.length()
    if record.rec_type == "revisit":
        digest = headers.get_header("WARC-Payload-Digest") or "?"
        url, date = (headers.get_header(f"WARC-Refers-To-{name}") for name in ("Target-URI", "Date"))
        refers = (url.strip("<>"), _time(date, found.offset)) if url and date else None
        capture = _capture(found, file, length, "")
        return Answer(capture, status, content_type, b"", {}, same=digest, refers=refers)
    if len(raw) == LARGEST:
        capture = _capture(found, file, length, "")
        return Answer(capture, status, content_type, b"", {}, problem=f"it has more than {LARGEST:,} bytes")
    if http and "chunked" in (http.get_header("Transfer-Encoding") or "").lower():
        raw = ChunkedDataReader(BytesIO(raw), decomp_type=None).read(LARGEST)
    capture = _capture(found, file, length, sha256(raw).hexdigest())
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


def _capture(found: _Record, file: str, length: int, payload: str) -> Capture:
    headers = found.record.rec_headers
    time = _time(headers.get_header("WARC-Date") or "", found.offset)
    return Capture(file, found.offset, length, payload, headers.get_header("WARC-Target-URI") or "", time)


def _time(date: str, offset: int) -> datetime:
    try:
        time = datetime.fromisoformat(date)
    except ValueError as error:
        raise _TornError(offset, str(error)) from error
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
