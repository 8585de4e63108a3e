"""Marking as noise what is no part of a page's article, by the tags and the names of elements."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from archiver.cleaning.media import MEDIA_ELEMENTS
from archiver.cleaning.style import is_hidden
from archiver.reading.body.names import (
    CAMEL_CASE_PATTERN,
    COMMENT_NAME_PATTERN,
    CONTENT_PART_PATTERN,
    FILED_ELEMENTS,
    HIDDEN_NAME_PATTERN,
    NOISE_NAME_PATTERN,
    UNFOLDED_NAME_PATTERN,
    WEAK_NAME_PATTERN,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lxml.html import HtmlElement

    from archiver.reading.body.outline import Outline

NOISE_TAGS = frozenset("nav footer aside dialog menu form fieldset".split())
NOISE_ROLES = frozenset(
    (
        "alert alertdialog banner complementary contentinfo dialog form menu menubar navigation search tablist toolbar "
        "tooltip"
    ).split()
)
HIDING_STYLE_PATTERN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
# An element with more than this share of the page's prose is not noise, whatever it is called.
MAX_PROSE_SHARE = 0.3
# If elements with names of noise have more than this share of the page's prose, the names mean something else here.
MAX_NOISE_SHARE = 0.6
MAX_ID_CHARACTERS = 30
# A part of a name that a program made up (`block-n1AuAdJlVL`): the `Ad` in it is no word.
RANDOM_NAME_PATTERN = re.compile(
    r"(?<![A-Za-z\d])(?=[A-Za-z]*\d)[a-z\d]{0,2}(?:[A-Z]{1,2}[a-z\d]{0,2}){3,}(?![A-Za-z\d])"
)
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
CELLS = frozenset("thead tbody tfoot tr th td".split())  # their names only say how they look: `hide-on-phones`
MIN_PROSE = 200  # an article has more prose than that
MAX_WEAK_PROSE_SHARE = 0.5
MIN_LINE_CHARACTERS = 15  # characters outside links: a line with at least so many keeps its links
MAX_WEAK_PROSE = 400
NO_NAMES, NOISE_ONLY, NOISE_AND_WEAK = range(3)


def mark_noise(page: Outline) -> bytearray:
    """Return for each element of `page` 1 if it is noise or within noise, else 0; `page` is measured again without
    noise.

    An element that holds a good part of the page's prose is no noise, unless it holds the comments of readers.
    """
    comments = _comments(page)
    page.remeasure(comments)
    if page.prose(0) < MIN_PROSE:
        comments = bytearray(len(page.elements))
        page.remeasure(comments)
    for names in (NOISE_AND_WEAK, NOISE_ONLY, NO_NAMES):
        noise = _marked(page, names)
        lost = sum(block.prose for block in page.blocks if noise[block.owner] and not comments[block.owner])
        if lost <= MAX_NOISE_SHARE * page.prose(0):
            break
    noise = bytearray(map(max, noise, comments))
    page.remeasure(noise)
    return noise


def unmark(page: Outline, noise: bytearray, roots: Sequence[int]) -> None:
    """Unmark `roots`, which hold an article whatever they are called and wherever they are, and mark again what is
    noise within them."""
    for root in roots:
        noise[root : page.ends[root]] = bytes(page.ends[root] - root)
    page.remeasure(noise)
    ranges = [(root + 1, page.ends[root]) for root in roots]
    inner = _marked(page, NOISE_ONLY, ranges)
    for start, stop in ranges:
        noise[start - 1 : stop] = b"\x00" + inner[start:stop]
    page.remeasure(noise)


def _comments(page: Outline) -> bytearray:
    found = bytearray(len(page.elements))
    for place in range(1, len(page.elements)):
        element = page.elements[place]
        names = f"{element.get('class') or ''} {element.get('id') or ''}".lower() if element.attrib else ""
        if "comment" in names and element.tag not in FILED_ELEMENTS and COMMENT_NAME_PATTERN.search(names):
            end = page.ends[place]
            found[place:end] = b"\x01" * (end - place)
    return found


def _marked(page: Outline, names: int, ranges: Iterable[tuple[int, int]] = ()) -> bytearray:
    """Return for each element 1 if it is noise. names: which names count (NO_NAMES…). ranges: of elements to look at,
    each with its first element and the one after its last; none given: all."""
    noise = bytearray(len(page.elements))
    most = MAX_PROSE_SHARE * page.prose(0)
    for start, stop in ranges or ((1, len(page.elements)),):
        noise[start:stop] = bytes(stop - start)  # one range may be within another
        place = start
        while place < stop:
            element = page.elements[place]
            if page.prose(place) <= most and (_is_noise(element) or (names and _is_called_noise(page, place, names))):
                end = page.ends[place]
                noise[place:end] = b"\x01" * (end - place)
                place = end
            else:
                place += 1
    return noise


def _is_noise(element: HtmlElement) -> bool:
    if element.tag in NOISE_TAGS:
        return True
    if not element.attrib:
        return False
    get = element.get
    if get("role") in NOISE_ROLES:
        return True
    may_hide = get("hidden") is not None or ((style := get("style")) and HIDING_STYLE_PATTERN.search(style))
    return bool(may_hide) and is_hidden(element) and not _unfolds(element)


def _unfolds(element: HtmlElement) -> bool:
    """Return whether a hidden element is one that readers can unfold: an answer to a question, a tab."""
    for part in (element, element.getparent()):
        if part is not None and UNFOLDED_NAME_PATTERN.search(
            f"{part.get('class')} {part.get('id')} {part.get('role')}"
        ):
            return True
    return False


def _is_called_noise(page: Outline, place: int, rigour: int) -> bool:
    element = page.elements[place]
    if element.tag in FILED_ELEMENTS or element.tag in CELLS or not element.attrib:
        return False
    names = element.get("class") or ""
    # Ids of headings, and long ids, are made from the text, and do not tell what the element is.
    if (name := element.get("id")) and len(name) <= MAX_ID_CHARACTERS and element.tag not in HEADINGS:
        names = f"{names} {name}"
    if not names:
        return False
    strong, weak = _called(names)
    if (strong or weak) and (_is_in_prose(page, place) or (not strong and _is_link_in_line(page, place))):
        return HIDDEN_NAME_PATTERN.search(names.lower()) is not None
    if strong:
        return next(element.iter("blockquote"), None) is None and not _begins_article(page, place)
    if not weak or rigour < NOISE_AND_WEAK:
        return False
    length = page.length(place)
    if not length and next(element.iter(*MEDIA_ELEMENTS), None) is not None:  # a player of the article, mostly
        return False
    prose = page.prose(place)
    return prose <= MAX_WEAK_PROSE_SHARE * length and prose < MAX_WEAK_PROSE


def _begins_article(page: Outline, place: int) -> bool:
    """Return whether the element has the main heading and paragraphs: its name is that of something else in it."""
    return page.prose(place) >= MIN_PROSE and next(page.elements[place].iter("h1"), None) is not None


def _is_in_prose(page: Outline, place: int) -> bool:
    """Return whether the element is a part of a sentence, that is, an inline element in a block that is prose."""
    index = page.first_blocks[place]
    return (
        page.end_blocks[place] == index < len(page.blocks)
        and page.blocks[index].prose > 0
        and page.holds(page.blocks[index].owner, place)
    )


def _is_link_in_line(page: Outline, place: int) -> bool:
    """Return whether the element is a link, or in one, in a line with some words outside links: without the link they
    would no longer be a sentence."""
    index = page.first_blocks[place]
    if not page.end_blocks[place] == index < len(page.blocks):
        return False
    block, element = page.blocks[index], page.elements[place]
    is_linked = element.tag == "a" or next(element.iterancestors("a"), None) is not None
    return is_linked and page.holds(block.owner, place) and block.length - block.linked >= MIN_LINE_CHARACTERS


@lru_cache(maxsize=4096)
def _called(names: str) -> tuple[bool, bool]:
    """Return whether an element with these names is noise, and whether it may be (WEAK_NAME_PATTERN)."""
    words = CAMEL_CASE_PATTERN.sub("-", RANDOM_NAME_PATTERN.sub("", names[:500])).lower()
    if CONTENT_PART_PATTERN.search(words):
        return False, False
    return NOISE_NAME_PATTERN.search(words) is not None, WEAK_NAME_PATTERN.search(words) is not None
