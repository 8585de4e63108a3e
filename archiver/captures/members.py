"""The gzip members of a WARC file: one a record (WARC 1.1, annex D.2)."""

from __future__ import annotations

import zlib
from hashlib import sha256
from typing import TYPE_CHECKING

from archiver.errors import CaptureError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 1 << 20  # bytes
GZIP = zlib.MAX_WBITS | 16


def whole(file: Path) -> Iterator[tuple[int, int]]:
    """Yield offset and length of each whole gzip member of `file`, up to the first that is torn or none.

    Raises OSError.
    """
    with file.open("rb") as stream:
        start = position = 0
        unpacker = zlib.decompressobj(GZIP)
        while chunk := stream.read(CHUNK):
            while chunk:
                try:
                    unpacker.decompress(chunk)
                except zlib.error:
                    return
                if not unpacker.eof:
                    position += len(chunk)
                    break
                position += len(chunk) - len(unpacker.unused_data)
                yield start, position - start
                start, chunk = position, unpacker.unused_data
                unpacker = zlib.decompressobj(GZIP)


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
        while chunk := stream.read(CHUNK):
            hasher.update(chunk)
    return hasher.digest()
