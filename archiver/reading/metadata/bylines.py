"""Bylines that the page marks as such: elements whose class, `rel`, `itemprop` or address has a word for an author."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from archiver.reading.metadata.field import ValueCandidate
from archiver.reading.metadata.names import has_byline_word, names_of_element
from archiver.reading.metadata.shown import MAX_NAME_CHARACTERS, marks, shown_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from archiver.reading.metadata.evidence import PageEvidence

# Words without their first letters, so that both "Author" and "author" are found; BYLINE_PATTERN is more exact.
BYLINE_HINTS = "yline uthor utor ignature riter edakteur ournalist uteur eporter".split()
BYLINE_XPATH = (
    "//body//*[@rel='author' or @itemprop='author' or self::a[contains(@href, 'autor') or contains(@href, 'author')]"
    f" or @class[{' or '.join(f'contains(., {hint!r})' for hint in BYLINE_HINTS)}]]"
)
BYLINE_PATTERN = re.compile(
    r"byline|author|autor(?!\w*is)|signature|writer|redakteur|journalist|auteur|reporter", re.IGNORECASE
)
NOT_OURS_PATTERN = re.compile(
    r"comment|related|sidebar|recommend|footer|bio(?![a-z])|avatar|image|photo|caption|credit|(?<!elementor-)widget"
    r"|popular|follow|social|card-?list|testimonial|reply|teaser|promo(?!ted)|collection|latest|review-?er"
    r"|(?<!elementor-)icon",
    re.IGNORECASE,
)
MAX_ELEMENTS = 2_000
MAX_DEPTH = 10  # elements around one that are looked at for signs that it belongs to something else
MAX_KINDS = 40
MAX_AUTHORS = 12  # more names are a list of all who write for the site
MAX_BYLINE_CHARACTERS = 200


def marked_bylines(evidence: PageEvidence) -> Iterator[ValueCandidate[tuple[str, ...]]]:
    """Yield the names in elements that are marked as bylines, together for elements with the same name and classes.
    Those whose text begins as bylines do ("By") come first."""
    found: dict[str, list[str]] = {}
    worded: set[str] = set()
    for element in evidence.tree.xpath(BYLINE_XPATH)[:MAX_ELEMENTS]:
        named = " ".join(
            (element.get(name) or "")[:MAX_NAME_CHARACTERS] for name in ("class", "rel", "itemprop", "href")
        )
        if (
            not BYLINE_PATTERN.search(named)
            or NOT_OURS_PATTERN.search(named)
            or _is_elsewhere(element, evidence.around_heading)
        ):
            continue
        if names := names_of_element(element, MAX_BYLINE_CHARACTERS):
            kind = "link" if element.tag == "a" else f"{element.tag} {marks(element)}"
            held = found.setdefault(kind, [])
            held.extend(name for name in names if name not in held)
            if has_byline_word(shown_text(element, MAX_BYLINE_CHARACTERS, apart=True)):
                worded.add(kind)
            if len(found) > MAX_KINDS:
                break
    for kind in sorted(found, key=lambda kind: kind not in worded):
        if len(found[kind]) <= MAX_AUTHORS:
            yield ValueCandidate(tuple(found[kind]), "byline")


def _is_elsewhere(element: HtmlElement, around_heading: frozenset[HtmlElement]) -> bool:
    marked = element.get("rel") == "author"
    for part in islice(element.iterancestors(), MAX_DEPTH):
        if part in around_heading:
            return False
        if part.tag == "aside" and marked:
            continue
        if part.tag in ("aside", "footer") and _is_of_article(part, around_heading):
            return not (marked or has_byline_word(shown_text(element, MAX_BYLINE_CHARACTERS, apart=True)))
        if part.tag in ("aside", "footer", "nav", "figure", "figcaption"):
            return True
        if NOT_OURS_PATTERN.search(marks(part)):
            return True
    return False


def _is_of_article(part: HtmlElement, around_heading: frozenset[HtmlElement]) -> bool:
    """Return whether `part` is in the `article` that has the headline."""
    around = next(part.iterancestors("article"), None)
    return around is not None and around in around_heading
