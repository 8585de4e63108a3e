"""Pictures on a page: which of its addresses is the picture's, and which pictures are only signs or placeholders."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archiver.cleaning.srcset import candidates
from archiver.urls import resolve_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

# Attributes in which scripts find the address of a picture that is loaded only when it comes into view; `src` is a
# placeholder then.
LATE_ATTRIBUTES = (
    "data-src data-original data-lazy-src data-lazy data-original-src data-img-src data-image data-url data-hi-res-src "
    "data-full-src data-echo data-actualsrc data-backsrc data-srcset data-lazy-srcset"
).split()
SOURCE_ATTRIBUTES = (*LATE_ATTRIBUTES, "srcset", "src")
# The file name of a placeholder has a word such as `placeholder`, or consists of words of the sets below only:
# `grey_bg.png` is a placeholder; `greyhound-races.jpg` and `crane-loading-a-ship.jpg` are pictures.
FILE_NAME_PATTERN = re.compile(r"([^/]+)\.(?:gif|png|svg|jpe?g|webp)", re.IGNORECASE)
WORD_PATTERN = re.compile(r"[^\W\d_]{3,}|(?<!\d)1x1(?!\d)")
PLACEHOLDER_PATTERN = re.compile(r"(?:placeholder|spacer|lazyload)")
PLACEHOLDER_WORDS = frozenset("blank pixel transparent loading lazy 1x1 grey gray".split())
WORDS_BESIDE_PLACEHOLDER = frozenset(
    "ajax background black box default dot dummy empty gif icon image img line loader pic picture pre small spinner"
    " square trans white".split()
)
MIN_SIDE_PIXELS = 40  # pixels; a picture whose sides are both smaller is an icon of the page
NUMBER_PATTERN = re.compile(r"\d{1,9}")


def picture_address(element: HtmlElement, base: str) -> str:
    """Return the absolute address of the picture that an `img` element shows; empty if it is not worth keeping (an
    icon, a tracking pixel, a placeholder)."""
    sides = [int(found[0]) for side in ("width", "height") if (found := NUMBER_PATTERN.match(element.get(side) or ""))]
    if any(side <= 1 for side in sides) or (len(sides) == 2 and max(sides) < MIN_SIDE_PIXELS):
        return ""
    for written in _written(element):
        address = resolve_url(written, base)
        if address and not _is_placeholder(address):
            return address
    return ""


def _is_placeholder(address: str) -> bool:
    """Return whether the file name in `address` is that of a placeholder for a picture that is loaded later."""
    found = FILE_NAME_PATTERN.fullmatch(urlsplit(address).path.rpartition("/")[2])
    words = set(WORD_PATTERN.findall(found[1].lower())) if found else set()
    if any(map(PLACEHOLDER_PATTERN.match, words)):
        return True
    return bool(words & PLACEHOLDER_WORDS) and words <= PLACEHOLDER_WORDS | WORDS_BESIDE_PLACEHOLDER


def _written(element: HtmlElement) -> Iterator[str]:
    for name in SOURCE_ATTRIBUTES:
        if value := element.get(name):
            yield _largest(value) if name.endswith("srcset") else value
    parent = element.getparent()
    if parent is not None and parent.tag == "picture":
        for source in parent.iter("source"):
            if value := source.get("srcset") or source.get("data-srcset"):
                yield _largest(value)


def _largest(srcset: str) -> str:
    """Return the address of the largest picture that a `srcset` offers."""
    best, most = "", -1.0
    for address, size, unit in candidates(srcset):
        width = (size or 0.0) * (1000 if unit == "x" else 1)
        if width > most:
            best, most = address, width
    return best
