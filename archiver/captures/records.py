"""The records in a part of a WARC file, whole ones only."""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader

from archiver.captures.members import LARGEST, TornError, members
from archiver.captures.regions import GZIP_START, STARTS, Region, first_member

REQUEST, HEAD = b"\r\nWARC-Type: request\r\n", 1000  # bytes in which a record says what it is, if it does so early
ANOTHER = b"\r\n\r\nWARC/"  # record in the same gzip member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from warcio.recordloader import ArcWarcRecord


class Record(NamedTuple):
    """A record, where it begins, and how to learn how long it is when it has been read."""

    record: ArcWarcRecord
    offset: int
    length: Callable[[], int]


def packed(stream: BinaryIO, region: Region, start: int) -> Iterator[Record]:
    """Yield the records from `start` on, of a file in which each is a gzip member; no requests. Raises TornError."""
    first = first_member(stream, start, region.end)
    if region.first and start == region.start < first:
        raise TornError(start, "no gzip member with a WARC record begins there")
    if first >= region.end:
        return
    loader = ArcWarcRecordLoader(verify_http=False, arc2warc=True)
    for offset, length, content in members(stream, first, region.stop):
        # A third of the records, and nobody asks for them: reading their headers takes longer than anything else here.
        if REQUEST in content[:HEAD] and ANOTHER not in content:
            continue
        reader = BufferedReader(BytesIO(content))
        try:
            record = loader.parse_record_stream(reader)
        except EOFError:  # an empty member
            continue
        except (ArchiveLoadFailed, ValueError) as error:
            raise TornError(offset, str(error)) from error
        yield Record(record, offset, lambda length=length: length)  # type: ignore[misc]
        record.raw_stream.read()
        if len(content) < LARGEST:
            if getattr(record.raw_stream, "limit", 0) > 0:
                raise TornError(offset, "the record is shorter than it says")
            if reader.read().strip():
                raise TornError(offset, "a gzip member with several records; `warcio recompress` makes one for each")


def plain(stream: BinaryIO, region: Region) -> Iterator[Record]:
    """Yield the records of a file that is not packed, or not as it should be. Raises TornError."""
    stream.seek(region.start)
    if not stream.read(9).startswith((*STARTS[:2], GZIP_START)):
        raise TornError(region.start, "no WARC record begins there")
    stream.seek(region.start)
    records = ArchiveIterator(_Until(stream, region.stop), arc2warc=True)
    while True:
        try:
            record = next(records, None)
        except (EOFError, ArchiveLoadFailed, zlib.error, ValueError) as error:
            raise TornError(records.offset, str(error)) from error
        if record is None or records.err_count:
            break
        offset = records.offset
        yield Record(record, offset, records.get_record_length)
        records.read_to_end(record)
        if getattr(record.raw_stream, "limit", 0) > 0:
            raise TornError(offset, "the file ends within a record")
    if records.err_count:
        raise TornError(records.offset, "a record does not end where it says")


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
