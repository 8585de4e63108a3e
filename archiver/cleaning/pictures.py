"""Which picture an element shows. No I/O."""

from __future__ import annotations

import math
import re
from base64 import b64decode
from typing import TYPE_CHECKING

from archiver.cleaning.address import resolved
from archiver.cleaning.srcset import candidates
from archiver.cleaning.style import PIXEL_SIZES, read_style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

PICTURE_ADDRESS_PATTERN = re.compile(r"https?://|data:image/(?:png|jpe?g|gif|webp);", re.IGNORECASE)
# The beginning of a GIF or a PNG of one pixel or none: such a picture stands in the place of one that is loaded late.
PLACEHOLDER_PATTERN = re.compile(
    rb"GIF8[79]a[\x00\x01]\x00[\x00\x01]\x00|\x89PNG\r\n\x1a\n....IHDR\x00\x00\x00[\x00\x01]\x00\x00\x00[\x00\x01]",
    re.DOTALL,
)
DATA_ADDRESS_PATTERN = re.compile(r"data:[^,]*;base64,\s*([a-zA-Z0-9+/]{32})", re.IGNORECASE)
# Attributes with a picture that is loaded late: then `src` is a placeholder. The last one has the original, of which
# `src` is a copy.
LATE_ATTRIBUTES = ("data-src", "data-original")
LATE_SET_ATTRIBUTES = ("data-srcset",)
SOURCE_ATTRIBUTES = ("src",)
SET_ATTRIBUTES = ("srcset",)
ORIGINAL_ATTRIBUTES = ("orginial_src",)
# More attributes with the full-size picture, where the page shows a smaller one.
FULL_SIZE_ATTRIBUTES = (
    "orginial_src",
    "data-orig-file",
    "data-full-src",
    "data-hi-res-src",
    "data-original-src",
    "data-large-file",
)
ALL_SET_ATTRIBUTES = (*SET_ATTRIBUTES, *LATE_SET_ATTRIBUTES, "data-lazy-srcset")
OFFERING_ATTRIBUTES = frozenset({*FULL_SIZE_ATTRIBUTES, *ALL_SET_ATTRIBUTES})
SHOWN_TYPES = frozenset(f"image/{kind}" for kind in ("jpeg", "jpg", "png", "gif", "webp", "avif"))
WEB_ADDRESS_PATTERN = re.compile(r"https?://", re.IGNORECASE)
DEFAULT_WIDTH_PIXELS = 600.0  # pixels; the assumed width of a picture that does not say its own
MAX_WIDTH_PIXELS = 2_560  # pixels: larger pictures show nothing more
MAX_OFFERS = 4  # addresses that are tried


def is_placeholder(address: str) -> bool:
    """Return whether `address` holds a picture of one pixel."""
    data = DATA_ADDRESS_PATTERN.match(address)
    return data is not None and PLACEHOLDER_PATTERN.match(b64decode(data[1])) is not None


def is_pixel(element: _Element) -> bool:
    """Return whether a picture is a tracking pixel, which is there to be loaded and not to be seen."""
    if element.get("width") in PIXEL_SIZES or element.get("height") in PIXEL_SIZES:
        return True
    style = element.get("style")
    return bool(style) and read_style(style).makes_a_pixel


def shows_a_picture(element: _Element) -> bool:
    """Return whether an `img`, as it stands, shows a picture: not a pixel, a placeholder, or nothing at all."""
    sources = (element.get("src") or "", element.get("srcset") or "")
    return not is_pixel(element) and any(source.strip() and not is_placeholder(source.strip()) for source in sources)


def picture_address(element: _Element, base: str) -> str:
    """Return the address of the picture that an `img` shows, empty if it has none that can be shown."""
    for written in _candidates(element):
        if PICTURE_ADDRESS_PATTERN.match(address := resolved(written, base)) and not is_placeholder(address):
            return address
    return ""


def offers(element: _Element, base: str, shown: str) -> tuple[str, ...]:
    """Return the addresses at which a page offers the picture that an `img` shows at the address `shown`: the largest
    first, as far as the page tells, and none wider than MAX_WIDTH_PIXELS. If there are no others, only `shown`."""
    if OFFERING_ATTRIBUTES.isdisjoint(element.keys()) and next(_sources(element), None) is None:
        return (shown,)
    given: list[tuple[float, str]] = [(math.inf, element.get(name) or "") for name in FULL_SIZE_ATTRIBUTES]
    for srcset in _sets(element):
        for address, size, unit in candidates(srcset):
            width = (1 if size is None else size) * (1 if unit == "w" else _width(element))
            if width <= MAX_WIDTH_PIXELS:
                given.append((width, address))
    found: dict[str, float] = {shown: _width(element)}
    for width, written in given:
        if written and WEB_ADDRESS_PATTERN.match(address := resolved(written, base)):
            found[address] = max(found.get(address, 0), width)
    # Of equally large ones the one that is shown comes first, and then those that the page names earlier.
    return tuple(sorted(found, key=found.__getitem__, reverse=True))[:MAX_OFFERS]


def _sets(element: _Element) -> Iterator[str]:
    yield from (element.get(name) or "" for name in ALL_SET_ATTRIBUTES)
    for source in _sources(element):
        if (source.get("type") or "image/webp").strip().lower() in SHOWN_TYPES:
            yield source.get("srcset") or source.get("data-srcset") or ""


def _sources(element: _Element) -> Iterator[_Element]:
    """Yield the `source` elements that are in one `picture` with an `img`."""
    parent = element.getparent()
    if parent is not None and parent.tag == "picture":
        yield from parent.iter("source")


def _width(element: _Element) -> float:
    """Return how wide the picture in `src` is, as far as the page tells."""
    width = element.get("width") or ""
    return float(width) if width.isascii() and width.isdecimal() and 1 < len(width) < 6 else DEFAULT_WIDTH_PIXELS


def _candidates(element: _Element) -> Iterator[str]:
    for names, sets in (
        (LATE_ATTRIBUTES, LATE_SET_ATTRIBUTES),
        (SOURCE_ATTRIBUTES, ()),
        ((), SET_ATTRIBUTES),
        (ORIGINAL_ATTRIBUTES, ()),
    ):
        for name in names:
            if written := element.get(name):
                yield written
        for name in sets:
            if written := element.get(name):
                yield from _largest_first(written)
    for source in _sources(element):
        yield from _largest_first(source.get("srcset") or source.get("data-srcset") or "")


def _largest_first(srcset: str) -> list[str]:
    found = sorted(candidates(srcset), key=lambda one: 1 if one.size is None else one.size, reverse=True)
    return [one.address for one in found]
