"""The gzip members of a WARC file: one a record (WARC 1.1, annex D.2)."""

from __future__ import annotations

import zlib
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from archiver.captures.regions import MAX_REGION_BYTES, first_member
from archiver.errors import CaptureError, os_reason
from archiver.storage import opened
from archiver.storage.regular import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.storage import Location

CHUNK_BYTES = 1 << 16  # bytes: what is left of a chunk is copied for each member in it
HASHED_BYTES = 1 << 20  # bytes, at once
GZIP_WINDOW = zlib.MAX_WBITS | 16
MAX_RECORD_BYTES = 64 << 20  # bytes of a record, unpacked


class TornError(Exception):
    """At the byte `offset` there is no whole record."""

    def __init__(self, offset: int, reason: str, *, at_end: bool = False) -> None:
        """at_end: the record is good as far as it goes; only its end is missing."""
        super().__init__(" ".join(reason.split()))
        self.offset = offset
        self.at_end = at_end


def members(stream: BinaryIO, start: int, stop: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield offset, length and content of each gzip member from `start` on; of a huge one only the beginning of its
    content.

    Raises TornError, OSError.
    """
    stream.seek(start)
    position, unpacker, pieces, size = start, zlib.decompressobj(GZIP_WINDOW), [], 0
    while chunk := stream.read(min(CHUNK_BYTES, stop - stream.tell())):
        while chunk:
            try:
                piece = unpacker.decompress(chunk)
            except zlib.error as error:
                raise TornError(start, str(error)) from error
            if size < MAX_RECORD_BYTES:
                pieces.append(piece)
                size += len(piece)
            if not unpacker.eof:
                position += len(chunk)
                break
            position += len(chunk) - len(unpacker.unused_data)
            yield start, position - start, b"".join(pieces)
            start, chunk = position, unpacker.unused_data
            unpacker, pieces, size = zlib.decompressobj(GZIP_WINDOW), [], 0
    if position > start:
        raise TornError(start, "the file ends within a record", at_end=True)


def whole(file: Location) -> Iterator[tuple[int, int]]:
    """Yield offset and length of each gzip member of `file`, up to the first place where there is no whole one.

    Raises OSError.
    """
    end = size(file)
    with file.open("rb") as stream, suppress(TornError):
        for offset, length, _ in members(stream, 0, end):
            yield offset, length


def mend(file: Location, known: int = 0) -> tuple[int, bytes] | None:
    """Cut off what a killed process left of a record at the end of `file`, and return its size and SHA-256.

    Return None if nothing was cut off: a file that holds only the beginning of its first record is deleted, and one
    that is broken anywhere but at its end stays as it is. known: where the last record ends that was noted: a file that
    is at least as long, but is broken before that, was not torn by a killed process. Raises CaptureError.
    """
    end, torn = 0, True
    try:
        file_size = size(file)
        with file.open("rb") as stream:
            try:
                for offset, length, _ in members(stream, 0, file_size):
                    end = offset + length
            except TornError as error:
                torn = error.at_end
            if end < file_size and (end < known <= file_size or _record_after(stream, end + 1, file_size)):
                return None
        if end < file_size and isinstance(file, Path) and file.is_symlink():
            return None  # another archive may be writing to the file that it links to
        if end == 0:
            if torn:
                file.unlink()
            return None
        if end < file_size:
            if not isinstance(file, Path):  # objects are written whole or not at all: none is torn
                return None
            with file.open("rb+") as stream:
                stream.truncate(end)
        return end, digest(file)
    except OSError as error:
        raise CaptureError(f"{file}: {os_reason(error)}") from error


def _record_after(stream: BinaryIO, start: int, end: int) -> bool:
    """Return whether a record begins in a part of a file: then what is broken before it was not left by a killed
    process."""
    parts = range(start, end, MAX_REGION_BYTES)
    return any(
        first_member(stream, at, min(at + MAX_REGION_BYTES, end)) < min(at + MAX_REGION_BYTES, end) for at in parts
    )


def digest(file: Location) -> bytes:
    """Return the SHA-256 of `file`. Raises OSError."""
    hasher = sha256()
    with opened(file, 0) as stream:
        while chunk := stream.read(HASHED_BYTES):
            hasher.update(chunk)
    return hasher.digest()
