"""Unpacking bytes that may be packed with gzip, a piece at a time: however much they unpack to, little is kept in
memory. No I/O."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

GZIP = b"\x1f\x8b"
PIECE = 1 << 16
GZIP_WINDOW = 31


class Unpacked:
    """The pieces of `content`, without gzip, and at most `limit` bytes of them. `cut`: after the last piece, why the
    rest is missing; empty if nothing is."""

    def __init__(self, content: bytes, limit: int) -> None:
        self._content = memoryview(content)
        self._limit = limit
        self.cut = ""

    def __iter__(self) -> Iterator[bytes]:
        left = self._limit
        pieces = self._gunzipped() if bytes(self._content[:2]) == GZIP else self._plain()
        for piece in pieces:
            if len(piece) > left:
                self.cut = f"it is larger than {self._limit:,} bytes"
                yield piece[:left]
                return
            left -= len(piece)
            yield piece

    def _plain(self) -> Iterator[bytes]:
        for start in range(0, len(self._content), PIECE):
            yield bytes(self._content[start : start + PIECE])

    def _gunzipped(self) -> Iterator[bytes]:
        packed: Iterator[bytes] = self._plain()
        unpacker = zlib.decompressobj(GZIP_WINDOW)
        waiting = b""
        try:
            while waiting := waiting or next(packed, b""):
                yield unpacker.decompress(waiting, PIECE)
                waiting = unpacker.unconsumed_tail
                if unpacker.eof:
                    waiting = unpacker.unused_data or next(packed, b"")
                    if not waiting.startswith(GZIP[:1]):
                        return  # padding after the last member
                    unpacker = zlib.decompressobj(GZIP_WINDOW)
        except zlib.error:
            self.cut = "its gzip data are damaged"
            return
        self.cut = "its gzip data break off"


def beginning(content: bytes, size: int) -> bytes:
    """Return the first `size` bytes of `content`, unpacked."""
    return b"".join(Unpacked(content, size))[:size]
