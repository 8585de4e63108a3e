"""The lead of an article: what is between its title and its body and belongs to it (standfirst, dek, chapô)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archiver.reading.body.names import CAMEL_CASE_PATTERN
from archiver.reading.body.titles import title_place

if TYPE_CHECKING:
    from archiver.reading.body.outline import Block, Outline

MIN_CHARACTERS, MAX_CHARACTERS = 40, 700
MAX_PARAGRAPHS = 8
MAX_LINKED_SHARE = 0.3
# Names of leads. (`dek` and `subhead` are not among them: on pages these are second headlines.)
LEAD_NAME_PATTERN = re.compile(
    r"""(?xi)(?:^|[\s_-])(?:lead|lede|standfirst|stand-first|intro(?:duction)?|excerpt|sub-?title|chapo|chapeau|vorspann|teaser-?text|abstract|strap-?line|kicker-?text|sapo|ingress|preamble|bajada|entradilla|sommario|anons|anounce|perex|lid|summary)(?=$|[\s_-])"""
)
NO_LEAD_NAME_PATTERN = re.compile(r"(?:^|[\s_-])dek|caption|credit", re.IGNORECASE)
# What is in these elements is no paragraph of a lead, whatever an element around them is called.
NO_LEAD_ELEMENTS = frozenset("figure figcaption details li".split())


def lead(page: Outline, root: int, dropped: bytearray, title: str) -> list[str]:
    """Return the paragraphs of the lead between the title and the body `root`.

    They are those of the first element that has the name of a lead, and of those beside it that are called the same.
    """
    place, _ = title_place(page, 0, title)
    if place < 0 or page.ends[place] > root or page.holds(root, place):
        return []
    found: list[str] = []
    first = -1
    for block in page.blocks[page.end_blocks[place] : page.first_blocks[root]]:
        if dropped[block.owner] or not _may_be_lead(block):
            continue
        called = called_lead(page, block.owner, root)
        if called < 0:
            continue
        if first < 0 and block.length > MIN_CHARACTERS:
            first = called
        if first >= 0 and _are_alike(page, first, called) and block.text not in found:
            found.append(block.text)
    return found[:MAX_PARAGRAPHS]


def _may_be_lead(block: Block) -> bool:
    return 0 < block.prose < MAX_CHARACTERS and block.linked < MAX_LINKED_SHARE * block.length


def _are_alike(page: Outline, place: int, other: int) -> bool:
    """Return whether two elements are the same, or beside each other with the same names."""
    return place == other or (
        page.parents[place] == page.parents[other]
        and page.elements[place].get("class") == page.elements[other].get("class")
    )


def called_lead(page: Outline, place: int, root: int) -> int:
    """Return the element that has the name of a lead: `place`, or one around it that does not contain `root`; -1 if
    there is none."""
    while place > 0 and not page.holds(place, root):
        element = page.elements[place]
        if element.tag in NO_LEAD_ELEMENTS:
            return -1
        names = CAMEL_CASE_PATTERN.sub(
            "-", f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
        )
        if LEAD_NAME_PATTERN.search(names):
            return -1 if NO_LEAD_NAME_PATTERN.search(names) else place
        place = page.parents[place]
    return -1
