"""The paragraph that stands between the title of an article and its body, and belongs to it: standfirst, dek, chapô."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archiver.reading.body.names import CAMEL
from archiver.reading.body.titles import title_place

if TYPE_CHECKING:
    from archiver.reading.body.outline import Outline

SHORTEST, LONGEST = 40, 700
MAX_LINKED = 0.3
# What is called a dek or a subhead is a second headline.
LEAD_NAMES = re.compile(
    r"""(?xi)(?:^|[\s_-])(?:lead|lede|standfirst|stand-first|intro(?:duction)?|excerpt|sub-?title|chapo|chapeau|vorspann|teaser-?text|abstract|strap-?line|kicker-?text|sapo|ingress|preamble|bajada|entradilla|sommario|anons|anounce|perex|lid)(?=$|[\s_-])"""
)


def lead(page: Outline, root: int, dropped: bytearray, title: str) -> str:
    """Return the paragraph between the title and the body `root` that says what the article is about, or nothing."""
    place, _ = title_place(page, 0, title)
    if place < 0 or page.ends[place] > root or page.holds(root, place):
        return ""
    for block in page.blocks[page.end_blocks[place] : page.first_blocks[root]]:
        is_fit = block.prose and SHORTEST < block.length < LONGEST and block.linked < MAX_LINKED * block.length
        if is_fit and not dropped[block.owner] and is_called_lead(page, block.owner, root):
            return block.text
    return ""


def is_called_lead(page: Outline, place: int, root: int) -> bool:
    """Return whether `place`, or what it stands in beside or within `root`, is called what an article begins with."""
    while place > 0 and not page.holds(place, root):
        element = page.elements[place]
        if LEAD_NAMES.search(
            CAMEL.sub("-", f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}")
        ):
            return True
        place = page.parents[place]
    return False
