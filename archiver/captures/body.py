"""The body of an answer: its payload, its content, and whether it is whole. Crawl, replay and verify all ask this
module. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from archiver.captures.decoding import NO_CODINGS, CutOffError, UnreadableBodyError, decode

if TYPE_CHECKING:
    from collections.abc import Iterable

OK_STATUS = 200
# Statuses of answers with the whole of what was asked for: 203 is a 200 that a proxy has changed (RFC 9110, 15.3.4).
WHOLE_STATUSES = frozenset({OK_STATUS, 203})
CHUNK_SIZE_PATTERN = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r\n")  # RFC 9112, 7.1
CUT_CHUNK_SIZE_PATTERN = re.compile(rb"[0-9A-Fa-f]{0,15}[ \t]*(?:;[^\r\n]*)?\r?")  # the same, cut off
CHUNKED = "chunked"
MAX_LENGTH_DIGITS = 18  # digits of a length that are read: more than any answer needs; thousands would take long


class OpenedBody(NamedTuple):
    """A body, opened.

    payload: the body without its transfer encoding; digests of payloads are made of this. content: the payload without
    its content encoding; empty if there is a fault. fault: why it cannot be read, or that it is not whole; None if all
    is well.
    """

    payload: bytes
    content: bytes
    fault: UnreadableBodyError | None = None


def open_body(
    raw: bytes,
    headers: Iterable[tuple[str, str]],
    limit: int,
    *,
    status: int = OK_STATUS,
    truncated: str = "",
    segment: str = "",
) -> OpenedBody:
    """Open the body of an answer.

    headers: of the answer. limit: the most bytes that it may unpack to. truncated and segment: WARC-Truncated and
    WARC-Segment-Number of its record (WARC 1.1, 5.13 and 5.18), empty where they are not said.

    Archives often take encodings off and leave their headers as they were. So the headers count only where the bytes
    agree with them: chunks are checked if there are chunks, and Content-Length if no encoding was taken off.
    """
    headers = [(name.lower(), value) for name, value in headers]
    transfer = _values(headers, "transfer-encoding")
    payload = raw
    try:
        payload = _without_transfer_encoding(raw, transfer, limit)
        if truncated:
            raise CutOffError(f"the answer is cut off: its record says so (WARC-Truncated: {truncated})")
        if segment:
            raise CutOffError("the answer is cut off: its record is one segment of several (WARC-Segment-Number)")
        content = decode(payload, _values(headers, "content-encoding"), limit)
    except UnreadableBodyError as error:
        return OpenedBody(payload, b"", error)
    if status not in WHOLE_STATUSES or transfer:  # with a transfer encoding Content-Length does not count
        return OpenedBody(payload, content)
    lengths = _content_lengths(headers)
    if len(lengths) > 1:
        what = " and ".join(f"{length:,}" for length in lengths)
        return OpenedBody(payload, b"", UnreadableBodyError(f"its length is not known: Content-Length says {what}"))
    if not _encoding_was_taken_off(headers, payload, content):
        length = max(lengths, default=0)
        if len(payload) < length:
            what = f"{len(payload):,} of {length:,} bytes are there (Content-Length)"
            return OpenedBody(payload, b"", CutOffError(f"the answer is cut off: {what}"))
    return OpenedBody(payload, content)


def _without_transfer_encoding(raw: bytes, encodings: str, limit: int) -> bytes:
    """Return a body without its transfer encodings. Raises UnreadableBodyError."""
    names = [name.strip().lower() for name in encodings.split(",")]
    if CHUNKED in names:
        raw = dechunked(raw)
    return decode(raw, ",".join(name for name in names if name != CHUNKED), limit)


def dechunked(raw: bytes) -> bytes:
    """Return what is in chunks (RFC 9112, 7.1), without the trailer that may follow the last; `raw` itself if it is not
    chunked, that is if it does not begin with a chunk. Raises UnreadableBodyError."""
    pieces: list[bytes] = []
    position = 0
    while size := CHUNK_SIZE_PATTERN.match(raw, position):
        start, length = size.end(), int(size[1], 16)
        if length == 0:
            return b"".join(pieces)
        end = start + length
        if end < len(raw) and not b"\r\n".startswith(raw[end : end + 2]):
            if not pieces:
                return raw
            raise UnreadableBodyError(f"its chunks are broken at byte {end:,}")
        if end + 2 > len(raw):
            raise CutOffError("the answer is cut off: its last chunk is missing")
        pieces.append(raw[start:end])
        position = end + 2
    if not pieces:
        return raw
    if CUT_CHUNK_SIZE_PATTERN.fullmatch(raw, position):
        raise CutOffError("the answer is cut off: its last chunk is missing")
    raise UnreadableBodyError(f"its chunks are broken at byte {position:,}")


def _encoding_was_taken_off(headers: list[tuple[str, str]], payload: bytes, content: bytes) -> bool:
    """Return whether an archive took the content encoding off before it stored the body: the encoding is named, in the
    usual header or in one that was renamed (X-Archive-Orig-Content-Encoding, and so on), but the body does not have
    it."""
    named = any(
        name.endswith("content-encoding") and value.strip().lower() not in NO_CODINGS for name, value in headers
    )
    return named and payload == content and bool(payload)


def _content_lengths(headers: list[tuple[str, str]]) -> list[int]:
    """Return the lengths that Content-Length says, each once. With two different ones nobody knows which is true, and
    clients refuse such an answer (RFC 9112, 6.3). Values that are no numbers are left out."""
    lengths = (one.strip() for one in _values(headers, "content-length").split(","))
    return sorted(
        {int(one.lstrip("0")[:MAX_LENGTH_DIGITS] or 0) for one in lengths if one.isascii() and one.isdecimal()}
    )


def _values(headers: list[tuple[str, str]], name: str) -> str:
    """Return the values of all headers of that name, joined by commas (RFC 9110, 5.3)."""
    return ",".join(value for one, value in headers if one == name)
