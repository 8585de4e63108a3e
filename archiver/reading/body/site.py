"""What a recipe says about a body: which elements hold it, and which are no part of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archiver.reading.body.choose import BodyCandidate
from archiver.reading.body.noise import unmark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from archiver.reading.body.outline import Outline


@dataclass(frozen=True, slots=True)
class SiteBody:
    """The elements that hold the body by the rules of a recipe, and those that are no part of it."""

    held: Sequence[tuple[str, Sequence[HtmlElement]]]  # rules with the elements that each finds, the best rule first
    dropped: Sequence[HtmlElement]


def follow(page: Outline, noise: bytearray, site: SiteBody) -> BodyCandidate | None:
    """Return the element that holds the body by the first rule that finds one; None if no rule does.

    What is no part of the body is marked in `noise`, and `page` is measured again without it.
    """
    places = {element: place for place, element in enumerate(page.elements)}
    given = None
    for rule, elements in site.held:
        roots = sorted({places[element] for element in elements if element in places})
        roots = [root for root in roots if page.length(root) or noise[root]]
        if roots:
            given = BodyCandidate(_united(page, noise, roots), rule, 1.0)
            break
    for element in site.dropped:
        if (place := places.get(element)) is not None:
            noise[place : page.ends[place]] = b"\x01" * (page.ends[place] - place)
    page.remeasure(noise)
    return given


def _united(page: Outline, noise: bytearray, roots: list[int]) -> int:
    """Return the innermost element that has all of `roots` in it. Everything else in it is marked as noise."""
    above = roots[0]
    while page.ends[above] < page.ends[roots[-1]]:
        above = page.parents[above]
    noise[above : page.ends[above]] = b"\x01" * (page.ends[above] - above)
    unmark(page, noise, roots)
    for root in roots:
        place = root
        while place > above and noise[place := page.parents[place]]:
            noise[place] = 0
    return above
