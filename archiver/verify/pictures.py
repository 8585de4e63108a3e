"""Checking that the pictures that posts show from the archive are there, and complete."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from archiver.storage.regular import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.storage import Location

SOURCE_PATTERN = re.compile(rb'<img\s[^>]*?src="([^"]*)"')
ELSEWHERE_PATTERN = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")  # on another site, or in the post itself (data:)
# How a picture begins, and how a complete one ends.
END_OF_BEGINNING = {b"\xff\xd8\xff": b"\xff\xd9", b"\x89PNG\r\n\x1a\n": b"IEND\xaeB`\x82", b"GIF8": b"\x3b"}
TAIL_BYTES = 16  # bytes


def local_pictures(content: bytes) -> Iterator[str]:
    """Yield the paths in the archive of the pictures that a post shows from the archive."""
    for source in SOURCE_PATTERN.findall(content):
        address = source.decode(errors="replace").replace("&amp;", "&")
        if address and not ELSEWHERE_PATTERN.match(address):
            yield unquote(address.partition("?")[0].partition("#")[0]).lstrip("/")


def fault(file: Location) -> str:
    """Return what is wrong with a picture; empty if it is complete. Raises OSError, and ValueError for an invalid file
    name."""
    bytes_ = size(file)
    with file.open("rb") as stream:
        start = stream.read(TAIL_BYTES)
        stream.seek(max(bytes_ - TAIL_BYTES, 0))
        end = stream.read().rstrip(b"\0")
    if not bytes_:
        return "it is empty"
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "" if int.from_bytes(start[4:8], "little") + 8 <= bytes_ else "its end is missing"
    for beginning, ending in END_OF_BEGINNING.items():
        if start.startswith(beginning):
            return "" if end.endswith(ending) else "its end is missing"
    return ""  # a kind of picture whose end is not checked
