"""Dropping what the element with an article holds besides its body: the title, bylines, calls to share, links, and what
follows the article."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from archiver.reading.body.lead import called_lead
from archiver.reading.body.outline import MIN_PROSE_CHARACTERS, SENTENCE_END_PATTERN
from archiver.reading.body.phrases import ends_article, is_chrome, is_placeholder, is_shouted, is_time, leads_on
from archiver.reading.body.titles import fold, title_place

if TYPE_CHECKING:
    from archiver.reading.body.outline import Outline

STRUCTURE_ELEMENTS = frozenset("ul ol dl table blockquote pre figure".split())
MIN_SAID_CHARACTERS = 300
SAMPLE_CHARACTERS = 30
MAX_KEPT_SHARE = 0.5
MIN_REPEATED_CHARACTERS = 40
MIN_REFRAINS = 3  # times
CLAUSE_END_PATTERN = re.compile(r"[,，:：、;；。]\Z")
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
# An element that has more than this share of its text in links only leads to other pages.
MAX_LINKED_SHARE_OF = {"ul": 0.9, "ol": 0.9, "div": 0.6, "section": 0.6, "table": 0.8}
BLOCKS_NEAR_START = 4  # blocks
MIN_WHOLLY_LINKED_SHARE = 0.95
MIN_HEADLINE_CHARACTERS = 20
MAX_PROSE_SHARE_BEFORE_TITLE = 0.15
# What follows an article has at most MAX_PROSE_SHARE_AFTER_END of the prose. If it is more than a little, at least
# MIN_LINKED_SHARE_AFTER_END of its text must be in links.
MAX_PROSE_SHARE_AFTER_END = 0.3
MAX_LITTLE_PROSE, MAX_LITTLE_SHARE = 700, 0.13
MIN_LINKED_SHARE_AFTER_END = 0.2
INTRODUCING_PATTERN = re.compile(r"[:：]\Z")
MIN_PROSE_SHARE_AFTER_LIST = 0.05


def prune(page: Outline, root: int, dropped: bytearray, title: str, said: str) -> None:
    """Mark in `dropped` what within `root` is no part of the article's body.

    title: that of the article. said: its text as structured data has it; empty if that has none.
    """
    start = _drop_before_title(page, root, dropped, title)
    _drop_chrome(page, root, dropped)
    _drop_links(page, start, root, dropped)
    _drop_unsaid(page, root, dropped, said)
    _drop_end(page, root, dropped)
    _drop_repeated(page, root, dropped)
    _drop_edges(page, root, dropped)
    page.remeasure(dropped)
    _drop_bare_headings(page, root, dropped)


def _drop(page: Outline, place: int, dropped: bytearray) -> None:
    end = page.ends[place]
    dropped[place:end] = b"\x01" * (end - place)


def _is_alone(page: Outline, place: int) -> bool:
    """Return whether the element `place` holds just one block."""
    return page.end_blocks[place] - page.first_blocks[place] == 1


def _drop_before_title(page: Outline, root: int, dropped: bytearray, title: str) -> int:
    """Drop the title and everything before it, unless there is much prose before it. Return the element from which on
    the body begins."""
    place, matches = title_place(page, root, title)
    if place < 0:
        return root + 1
    before = page.proses[page.first_blocks[place]] - page.proses[page.first_blocks[root]]
    if before > (MAX_PROSE_SHARE_BEFORE_TITLE * page.prose(root) if matches else 0):
        if matches:
            _drop(page, place, dropped)
        return root + 1
    end = page.ends[place]
    other = root + 1
    while other < end:
        if page.ends[other] <= end:
            _drop(page, other, dropped)
            other = page.ends[other]
        else:
            other += 1
    return end


def _drop_chrome(page: Outline, root: int, dropped: bytearray) -> None:
    """Drop texts that belong to the page, not to the article: “Share”, “Advertisement”, who edited it, and when; and
    headlines of other articles."""
    number = 0
    for block in page.blocks[page.first_blocks[root] : page.end_blocks[root]]:
        place = block.owner
        if dropped[place] or place == root:
            continue
        if is_placeholder(block.text):
            _drop(page, _placeholder_box(page, place, root), dropped)
            continue
        if not _is_alone(page, place):
            continue
        number += 1
        shouted = (
            block.linked >= MIN_WHOLLY_LINKED_SHARE * block.length
            and page.elements[place].tag == "p"
            and is_shouted(block.text)
        )
        if shouted or is_chrome(block.text) or (number <= BLOCKS_NEAR_START and is_time(block.text)):
            _drop(page, place, dropped)


def _placeholder_box(page: Outline, place: int, root: int) -> int:
    """Return the outermost element around a placeholder that shows nothing else: `place`, or a box with its buttons."""
    box = place
    while (place := page.parents[place]) > root:
        blocks = page.blocks[page.first_blocks[place] : page.end_blocks[place]]
        others = [block for block in blocks if not is_placeholder(block.text)]
        if any(block.prose or page.elements[block.owner].tag in HEADINGS for block in others):
            break
        box = place
    return box


def _drop_links(page: Outline, start: int, root: int, dropped: bytearray) -> None:
    """Drop lists and boxes that consist of links, except those that a sentence of the article introduces."""
    page.remeasure(dropped)
    place = start
    while place < page.ends[root]:
        tag = page.elements[place].tag
        if not dropped[place] and (share := MAX_LINKED_SHARE_OF.get(tag)):
            length = page.length(place)
            if length and page.linked(place) > share * length:
                if not _is_introduced(page, place, root, dropped):
                    _drop(page, place, dropped)
                place = page.ends[place]
                continue
        place += 1


def _is_introduced(page: Outline, place: int, root: int, dropped: bytearray) -> bool:
    """Return whether the text before `place` ends with a colon, and the article goes on after `place`."""
    index = page.first_blocks[place] - 1
    if index < page.first_blocks[root] or dropped[page.blocks[index].owner]:
        return False
    after = page.proses[page.end_blocks[root]] - page.proses[page.end_blocks[place]]
    return (
        after > MIN_PROSE_SHARE_AFTER_LIST * page.prose(root)
        and INTRODUCING_PATTERN.search(page.blocks[index].text) is not None
    )


def _drop_unsaid(page: Outline, root: int, dropped: bytearray, said: str) -> None:
    """Drop paragraphs that are not in the article's text in the structured data, if most of the others are. A lead at
    the beginning is often missing there, and is kept.
    """
    known = fold(said)
    if len(known) < MIN_SAID_CHARACTERS:
        return
    unsaid = []
    kept = total = 0
    for block in page.blocks[page.first_blocks[root] : page.end_blocks[root]]:
        if dropped[block.owner] or not block.prose:
            continue
        total += block.length
        text = fold(block.text)
        if text[:SAMPLE_CHARACTERS] in known or text[-SAMPLE_CHARACTERS:] in known:
            kept += block.length
        elif not kept and called_lead(page, block.owner, root) >= 0:
            continue
        elif _is_alone(page, block.owner) and not _is_structure(page, block.owner, root):
            unsaid.append(block.owner)
    if kept > MAX_KEPT_SHARE * total:
        for place in unsaid:
            _drop(page, place, dropped)


def _drop_end(page: Outline, root: int, dropped: bytearray) -> None:
    """Drop everything from a heading on that begins what follows an article (“Related articles”)."""
    page.remeasure(dropped)
    total = page.prose(root)
    for index in range(page.first_blocks[root], page.end_blocks[root]):
        block = page.blocks[index]
        place = block.owner
        if not _is_alone(page, place):
            continue
        ends = ends_article(block.text)
        if not ends and not (leads_on(block.text) and page.elements[place].tag in HEADINGS):
            continue
        if _are_teasers(page, root, index, dropped) or (
            ends and not dropped[place] and _may_follow(page, root, index, total)
        ):
            for other in range(place, page.ends[root]):
                dropped[other] = 1
            return
        if ends:
            _drop(page, place, dropped)


def _are_teasers(page: Outline, root: int, index: int, dropped: bytearray) -> bool:
    """Return whether from the block `index` of `root` on there are only teasers of other articles: two paragraphs or
    more, each after a headline that is a link. The headlines may be dropped already, as links or by their names."""
    paragraphs = 0
    has_headline = False
    for block in page.blocks[index + 1 : page.end_blocks[root]]:
        if block.linked >= MIN_WHOLLY_LINKED_SHARE * block.length:
            has_headline = has_headline or block.length >= MIN_HEADLINE_CHARACTERS
        elif block.prose and not dropped[block.owner]:
            if not has_headline:
                return False
            paragraphs += 1
            has_headline = False
    return paragraphs > 1 and page.proses[page.end_blocks[root]] - page.proses[index] < page.proses[index]


def _may_follow(page: Outline, root: int, index: int, total: int) -> bool:
    """Return whether the blocks of `root` from `index` on may be what follows an article. total: the prose of
    `root`."""
    end = page.end_blocks[root]
    prose = page.proses[end] - page.proses[index]
    if prose > MAX_PROSE_SHARE_AFTER_END * total:
        return False
    if prose <= max(MAX_LITTLE_SHARE * total, MAX_LITTLE_PROSE):
        return True
    return page.links[end] - page.links[index] >= MIN_LINKED_SHARE_AFTER_END * (page.lengths[end] - page.lengths[index])


def _drop_repeated(page: Outline, root: int, dropped: bytearray) -> None:
    """Drop paragraphs that have come before: captions and quotes that are shown in two places. But if several texts
    come MIN_REFRAINS times or more, nothing is dropped: they are refrains of the article, such as the ingredients of
    each of many recipes, or the cast of each of many films."""
    blocks = [
        block
        for block in page.blocks[page.first_blocks[root] : page.end_blocks[root]]
        if block.length >= MIN_REPEATED_CHARACTERS and not dropped[block.owner]
    ]
    again = [text for text, times in Counter(block.text for block in blocks).items() if times >= MIN_REFRAINS]
    if len(again) > 1:  # one may be a call to subscribe
        return
    seen: set[str] = set()
    for block in blocks:
        if block.text in seen and _is_alone(page, block.owner):
            _drop(page, block.owner, dropped)
        seen.add(block.text)


def _drop_edges(page: Outline, root: int, dropped: bytearray) -> None:
    """Drop what comes before the first sentence and after the last one: bylines, dates, labels."""
    blocks = [
        block for block in page.blocks[page.first_blocks[root] : page.end_blocks[root]] if not dropped[block.owner]
    ]
    for run, keeps_heading in ((blocks, True), (blocks[::-1], False)):
        edge = []
        for block in run:
            if (
                block.prose
                or block.length > MIN_PROSE_CHARACTERS
                or _is_structure(page, block.owner, root)
                or (CLAUSE_END_PATTERN if keeps_heading else SENTENCE_END_PATTERN).search(block.text)
            ):
                break
            edge.append(block)
        else:
            return
        if keeps_heading and edge and page.elements[edge[-1].owner].tag in HEADINGS:
            edge.pop()
        for block in edge:
            if _is_alone(page, block.owner) and page.elements[block.owner].tag != "br":
                _drop(page, block.owner, dropped)


def _is_structure(page: Outline, place: int, root: int) -> bool:
    while place > root:
        if page.elements[place].tag in STRUCTURE_ELEMENTS:
            return True
        place = page.parents[place]
    return False


def _drop_bare_headings(page: Outline, root: int, dropped: bytearray) -> None:
    """Drop headings that nothing follows."""
    blocks = page.blocks[page.first_blocks[root] : page.end_blocks[root]]
    for block in reversed(blocks):
        if dropped[block.owner]:
            continue
        if page.elements[block.owner].tag not in HEADINGS:
            return
        _drop(page, block.owner, dropped)
