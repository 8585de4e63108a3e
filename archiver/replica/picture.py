"""Pictures, made up from their names."""

from __future__ import annotations

import struct
import zlib

_WIDTH, _HEIGHT = 64, 48


def png(name: str) -> bytes:
    """A small PNG of one colour, the colour following from the name: two names give two pictures."""
    pixel = (zlib.crc32(name.encode()) & 0xFFFFFF).to_bytes(3, "big")
    rows = (b"\x00" + pixel * _WIDTH) * _HEIGHT
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
