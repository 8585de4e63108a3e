"""Reading the headers of pictures: their kind, size and number of frames. No picture is decoded.

A library that decodes pictures allocates the memory for the size in the header before one can refuse it, and libraries
that only read sizes do not count frames: with both, a small file can be a bomb.
"""

from __future__ import annotations

import re
from itertools import islice
from struct import error as StructError  # noqa: N812 - it is one
from struct import unpack_from
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

PNG_START = b"\x89PNG\r\n\x1a\n"
# Markers of JPEG (ITU T.81, table B.1): those of frames, and those without a length. Three in the range of the former
# are no frames.
FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
MARKERS_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
EXIF_MARKER, ORIENTATION_TAG = 0xE1, 0x0112
MARKER_PATTERN = re.compile(rb"\xff{1,99}+[^\xff]")
SIDEWAYS_ORIENTATIONS = range(5, 9)  # orientations in which width and height are exchanged
AVIF_BRAND_PATTERN = re.compile(rb"avi[fs]")
SIZE_BOX_PATTERN = re.compile(b"ispe")
MAX_FTYP_BYTES = 256  # bytes
MAX_STEPS = 200_000  # parts of a file that are looked at: pictures have some thousand
BMP_HEADER_LENGTHS = (b"\x28\0\0\0", b"\x6c\0\0\0", b"\x7c\0\0\0")  # the lengths of headers that are in use


class PictureHead(NamedTuple):
    """The header of a picture. kind: the ending of names of such files. width, height: pixels as it is shown, 0 if the
    header does not tell."""

    kind: str
    width: int
    height: int
    frames: int = 1


def read_head(content: bytes) -> PictureHead | None:
    """Return the header of a picture, None if it is of no kind that browsers show. The size of a broken one is the one
    in its header, or 0 if that cannot be read."""
    for kind, starts, read in PICTURE_KINDS:
        if starts(content):
            try:
                return PictureHead(kind, *read(content))
            except (StructError, IndexError, ValueError):  # it ends too early, or has too many parts
                return PictureHead(kind, 0, 0)
    return None


def _png(content: bytes) -> tuple[int, int, int]:
    width, height = unpack_from(">II", content, 16)
    frames, place = 1, len(PNG_START)
    for _ in range(MAX_STEPS):
        if place + 8 > len(content):
            break
        length, name = unpack_from(">I4s", content, place)
        if name == b"acTL":  # an animation (PNG, third edition, 11.3.6.1)
            (frames,) = unpack_from(">I", content, place + 8)
        if name in (b"acTL", b"IDAT"):
            break
        place += length + 12
    return width, height, max(frames, 1)


def _gif(content: bytes) -> tuple[int, int, int]:
    width, height, flags = unpack_from("<HHB", content, 6)
    place = 13 + _table(flags)
    frames, in_data = 0, False
    for _ in range(MAX_STEPS):
        kind = content[place] if place < len(content) else None
        if in_data:
            in_data = bool(kind)
            place += (kind or 0) + 1
        elif kind == 0x2C:  # a frame
            left, top, wide, high, flags = unpack_from("<HHHHB", content, place + 1)
            width, height = max(width, left + wide), max(height, top + high)
            frames += 1
            place += 11 + _table(flags)
            in_data = True
        elif kind == 0x21:
            place += 2
            in_data = True
        else:
            return width, height, max(frames, 1)
    raise IndexError(place)


def _table(flags: int) -> int:
    """Return the size of a colour table of a GIF."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _jpeg(content: bytes) -> tuple[int, int, int]:
    place, is_on_its_side = 2, False
    for _ in range(MAX_STEPS):
        match = MARKER_PATTERN.match(content, content.index(b"\xff", place))
        if match is None:
            break
        place, marker = match.end(), match[0][-1]
        if marker in FRAME_MARKERS:
            height, width = unpack_from(">HH", content, place + 3)
            return (height, width, 1) if is_on_its_side else (width, height, 1)
        if marker not in MARKERS_WITHOUT_LENGTH:
            (length,) = unpack_from(">H", content, place)
            if marker == EXIF_MARKER and content[place + 2 : place + 8] == b"Exif\0\0":
                is_on_its_side = _orientation(content[place + 8 : place + length]) in SIDEWAYS_ORIENTATIONS
            place += max(length, 2)
    raise IndexError(place)


def _orientation(exif: bytes) -> int:
    """Return the orientation in Exif data, 1 (upright) if it has none."""
    order = "<" if exif[:2] == b"II" else ">"
    try:
        (first,) = unpack_from(f"{order}I", exif, 4)
        (count,) = unpack_from(f"{order}H", exif, first)
        for number in range(count):
            tag, _, _, value = unpack_from(f"{order}HHIH", exif, first + 2 + 12 * number)
            if tag == ORIENTATION_TAG:
                return int(value)
    except StructError:
        pass
    return 1


def _webp(content: bytes) -> tuple[int, int, int]:
    width = height = frames = 0
    place = 12
    for _ in range(MAX_STEPS):
        if place + 8 > len(content):
            return width, height, max(frames, 1)
        name, length = unpack_from("<4sI", content, place)
        start = place + 8
        if name == b"VP8X":
            width = int.from_bytes(content[start + 4 : start + 7], "little") + 1
            height = int.from_bytes(content[start + 7 : start + 10], "little") + 1
        elif name == b"ANMF":
            frames += 1
        elif name == b"VP8 " and not width:
            width, height = (size & 0x3FFF for size in unpack_from("<HH", content, start + 6))
        elif name == b"VP8L" and not width:
            (bits,) = unpack_from("<I", content, start + 1)
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        place = start + length + length % 2
    raise IndexError(place)


def _is_avif(content: bytes) -> bool:
    if content[4:8] != b"ftyp":
        return False
    length = min(int.from_bytes(content[:4], "big"), MAX_FTYP_BYTES)
    return AVIF_BRAND_PATTERN.search(content[8:length]) is not None


def _avif(content: bytes) -> tuple[int, int, int]:
    """Return the size of the largest picture in the file, which may also have smaller ones, and parts of pictures; and
    the number of frames."""
    sizes = [
        unpack_from(">II", content, found.end() + 4) for found in islice(SIZE_BOX_PATTERN.finditer(content), MAX_STEPS)
    ]
    frames = content.find(b"stsz")
    (count,) = unpack_from(">I", content, frames + 12) if frames >= 0 else (1,)
    width, height = max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))
    return width, height, max(count, 1)


def _bmp(content: bytes) -> tuple[int, int, int]:
    width, height = unpack_from("<ii", content, 18)
    return abs(width), abs(height), 1


PICTURE_KINDS: tuple[tuple[str, Callable[[bytes], bool], Callable[[bytes], tuple[int, int, int]]], ...] = (
    ("jpg", lambda content: content.startswith(b"\xff\xd8\xff"), _jpeg),
    ("png", lambda content: content.startswith(PNG_START) and content[12:16] == b"IHDR", _png),
    ("gif", lambda content: content.startswith((b"GIF87a", b"GIF89a")), _gif),
    ("webp", lambda content: content.startswith(b"RIFF") and content[8:12] == b"WEBP", _webp),
    ("avif", _is_avif, _avif),
    (
        "bmp",
        lambda content: content.startswith(b"BM") and content[14:18] in BMP_HEADER_LENGTHS,
        _bmp,
    ),
)
