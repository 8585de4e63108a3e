"""The gzip members of a WARC file: one a record (WARC 1.1, annex D.2)."""

from __future__ import annotations

import zlib
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO

from archiver.errors import CaptureError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 1 << 16  # bytes: what is left of a chunk is copied for each member in it
HASHED = 1 << 20  # bytes, at once
GZIP = zlib.MAX_WBITS | 16
LARGEST = 64 << 20  # bytes of a record, unpacked


class TornError(Exception):
    """What is at that byte is no whole record."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(" ".join(reason.split()))
        self.offset = offset


def members(stream: BinaryIO, start: int, stop: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield offset, length and content of each gzip member from `start` on; of a huge one only the beginning.

    Raises TornError, OSError.
    """
    stream.seek(start)
    position, unpacker, pieces, size = start, zlib.decompressobj(GZIP), [], 0
    while chunk := stream.read(min(CHUNK, stop - stream.tell())):
        while chunk:
            try:
                piece = unpacker.decompress(chunk)
            except zlib.error as error:
                raise TornError(start, str(error)) from error
            if size < LARGEST:
                pieces.append(piece)
                size += len(piece)
            if not unpacker.eof:
                position += len(chunk)
                break
            position += len(chunk) - len(unpacker.unused_data)
            yield start, position - start, b"".join(pieces)
            start, chunk = position, unpacker.unused_data
            unpacker, pieces, size = zlib.decompressobj(GZIP), [], 0
    if position > start:
        raise TornError(start, "the file ends within a record")


def whole(file: Path) -> Iterator[tuple[int, int]]:
    """Yield offset and length of each whole gzip member of `file`, up to the first that is torn or none.

    Raises OSError.
    """
    with file.open("rb") as stream, suppress(TornError):
        for offset, length, _ in members(stream, 0, file.stat().st_size):
            yield offset, length


def mend(file: Path) -> tuple[int, bytes]:
    """Cut off what a killed process left of a record at the end of `file`, and return its size and SHA-256.

    A file without any whole record goes, and its size is 0. Raises CaptureError.
    """
    try:
        end = max((offset + length for offset, length in whole(file)), default=0)
        if end == 0:
            file.unlink()
            return 0, b""
        if end < file.stat().st_size:
            with file.open("rb+") as stream:
                stream.truncate(end)
        return end, digest(file)
    except OSError as error:
        raise CaptureError(f"{file}: {error.strerror}") from error


def digest(file: Path) -> bytes:
    """Return the SHA-256 of `file`. Raises OSError."""
    hasher = sha256()
    with file.open("rb", buffering=0) as stream:
        while chunk := stream.read(HASHED):
            hasher.update(chunk)
    return hasher.digest()
