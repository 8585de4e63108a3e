"""Reading the body of a page: noise is marked, candidates are scored, and the best is pruned and written as HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archiver.cleaning import Cleaner, styles_in, uncover
from archiver.cleaning.rules import escape
from archiver.reading.body.build import build, player
from archiver.reading.body.choose import BodyCandidate, candidates
from archiver.reading.body.lead import lead
from archiver.reading.body.media import added
from archiver.reading.body.noise import mark_noise
from archiver.reading.body.outline import Outline, outline
from archiver.reading.body.plain import plain_text
from archiver.reading.body.prune import HEADINGS, prune
from archiver.reading.body.site import SiteBody, follow
from archiver.recipes.recipe import CleanRules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archiver.cleaning import Medium
    from archiver.documents import Document

CLEANER = Cleaner(CleanRules())
MIN_LEAD_LINKED_SHARE = 0.8
MAX_GLIMPSE_BLOCKS, MAX_GLIMPSE_CHARACTERS = 100, 2000
MAX_PRICE_CHARACTERS = 60  # characters of a line with a price and little else
PRICE_PATTERN = re.compile(
    r"(?:[$€£¥₹₩₽₺]|\b(?:USD|EUR|CHF|kr\.?|zł))\s?\d|\d\s?(?:[€£¥₹₩₽₺元円원]|(?:USD|EUR|CHF|kr|zł)\b)"
)
MAX_CANDIDATES = 10  # candidates that are kept for explanations


@dataclass(frozen=True, slots=True)
class Body:
    """The body of an article, the candidates that it was chosen from, and figures by which pages are refused."""

    html: str  # cleaned
    text: str  # its plain text, without captions
    rule: str  # the rule that found the element with the body; empty if none did
    candidates: tuple[tuple[str, str, float], ...]  # for each: the rule, the element, and its score
    shown: int  # how much text the whole page shows
    linked: int  # how much of the whole page's text is in links
    prose: int  # how much text of the body is prose
    paragraphs: int  # how many paragraphs of prose the element has before it is pruned
    leads: int  # how many headings in the element are links, and so lead to other pages
    glimpse: str  # the beginning of the text that the page shows
    prices: int = 0  # how many lines of the page have a price and little else
    lines: int = 0  # how many lines the page has
    given: bool = False  # whether a rule of a recipe found the element
    offers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # see `BuiltBody`


def read_body(
    document: Document,
    title: str,
    said: str,
    site: SiteBody | None = None,
    media: Sequence[Medium] = (),
    listed: Sequence[Medium] = (),
) -> Body:
    """Return the body of the article in `document`; an empty one if there is none.

    title: that of the article. said: its text as structured data has it; empty if that has none. site: what a recipe
    says about the body. media: video and audio of the article in the page's structured data; those that are not in the
    body are put before it. listed: the same, from a listing.
    """
    uncover(document.tree, styles_in(document.tree))
    root = document.tree.find("body")
    page = outline(document.tree if root is None else root)
    shown, linked = page.length(0), page.linked(0)
    glimpse = " ".join(block.text for block in page.blocks[:MAX_GLIMPSE_BLOCKS])[:MAX_GLIMPSE_CHARACTERS]
    prices = sum(
        len(block.text) <= MAX_PRICE_CHARACTERS and PRICE_PATTERN.search(block.text) is not None
        for block in page.blocks
    )
    lines = len(page.blocks)
    noise = mark_noise(page)
    given = follow(page, noise, site) if site else None
    found = candidates(page, said)
    if given:
        found.insert(0, given)
    described = tuple(
        (candidate.rule, _described(page, candidate), round(candidate.score, 3)) for candidate in found[:MAX_CANDIDATES]
    )
    if not found:
        return Body("", "", "", (), shown, linked, 0, 0, 0, glimpse, prices, lines)
    best = found[0]
    paragraphs, leads = _counted(page, best.element, noise)
    first = lead(page, best.element, noise, title)
    prune(page, best.element, noise, title, "" if given else said)  # a recipe knows more than structured data
    page.remeasure(noise)
    html, offers = build(page, best.element, noise, document.base, (*media, *listed))
    known = page.text(best.element)
    html = "".join(f"<p>{escape(text)}</p>" for text in first if text not in known) + html
    html = "".join(player(one) for one in added(media, listed, html, document.base)) + html
    html = CLEANER.clean(html, document.base).html
    return Body(
        html,
        plain_text(html),
        best.rule,
        described,
        shown,
        linked,
        page.prose(best.element),
        paragraphs,
        leads,
        glimpse,
        prices,
        lines,
        given is not None,
        offers,
    )


def _counted(page: Outline, root: int, noise: bytearray) -> tuple[int, int]:
    paragraphs = leads = 0
    for block in page.blocks[page.first_blocks[root] : page.end_blocks[root]]:
        if noise[block.owner]:
            continue
        paragraphs += block.prose > 0
        if MIN_LEAD_LINKED_SHARE * block.length <= block.linked and _in_heading(page, block.owner):
            leads += 1
    return paragraphs, leads


def _in_heading(page: Outline, place: int) -> bool:
    return any(
        page.elements[at].tag in HEADINGS for at in (place, page.parents[place], page.parents[page.parents[place]])
    )


def _described(page: Outline, candidate: BodyCandidate) -> str:
    """Return roughly a CSS selector for the element of a candidate."""
    element = page.elements[candidate.element]
    name = (
        f"#{element.get('id')}"
        if element.get("id")
        else "".join(f".{word}" for word in (element.get("class") or "").split()[:2])
    )
    return f"{element.tag}{name}"
