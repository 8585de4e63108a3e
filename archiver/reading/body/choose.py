"""Which element of a page holds the article: candidates are found, scored and compared."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from archiver.cleaning.markup import BLOCKS
from archiver.reading.body.names import CAMEL_CASE_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.reading.body.outline import Outline

# Classes and ids that sites give to the element with the body of an article; only whole words match.
BODY_NAME_PATTERN = re.compile(
    r"""(?x)(?:^|[\s_-])(?:
    (?:article|story|post|entry|news|blog|single|art|richtext|rich-text|inner|td-post|wysiwyg|
        rte)[-_]*(?:main[-_]*)?(?:body|content|contents|text|txt|copy|con|detail|details|maintext|editor)
    (?:[-_]*(?:body|content|text|inner|wrapper|main|container))?
    | articlebody | articletext | body-?(?:copy|text|content) | texte?-?article | article__?body | story__?body |
    content-?body | contentbody | (?:trs|text|art)[-_]?(?:editor|area) | e-content | available-content
    | cuerpo\w* | corps-?(?:article)? | artikel-?(?:text|body|inhalt|content)\w* | notizia-?\w* | testo-?\w* |
    noticia-?(?:cuerpo|texto|conteudo|body|content)\w* | materia-?(?:conteudo|texto)\w* | main-?text | left-?content |
    rich_media_content
    )(?=$|[\s_-])"""
)
# These names are less certain: such elements may hold more than the body, or only a part of it.
CONTAINER_NAME_PATTERN = re.compile(
    r"""(?x)(?:^|[\s_-])(?:
    (?:main|page|body|post|article|story|entry|detail|site|primary|the|inner|center|left)?[-_]*(?:content|contents|
        body|text|main|article|story|prose|rte|wysiwyg|rich-?text)(?:[-_]*(?:area|wrap|wrapper|container|inner|main|
        box|section))?
    | h-?entry | hentry | post | single-?post | blog-?post | article-?\w+ | post-?\w+
    )(?=$|[\s_-])"""
)
MIN_CHILD_SHARE = 0.8  # a child with more than this share of its parent's prose may hold the article, too
# How far each rule is trusted, and further weights of the score: found by trying on pages whose text is known.
TRUST_OF_RULE = {"itemprop": 1.0, "name": 1.0, "main": 0.65, "article": 0.6, "container": 0.55, "prose": 0.55}
RECALL_EXPONENT = 0.18
PRECISION_EXPONENT = 0.4
# An element with less than this share of the page's prose holds only a part of the article, and scores less.
MIN_RECALL = 0.3
PART_EXPONENT = 0.3
# Several elements of about the same size that one rule finds hold parts of the article, or each another article: their
# scores are multiplied by TWIN_FACTOR.
TWIN_FACTOR = 0.45
MIN_TWIN_SHARE = 0.3
NO_BODY_ELEMENTS = frozenset("body p li td h1 h2 h3 h4 h5 h6 pre blockquote".split())
PARAGRAPH_ELEMENTS = frozenset("p li h1 h2 h3 h4 h5 h6 blockquote".split())  # parts of an article, however long
SIDE_ELEMENTS = frozenset(("aside", "nav", "footer"))
MIN_SAID_CHARACTERS = 300  # characters; a shorter text in structured data is only a summary
WORD_PATTERN = re.compile(r"\w+")


class BodyCandidate(NamedTuple):
    """An element that may hold the article, the rule that found it, and how well it fits."""

    element: int
    rule: str
    score: float


def candidates(page: Outline, said: str) -> list[BodyCandidate]:
    """Return the elements that may hold the article, the best first.

    said: the text of the article, as the structured data of the page has it.
    """
    found: dict[int, str] = {}
    for element, rule in _named(page):
        found.setdefault(element, rule)
    for element in _descent(page):
        found.setdefault(element, "prose")
    words = Counter(WORD_PATTERN.findall(said.lower())) if len(said) > MIN_SAID_CHARACTERS else None
    scored = []
    for element, rule in found.items():
        if not page.prose(element) or _is_beside(page, element):
            continue
        score = TRUST_OF_RULE[rule] * _fit(page, element)
        if _has_twin(page, element, rule, found):
            score *= TWIN_FACTOR
        if words:
            own = Counter(WORD_PATTERN.findall(page.text(element).lower()))
            score *= 2 * (own & words).total() / (own.total() + words.total())
        scored.append(BodyCandidate(element, rule, score))
    return sorted(scored, key=lambda candidate: (-candidate.score, -candidate.element))


def _is_beside(page: Outline, element: int) -> bool:
    """Return whether the element is in one that by the meaning of HTML is beside the article (`aside`, `nav`…)."""
    while element > 0:
        if page.elements[element].tag in SIDE_ELEMENTS:
            return True
        element = page.parents[element]
    return False


def _fit(page: Outline, element: int) -> float:
    """Return how well `element` fits, from 0 to 1: by how much of the page's prose it has, and how much of its own text
    is prose."""
    prose = page.prose(element)
    recall = prose / page.prose(0)
    precision = prose / page.length(element)
    return float(recall**RECALL_EXPONENT * precision**PRECISION_EXPONENT * min(1, recall / MIN_RECALL) ** PART_EXPONENT)


def _has_twin(page: Outline, element: int, rule: str, found: dict[int, str]) -> bool:
    """Return whether the same rule found another element, neither within nor around this one, that is not much
    smaller."""
    least = MIN_TWIN_SHARE * page.prose(element)
    return any(
        other_rule == rule
        and (other >= page.ends[element] or page.ends[other] <= element)
        and page.prose(other) > least
        for other, other_rule in found.items()
    )


def _named(page: Outline) -> Iterator[tuple[int, str]]:
    for place, element in enumerate(page.elements):
        if not page.prose(place) or element.tag in NO_BODY_ELEMENTS:
            continue
        if "articleBody" in (element.get("itemprop") or "") or "articleBody" in (element.get("property") or ""):
            yield place, "itemprop"
        elif element.tag in ("article", "main"):
            yield place, element.tag
        elif element.attrib:
            if element.get("role") == "main":
                yield place, "main"
            else:
                names = CAMEL_CASE_PATTERN.sub(
                    "-", f"{element.get('class') or ''} {element.get('id') or ''}"[:500]
                ).lower()
                if len(names) > 1:
                    if BODY_NAME_PATTERN.search(names):
                        yield place, "name"
                    elif CONTAINER_NAME_PATTERN.search(names):
                        yield place, "container"


def _descent(page: Outline) -> Iterator[int]:
    """Yield the page's body, and then, as long as one child has most of the prose, that child."""
    place = 0
    while True:
        yield place
        prose = page.prose(place)
        child = place + 1
        while child < page.ends[place]:
            tag = page.elements[child].tag
            if page.prose(child) > MIN_CHILD_SHARE * prose and tag in BLOCKS and tag not in PARAGRAPH_ELEMENTS:
                break
            child = page.ends[child]
        else:
            return
        place = child
