"""The answers in a part of a WARC file."""

from __future__ import annotations

import json
from hashlib import sha256
from io import SEEK_END
from typing import TYPE_CHECKING, Any, BinaryIO

from archiver.captures.body import OK_STATUS, open_body
from archiver.captures.capture import NOTE_PREFIX, Capture
from archiver.captures.captured_answer import CapturedAnswer
from archiver.captures.members import MAX_RECORD_BYTES
from archiver.captures.plain import NUMBER_PATTERN, WEB_PREFIXES
from archiver.captures.records import CONVERSION, Broken, WarcRecord, records
from archiver.captures.regions import GZIP_START, Region
from archiver.captures.warc_date import parse_warc_date
from archiver.errors import CaptureError, StoreError, os_reason
from archiver.private import public_address
from archiver.storage import located, opened
from archiver.storage.read_ahead import read_ahead
from archiver.storage.stored import is_stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from archiver.storage import Location

ANSWER_TYPES = ("response", "revisit", "resource", CONVERSION)
PAYLOAD_DIGEST_FIELD = "WARC-Payload-Digest"


def answers(
    region: Region, broken: Callable[[str], None] | None = None, stream: BinaryIO | None = None
) -> Iterator[CapturedAnswer]:
    """Yield the answers that begin in `region`.

    broken: is called with a message where the file is broken, and then reading goes on with the next record that can be
    found; without it, CaptureError is raised. It is raised as well for a file that cannot be read at all. stream: the
    open file, from which to read and which is closed at the end; None: it is opened here.
    """
    try:
        with stream or _stream(region) as opened_stream:
            yield from _read(records(opened_stream, region), region, broken)
    except OSError as error:
        raise CaptureError(f"{region.file}: cannot be read: {os_reason(error)}") from error


def streams(regions: Sequence[Region]) -> Iterator[tuple[Region, BinaryIO | None]]:
    """Yield regions, each with an open stream if it is in a store: requests for the next regions are made ahead. None
    instead of a stream: the region is to be opened when it is read, which also raises the error if it cannot be."""
    if any(is_stored(region.file) for region in regions):
        return zip(regions, read_ahead(_begun, regions), strict=True)
    return ((region, None) for region in regions)


def _begun(region: Region) -> BinaryIO | None:
    try:
        stream = _stream(region)
        stream.read(1)
    except (OSError, StoreError):
        return None
    return stream


def _stream(region: Region) -> BinaryIO:
    return opened(located(region.file), region.start, region.end - region.start)


def body_at(capture: Capture, file: Location) -> CapturedAnswer:
    """Return the answer that a record holds, without what was noted with it. Raises CaptureError."""
    try:
        with opened(file, capture.offset, capture.length) as stream:
            is_packed = stream.read(2) == GZIP_START[:2]
            stop = capture.offset + capture.length if capture.length else stream.seek(0, SEEK_END)
            region = Region(str(file), capture.offset, capture.offset + 1, is_packed, stop)
            record = next(records(stream, region), None)
    except OSError as error:
        raise CaptureError(f"{file}: cannot be read: {os_reason(error)}") from error
    found = _opened(record, str(file)) if isinstance(record, WarcRecord) else record
    if isinstance(found, Broken):
        raise CaptureError(_where(str(file), found))
    if found is None:
        raise CaptureError(f"{file}: no answer at byte {capture.offset:,}")
    return found


def answer_at(capture: Capture, file: Location) -> CapturedAnswer:
    """Return the answer that a record holds, with what was noted with it. Raises CaptureError."""
    try:
        with opened(file, capture.offset) as stream:
            is_packed = stream.read(2) == GZIP_START[:2]
            stop = stream.seek(0, SEEK_END)
    except OSError as error:
        raise CaptureError(f"{file}: cannot be read: {os_reason(error)}") from error
    answer = next(answers(Region(str(file), capture.offset, capture.offset + 1, is_packed, stop)), None)
    if answer is None:
        raise CaptureError(f"{file}: no answer at byte {capture.offset:,}")
    return answer


def _read(
    records: Iterable[WarcRecord | Broken], region: Region, broken: Callable[[str], None] | None
) -> Iterator[CapturedAnswer]:
    waiting: CapturedAnswer | None = None  # an answer that waits for its note, which comes after it
    for record in records:
        ends = record.offset >= region.end
        if isinstance(record, WarcRecord) and record.type == "metadata":
            if waiting and waiting.id and record.header("WARC-Refers-To") == waiting.id:
                yield waiting._replace(about=_about(record))
                waiting = None
            elif not ends and (more := _more(record, region.file)):
                yield more
        elif isinstance(record, Broken) or record.type in ANSWER_TYPES:
            if waiting:
                yield waiting
                waiting = None
            result = record if isinstance(record, Broken) else None if ends else _opened(record, region.file)
            if isinstance(result, CapturedAnswer):
                waiting = result
            elif isinstance(result, Broken) and broken:
                broken(_where(region.file, result))
            elif isinstance(result, Broken):
                raise CaptureError(_where(region.file, result))
        if ends and waiting is None:
            return
    if waiting:
        yield waiting


def _where(file: str, broken: Broken) -> str:
    return f"{file}: broken at byte {broken.offset:,}: {broken.reason}"


def _opened(record: WarcRecord, file: str) -> CapturedAnswer | Broken | None:
    """Return what a record holds, None if it is no answer of the web."""
    if not record.url.startswith(WEB_PREFIXES):
        return None if record.url else Broken(record.offset, "it does not say of what it is (WARC-Target-URI)")
    capture = _capture(record, file)
    if isinstance(capture, Broken):
        return capture
    http = record.http
    code = http.status if http else ""
    status = int(code) if NUMBER_PATTERN.fullmatch(code) else OK_STATUS
    content_type = http.get("content-type") if http else record.header("Content-Type")
    answer = CapturedAnswer(
        capture,
        status,
        content_type,
        b"",
        {},
        id=record.header("WARC-Record-ID"),
        digest=record.header(PAYLOAD_DIGEST_FIELD),
        drawn=record.type == CONVERSION,
    )
    if record.type == "revisit":
        return answer._replace(
            same=record.header(PAYLOAD_DIGEST_FIELD) or "?",
            refers=_refers(record),
            refers_to=record.header("WARC-Refers-To"),
        )
    if len(record.block) == MAX_RECORD_BYTES:
        return answer._replace(problem=f"the answer is larger than {MAX_RECORD_BYTES:,} bytes")
    body = open_body(
        record.block,
        http.fields if http else (),
        MAX_RECORD_BYTES,
        status=status,
        truncated=record.header("WARC-Truncated"),
        segment=record.header("WARC-Segment-Number"),
    )
    return answer._replace(
        capture=capture._replace(payload=sha256(body.payload).hexdigest()),
        body=body.content,
        problem=str(body.fault or ""),
    )


def _refers(record: WarcRecord) -> tuple[str, datetime] | None:
    """Return target URI and date of the record that a revisit refers to; None if it does not say both."""
    url, date = record.header("WARC-Refers-To-Target-URI").strip("<>"), record.header("WARC-Refers-To-Date")
    try:
        return (public_address(url), parse_warc_date(date)) if url else None
    except ValueError:
        return None


def _about(record: WarcRecord) -> dict[str, Any]:
    """Return what a metadata record of ours says; empty for a record of other programs."""
    if "json" not in record.header("Content-Type"):
        return {}
    try:
        about = json.loads(record.block)
    except (ValueError, RecursionError):
        return {}
    return about if isinstance(about, dict) else {}


def _more(record: WarcRecord, file: str) -> CapturedAnswer | None:
    """Return the note that a metadata record has about an earlier answer (not about the record before it); None if it
    is no such record."""
    about = {} if record.header("WARC-Refers-To") else _about(record)
    capture = _capture(record, file) if "recipe" in about else None
    if not isinstance(capture, Capture):
        return None
    return CapturedAnswer(capture._replace(length=0), 0, "", b"", about, more=True)


def _capture(record: WarcRecord, file: str) -> Capture | Broken:
    """Return where a record is, its payload not yet known. Credentials are not in its address, as in that of an answer
    that is captured here: other tools keep them."""
    try:
        time = parse_warc_date(record.header("WARC-Date"))
    except ValueError as error:
        return Broken(record.offset, str(error))
    url = public_address(record.url.removeprefix(NOTE_PREFIX))
    return Capture(file, record.offset, record.length, "", url, time)
