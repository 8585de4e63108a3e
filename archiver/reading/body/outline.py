"""A page as the blocks of text that it shows, in order, and the elements that hold them. Sums are computed once, so
that asking how much text an element has is cheap."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from archiver.cleaning.markup import BLOCKS

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# The content of these elements is not shown as text of the page.
UNSEEN_ELEMENTS = frozenset(
    (
        "script style noscript template head title iframe object embed applet svg canvas audio video map select "
        "datalist input textarea"
    ).split()
)
BREAK_ELEMENTS = BLOCKS | {"br"}
CJK_PATTERN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
# A CJK character counts for so many more: a Chinese text has a third of the characters of an English one.
CJK_WEIGHT = 2
SENTENCE_END_PATTERN = re.compile(r"[.!?…。！？؟۔।॥։።။។៕།][\"'”’»」』)）\]]*\s*(?:\[\d+\]\s*)*\Z")
MIN_PROSE_CHARACTERS = 80  # a block of so many characters is prose, if not too many of them are in links
MIN_SENTENCE_CHARACTERS = 25  # so is a block of so many characters that ends as sentences do
MAX_LINKED_SHARE = 0.5
# Thai and Lao have no mark at the end of a sentence, so a block of these is prose by its length alone.
UNMARKED_SENTENCE_PATTERN = re.compile("[\u0e00-\u0eff]\\W*\\Z")
MIN_UNMARKED_CHARACTERS = 40


@dataclass(slots=True)
class Block:
    """A run of text without a block element within it."""

    owner: int  # the block element that it is in
    text: str  # with single spaces
    length: int  # in characters, weighted with CJK_WEIGHT
    linked: int  # how much of the length is in links
    prose: int = 0  # the length if this is prose, else 0


@dataclass(slots=True)
class Outline:
    """The elements of a page that may show something, in the order of the page, and the blocks of text that they hold.

    An element is named by its index in `elements`. The lists from `elements` to `end_blocks` have one member for each
    element.
    """

    elements: list[HtmlElement] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)  # the first element after all those within it
    first_blocks: list[int] = field(default_factory=list)
    end_blocks: list[int] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)  # running sums over the blocks, as in `links` and `proses`
    links: list[int] = field(default_factory=list)
    proses: list[int] = field(default_factory=list)

    def length(self, element: int) -> int:
        """Return how much text there is in `element`."""
        return self.lengths[self.end_blocks[element]] - self.lengths[self.first_blocks[element]]

    def linked(self, element: int) -> int:
        """Return how much of the text in `element` is in links."""
        return self.links[self.end_blocks[element]] - self.links[self.first_blocks[element]]

    def prose(self, element: int) -> int:
        """Return how much of the text in `element` is prose."""
        return self.proses[self.end_blocks[element]] - self.proses[self.first_blocks[element]]

    def holds(self, element: int, other: int) -> bool:
        """Return whether `other` is `element` or within it."""
        return element <= other < self.ends[element]

    def text(self, element: int) -> str:
        """Return the text of `element`, its blocks separated by spaces."""
        return " ".join(block.text for block in self.blocks[self.first_blocks[element] : self.end_blocks[element]])

    def remeasure(self, dropped: bytearray) -> None:
        """Compute the sums again, without the blocks of elements that are marked in `dropped`."""
        shown = [not dropped[block.owner] for block in self.blocks]
        pairs = list(zip(self.blocks, shown, strict=True))
        self.lengths = list(accumulate((block.length * is_shown for block, is_shown in pairs), initial=0))
        self.links = list(accumulate((block.linked * is_shown for block, is_shown in pairs), initial=0))
        self.proses = list(accumulate((block.prose * is_shown for block, is_shown in pairs), initial=0))


def outline(root: HtmlElement) -> Outline:
    """Return the outline of a page. root: its body element, or its root element if it has none."""
    page = Outline()
    _Walk(page).walk(root, -1, -1, linked=False)
    page.remeasure(bytearray(len(page.elements)))
    return page


class _Walk:
    """Gathers the blocks of a page."""

    def __init__(self, page: Outline) -> None:
        self._page = page
        self._texts: list[str] = []
        self._linked: list[str] = []

    def walk(self, element: HtmlElement, parent: int, owner: int, *, linked: bool) -> None:
        page = self._page
        tag = element.tag
        is_block = tag in BREAK_ELEMENTS
        if is_block:
            self._flush(owner)
        place = len(page.elements)
        page.elements.append(element)
        page.parents.append(parent)
        page.ends.append(0)
        page.first_blocks.append(len(page.blocks))
        page.end_blocks.append(0)
        inner = place if is_block or owner < 0 else owner
        linked = linked or tag == "a"
        if text := element.text:
            self._add(text, linked=linked)
        for child in element:
            if child.tag not in UNSEEN_ELEMENTS and (child.tag != "button" or _holds_heading(element)):
                self.walk(child, place, inner, linked=linked)
            if text := child.tail:
                self._add(text, linked=linked)
        if is_block:
            self._flush(inner)
        page.ends[place] = len(page.elements)
        page.end_blocks[place] = len(page.blocks)

    def _add(self, text: str, *, linked: bool) -> None:
        self._texts.append(text)
        if linked:
            self._linked.append(text)

    def _flush(self, owner: int) -> None:
        if not self._texts:
            return
        text = " ".join("".join(self._texts).split())
        if text:
            linked = min(_weight(" ".join("".join(self._linked).split())), length := _weight(text))
            is_prose = linked <= MAX_LINKED_SHARE * length and (
                length >= MIN_PROSE_CHARACTERS
                or (length >= MIN_SENTENCE_CHARACTERS and SENTENCE_END_PATTERN.search(text) is not None)
                or (length >= MIN_UNMARKED_CHARACTERS and UNMARKED_SENTENCE_PATTERN.search(text) is not None)
            )
            self._page.blocks.append(Block(owner, text, length, linked, length if is_prose else 0))
        self._texts.clear()
        self._linked.clear()


def _holds_heading(element: HtmlElement) -> bool:
    """Return whether a button in `element` is the text of a heading with which a part of the page is unfolded."""
    return element.tag in ("h2", "h3", "h4", "h5", "h6", "dt", "summary")


def _weight(text: str) -> int:
    return len(text) if text.isascii() else len(text) + CJK_WEIGHT * len(CJK_PATTERN.findall(text))
