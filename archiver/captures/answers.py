"""The answers in a part of a WARC file."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from hashlib import sha256
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from warcio.bufferedreaders import ChunkedDataReader

from archiver.captures.capture import ABOUT, Capture
from archiver.captures.decoding import decoded
from archiver.captures.members import LARGEST, TornError
from archiver.captures.records import packed, plain
from archiver.captures.regions import GZIP_START, Region
from archiver.errors import CaptureError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from warcio.recordloader import ArcWarcRecord

    from archiver.captures.records import Record


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
                    records = packed(stream, region, start) if region.packed else plain(stream, region)
                    yield from _read(records, region)
                    return
                except TornError as error:
                    problem = f"{region.file}: broken at byte {error.offset:,}: {error}"
                    if broken is None:
                        raise CaptureError(problem) from error
                    broken(problem)
                    start = error.offset + 1 if region.packed else region.end
    except OSError as error:
        raise CaptureError(f"{region.file}: cannot be read: {error.strerror}") from error


def body_at(capture: Capture, file: Path) -> Answer:
    """Return the answer that a record holds. Raises CaptureError."""
    try:
        with file.open("rb") as stream:
            stream.seek(capture.offset)
            is_packed = stream.read(2) == GZIP_START[:2]
            stop = stream.seek(0, SEEK_END)
            region = Region(str(file), capture.offset, capture.offset + 1, is_packed, stop)
            found = next(packed(stream, region, capture.offset) if is_packed else plain(stream, region), None)
            answer = _answer(found, str(file)) if found else None
    except TornError as error:
        raise CaptureError(f"{file}: broken at byte {error.offset:,}: {error}") from error
    except OSError as error:
        raise CaptureError(f"{file}: cannot be read: {error.strerror}") from error
    if answer is None:
        raise CaptureError(f"{file}: no answer at byte {capture.offset:,}")
    return answer


def _read(records: Iterator[Record], region: Region) -> Iterator[Answer]:
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
    except TornError:
        if waiting:
            yield waiting
        raise
    if waiting:
        yield waiting


def _answer(found: Record, file: str) -> Answer | None:
    """Return what a record holds, None if it is no answer of the web. Raises TornError."""
    record = found.record
    headers, http = record.rec_headers, record.http_headers
    if not (headers.get_header("WARC-Target-URI") or "").startswith(("http://", "https://")):
        return None
    status = int(http.get_statuscode()) if http and (http.get_statuscode() or "").isdecimal() else 200
    content_type = (http.get_header("Content-Type") if http else record.content_type) or ""
    raw = record.raw_stream.read(LARGEST)
    if len(raw) < LARGEST and getattr(record.raw_stream, "limit", 0) > 0:
        raise TornError(found.offset, "the record is shorter than it says")
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
        return Answer(capture, status, content_type, decoded(raw, encoding), {})
    except (zlib.error, ValueError) as error:
        return Answer(capture, status, content_type, b"", {}, problem=f"its {encoding} encoding is broken: {error}")


def _about(record: ArcWarcRecord) -> dict[str, Any]:
    try:
        found = json.loads(record.raw_stream.read())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _capture(found: Record, file: str, length: int, payload: str) -> Capture:
    headers = found.record.rec_headers
    time = _time(headers.get_header("WARC-Date") or "", found.offset)
    return Capture(
        file, found.offset, length, payload, (headers.get_header("WARC-Target-URI") or "").removeprefix(ABOUT), time
    )


def _time(date: str, offset: int) -> datetime:
    try:
        time = datetime.fromisoformat(date)
    except ValueError as error:
        raise TornError(offset, str(error)) from error
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
