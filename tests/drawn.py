"""Pictures for tests, by hand: of each kind, of any size that a head can say."""

from __future__ import annotations

import zlib
from struct import pack


def _chunk(name: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *, frames: int = 0, drawn: bytes = b"\0") -> bytes:
    """A PNG; with so many frames one that moves. drawn: what makes it another one."""
    moves = _chunk(b"acTL", pack(">II", frames, 0)) if frames else b""
    head = _chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + moves + _chunk(b"IDAT", zlib.compress(drawn)) + _chunk(b"IEND", b"")


def gif(width: int, height: int, *, frames: int = 1) -> bytes:
    """A GIF of so many frames, with a colour table and a comment."""
    frame = b"\x2c" + pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\x00"
    table = pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return b"GIF89a" + table + b"\x21\xfe\x02hi\x00" + frame * frames + b"\x3b"


def jpeg(width: int, height: int, *, orientation: int = 1) -> bytes:
    """The head of a JPEG, and its end."""
    exif = b"Exif\0\0MM\0*\0\0\0\x08" + pack(">HHHIHH", 1, 0x0112, 3, 1, orientation, 0)
    parts = [(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"), (0xE1, exif), (0xC0, pack(">BHHB", 8, height, width, 0))]
    return b"\xff\xd8" + b"".join(pack(">BBH", 0xFF, kind, len(data) + 2) + data for kind, data in parts) + b"\xff\xd9"


def webp(width: int, height: int, *, frames: int = 0) -> bytes:
    """A WebP: lossy, or with so many frames one that moves."""
    extended = b"\0\0\0\0" + pack("<I", width - 1)[:3] + pack("<I", height - 1)[:3]
    lossy = b"\0\0\0\x9d\x01\x2a" + pack("<HH", width, height)
    chunks = [(b"VP8X", extended), *[(b"ANMF", b"\0" * 16)] * frames] if frames else [(b"VP8 ", lossy)]
    body = b"WEBP" + b"".join(name + pack("<I", len(data)) + data for name, data in chunks)
    return b"RIFF" + pack("<I", len(body)) + body


def avif(width: int, height: int) -> bytes:
    """The head of an AVIF, which has a small picture beside the one that is shown."""
    sizes = b"".join(pack(">I4sIII", 20, b"ispe", 0, *size) for size in ((width, height), (8, 8)))
    return pack(">I4s4sI4s4s", 24, b"ftyp", b"mif1", 0, b"avif", b"miaf") + sizes


def bmp(width: int, height: int) -> bytes:
    """The head of a BMP that is stored from its upper end."""
    return b"BM" + pack("<IHHIIiiHH", 54, 0, 0, 54, 40, width, -height, 1, 24) + b"\0" * 24


KINDS = {"png": png, "gif": gif, "jpg": jpeg, "webp": webp, "avif": avif, "bmp": bmp}
