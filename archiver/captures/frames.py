"""The records of a WARC or ARC file that is not packed: where each begins and ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from archiver.captures.members import MAX_RECORD_BYTES, TornError
from archiver.captures.plain import no_length

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_HEAD_BYTES = 1 << 16  # bytes: no header of a record is longer
SEARCHED_BYTES = 1 << 20  # bytes that are searched at once
HEAD_END_PATTERN = re.compile(rb"\r?\n\r?\n")
CONTENT_LENGTH_PATTERN = re.compile(rb"\nContent-Length[ \t]*:([^\r\n]*)", re.IGNORECASE)
RECORD_START = b"WARC/"
BLANK_LINES = (b"\r\n\r\n", b"\n\n")
# Address, IP address, time, media type, length: ARC 1.0, "The URL-record".
ARC_HEAD_PATTERN = re.compile(
    rb"[a-z][a-z0-9+.-]*:[^\r\n]* [^ \r\n]+ [0-9]{8,14} [^\r\n]*? ?([0-9]{1,15})\r?\n", re.IGNORECASE
)
# A field of a header has a blank after the colon.
ADDRESS_PATTERN = re.compile(rb"[a-z][a-z0-9+.-]*:[^\s]", re.IGNORECASE)
# A line with the version, and a line with a field: a text that only mentions the format does not have both.
RECORD_START_PATTERN = re.compile(rb"(?:^|(?<=\n))WARC/[0-9.]{3,5}\r?\n[A-Za-z-]+[ \t]*:")
# The same in a broken file, where a record may begin in the middle of a line: after a record that was cut off.
RECORD_ANYWHERE_PATTERN = re.compile(rb"%b|WARC/1\.[01]\r\nWARC-[A-Za-z-]+[ \t]*:" % RECORD_START_PATTERN.pattern)
MAX_START_BYTES = 100  # bytes: the longest beginning of a record that is looked for


def frames(stream: BinaryIO, start: int, stop: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield offset, length and content of each record from `start` on; of a huge one only the beginning of its content.
    Raises TornError at the first place without a record, or for a record that does not end where it says; OSError.
    """
    while start < stop:
        stream.seek(start)
        head = stream.read(min(MAX_HEAD_BYTES, stop - start))
        if blank := _blank(head):
            start += blank
            continue
        size = _size(head, start)
        if start + size > stop:
            raise TornError(start, "the file ends within a record", at_end=True)
        if not _ends(stream, start + size, stop):
            raise TornError(start, "the record does not end where it says")
        stream.seek(start)
        yield start, size, stream.read(min(size, MAX_RECORD_BYTES))
        start += size


def find_record(stream: BinaryIO, start: int, stop: int) -> int:
    """Return where the next WARC record begins from `start` on, `stop` if none does. Raises OSError."""
    while start < stop:
        before = 1 if start else 0  # one byte before it tells whether a line begins there
        stream.seek(start - before)
        window = stream.read(min(SEARCHED_BYTES + MAX_START_BYTES, stop - start + before))
        if match := RECORD_ANYWHERE_PATTERN.search(window, before):
            return start - before + match.start()
        start += SEARCHED_BYTES
    return stop


def _size(head: bytes, offset: int) -> int:
    """Return the length of the record with whose header `head` begins, without the blank lines after it. Raises
    TornError."""
    if not RECORD_START_PATTERN.match(head):
        if match := ARC_HEAD_PATTERN.match(head):
            return match.end() + int(match[1])
        raise TornError(offset, "no WARC record begins there")
    end = HEAD_END_PATTERN.search(head)
    if end is None or RECORD_START_PATTERN.search(head, 1, end.start()):
        raise TornError(offset, "its header does not end")
    match = CONTENT_LENGTH_PATTERN.search(head, 0, end.end())
    length = match[1].decode("utf-8", "replace") if match else ""
    if reason := no_length(length):
        raise TornError(offset, reason)
    return end.end() + int(length.strip().lstrip("0") or 0)


def _ends(stream: BinaryIO, end: int, stop: int) -> bool:
    """Return whether a record can end there: with two blank lines (WARC 1.1, 4), or before another record, or with the
    file."""
    stream.seek(end)
    after = stream.read(min(MAX_START_BYTES, stop - end))
    following = after.lstrip(b"\r\n")
    if not following or after.startswith(BLANK_LINES) or following.startswith(RECORD_START):
        return True
    return following != after and ADDRESS_PATTERN.match(following) is not None


def _blank(text: bytes) -> int:
    """Return how many bytes of blank lines there are at the beginning of `text`."""
    return len(text) - len(text.lstrip(b"\r\n"))
