"""What came when a picture was asked for: it is kept as a file named by its content, or refused with the reason."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from archiver.errors import PictureError
from archiver.pictures.heads import read_head
from archiver.pictures.svg import harmless_svg, is_svg
from archiver.places import ASSETS

MAX_BYTES = 16 * 1024 * 1024  # no picture of an article has more
MAX_PIXELS = 64_000_000  # of one frame; a browser takes four bytes for each
MAX_ALL_PIXELS = 1_000_000_000  # of all frames together
MAX_TRACKER_PIXELS = 2  # pixels: a picture with a side no longer than that is not meant to be seen


class Accepted(NamedTuple):
    """A picture as it is kept. path: in the archive. width, height: pixels as it is shown, 0 if the file does not
    tell."""

    path: str
    content: bytes
    sha256: bytes
    width: int
    height: int


def accept(content: bytes) -> Accepted:
    """Return the picture in `content`, whose kind is recognised by its bytes. JPEG, PNG, GIF, WebP, AVIF and BMP are
    kept as they came, SVG without anything that could do harm. Raises PictureError for what is no picture, and for
    pictures that are not kept."""
    if len(content) > MAX_BYTES:
        raise PictureError(f"it has {len(content):,} bytes; more than {MAX_BYTES:,} are not kept")
    if is_svg(content):
        drawing = harmless_svg(content)
        return _named(drawing.content, "svg", drawing.width, drawing.height)
    head = read_head(content)
    if head is None:
        raise PictureError(f"it is no picture: {_described(content)}")
    if not (head.width and head.height):
        raise PictureError(f"it is a broken {head.kind.upper()}: it does not say how large it is")
    if min(head.width, head.height) <= MAX_TRACKER_PIXELS:
        raise PictureError(f"it is {head.width} x {head.height} pixels: nobody is to see it")
    pixels = head.width * head.height
    if pixels > MAX_PIXELS or pixels * head.frames > MAX_ALL_PIXELS:
        times = f" in {head.frames:,} frames" if head.frames > 1 else ""
        raise PictureError(f"it unpacks to {head.width:,} x {head.height:,} pixels{times}: more than can be shown")
    return _named(content, head.kind, head.width, head.height)


def asset_path(digest: bytes, kind: str) -> str:
    """Return the path in an archive of the file with that SHA-256. kind: the ending of its name."""
    name = digest.hex()
    return f"{ASSETS}/{name[:2]}/{name}.{kind}"


def size_of(content: bytes) -> tuple[int, int]:
    """Return width and height of a picture that was kept, as in `Accepted`."""
    try:
        return accept(content)[3:]
    except PictureError:  # today's rules refuse it
        return 0, 0


def _named(content: bytes, kind: str, width: int, height: int) -> Accepted:
    digest = sha256(content).digest()
    return Accepted(asset_path(digest, kind), content, digest, width, height)


def _described(content: bytes) -> str:
    if not content:
        return "nothing came"
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "a web page"
    return "a text" if b"\0" not in content[:512] and start[:1] in b"<{[#" else "bytes of no kind that browsers show"
