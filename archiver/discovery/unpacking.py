"""Unpacking bytes that may be packed with gzip, a piece at a time: however much they unpack to, little is kept in
memory. No I/O."""

from __future__ import annotations

import zlib
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

GZIP_START = b"\x1f\x8b"
PIECE_BYTES = 1 << 16
GZIP_WINDOW = 31
MAX_LAYERS = 2


class Unpacked:
    """The pieces of `content`, without gzip, and at most `limit` bytes of them. What was packed twice, as by a server
    that packs a file which is packed already, is unpacked twice. `cut`: after the last piece, why the rest is missing;
    empty if nothing is."""

    def __init__(self, content: bytes, limit: int) -> None:
        self._content = memoryview(content)
        self._limit = limit
        self.cut = ""

    def __iter__(self) -> Iterator[bytes]:
        pieces = self._plain()
        for _ in range(MAX_LAYERS):
            start = _start(pieces)
            pieces = chain([start], pieces)
            if not start.startswith(GZIP_START):
                break
            pieces = self._limited(self._gunzipped(pieces))
        yield from self._limited(pieces)

    def _limited(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        left = self._limit
        for piece in pieces:
            if len(piece) > left:
                self.cut = self.cut or f"it is larger than {self._limit:,} bytes"
                yield piece[:left]
                return
            left -= len(piece)
            yield piece

    def _plain(self) -> Iterator[bytes]:
        for start in range(0, len(self._content), PIECE_BYTES):
            yield bytes(self._content[start : start + PIECE_BYTES])

    def _gunzipped(self, packed: Iterator[bytes]) -> Iterator[bytes]:
        unpacker = zlib.decompressobj(GZIP_WINDOW)
        waiting = b""
        try:
            while waiting := waiting or next(packed, b""):
                before = unpacker.copy()
                try:
                    piece = unpacker.decompress(waiting, PIECE_BYTES)
                except zlib.error:  # the bytes before the damage are sound
                    yield from _up_to_damage(before, waiting)
                    raise
                yield piece
                waiting = unpacker.unconsumed_tail
                if unpacker.eof:
                    waiting = unpacker.unused_data or next(packed, b"")
                    if not waiting.startswith(GZIP_START[:1]):
                        return  # padding after the last member
                    unpacker = zlib.decompressobj(GZIP_WINDOW)
        except zlib.error:
            self.cut = self.cut or "its gzip data are damaged"
            return
        self.cut = self.cut or "its gzip data break off"


def _up_to_damage(unpacker: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    """Yield what `packed` unpacks to, up to the byte that cannot be right."""
    with suppress(zlib.error):
        for number in range(len(packed)):
            yield unpacker.decompress(packed[number : number + 1])


def _start(pieces: Iterator[bytes]) -> bytes:
    """Return the first of the pieces; more of them as long as they are too short to tell whether they are packed."""
    start = b""
    for piece in pieces:
        start += piece
        if len(start) >= len(GZIP_START):
            break
    return start


def beginning(content: bytes, size: int) -> bytes:
    """Return the first `size` bytes of `content`, unpacked."""
    return b"".join(Unpacked(content, size))[:size]
