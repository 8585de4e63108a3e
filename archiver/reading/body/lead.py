"""The lead of an article: a paragraph between its title and its body that belongs to it (standfirst, dek, chapô)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archiver.reading.body.names import CAMEL_CASE_PATTERN
from archiver.reading.body.titles import title_place

if TYPE_CHECKING:
    from archiver.reading.body.outline import Outline

MIN_CHARACTERS, MAX_CHARACTERS = 40, 700
MAX_LINKED_SHARE = 0.3
# Names of leads. (`dek` and `subhead` are not among them: on pages these are second headlines.)
LEAD_NAME_PATTERN = re.compile(
    r"""(?xi)(?:^|[\s_-])(?:lead|lede|standfirst|stand-first|intro(?:duction)?|excerpt|sub-?title|chapo|chapeau|vorspann|teaser-?text|abstract|strap-?line|kicker-?text|sapo|ingress|preamble|bajada|entradilla|sommario|anons|anounce|perex|lid)(?=$|[\s_-])"""
)


def lead(page: Outline, root: int, dropped: bytearray, title: str) -> str:
    """Return the text of the lead between the title and the body `root`; empty if there is none."""
    place, _ = title_place(page, 0, title)
    if place < 0 or page.ends[place] > root or page.holds(root, place):
        return ""
    for block in page.blocks[page.end_blocks[place] : page.first_blocks[root]]:
        is_fit = (
            block.prose
            and MIN_CHARACTERS < block.length < MAX_CHARACTERS
            and block.linked < MAX_LINKED_SHARE * block.length
        )
        if is_fit and not dropped[block.owner] and is_called_lead(page, block.owner, root):
            return block.text
    return ""


def is_called_lead(page: Outline, place: int, root: int) -> bool:
    """Return whether `place`, or an element around it that does not contain `root`, has the name of a lead."""
    while place > 0 and not page.holds(place, root):
        element = page.elements[place]
        if LEAD_NAME_PATTERN.search(
            CAMEL_CASE_PATTERN.sub(
                "-", f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
            )
        ):
            return True
        place = page.parents[place]
    return False
