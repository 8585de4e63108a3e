"""Structured data as nodes: JSON-LD, microdata and RDFa in one common form.

A node is a mapping from property names of schema.org to texts, numbers, other nodes and lists of these, as in JSON-LD.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_NODES = 20_000  # of one page; the most seen on a real page are some hundred
ARTICLE_TYPE_PATTERN = re.compile(
    r"Article$|Posting$|^(?:Report|Review|Recipe|ClaimReview|Column|HowTo|Chapter|Message)$|Report$"
)
MEDIA = frozenset({"VideoObject", "MediaObject"})
PAGE_TYPE_PATTERN = re.compile(r"^(?:WebPage|ItemPage|AboutPage|FAQPage|CreativeWork|VideoObject|MediaObject)$")
# Nodes under these properties are about other things than the page, such as an article in a list of others.
OTHER_PROPERTIES = frozenset(
    "itemListElement isPartOf hasPart relatedLink mentions citation isBasedOn significantLink blogPost comment "
    "about subjectOf review itemReviewed potentialAction breadcrumb liveBlogUpdate video audio".split()
)


@dataclass(frozen=True, slots=True)
class Node:
    """A node, and the rule that found it."""

    values: dict[str, object]
    rule: str  # json-ld, microdata or rdfa
    types: frozenset[str] = field(default_factory=frozenset)
    other: bool = False  # whether it is under one of the properties in OTHER_PROPERTIES

    @property
    def is_article(self) -> bool:
        """Whether its type is that of an article, and it is about the page."""
        return not self.other and any(map(ARTICLE_TYPE_PATTERN.search, self.types))

    @property
    def is_page(self) -> bool:
        """Whether its type is that of a page, and it is about the page itself."""
        return not self.other and any(map(PAGE_TYPE_PATTERN.search, self.types))

    @property
    def is_medium(self) -> bool:
        """Whether it is a video or the like: the page may be about it, or only embed it."""
        return not self.types.isdisjoint(MEDIA)


def nodes(values: Iterable[object], rule: str) -> Iterator[Node]:
    """Yield every node within `values`, outer ones first, however deep they are nested."""
    waiting: list[tuple[object, bool]] = [(value, False) for value in values][::-1]
    count = 0
    while waiting and count < MAX_NODES:
        value, other = waiting.pop()
        if isinstance(value, list):
            waiting.extend((inner, other) for inner in reversed(value[:MAX_NODES]))
            continue
        if not isinstance(value, dict):
            continue
        count += 1
        yield Node(value, rule, frozenset(types_of(value)), other)
        waiting.extend(
            (inner, other or name in OTHER_PROPERTIES)
            for name, inner in reversed(value.items())
            if isinstance(inner, dict | list)
        )


def types_of(node: dict[str, object]) -> list[str]:
    """Return the types of a node, without the address of the vocabulary."""
    return [str(text).rpartition("/")[2].rpartition(":")[2] for text in texts(node.get("@type"))]


def texts(value: object, *, depth: int = 4) -> list[str]:
    """Return the texts in a value: the text itself, those of the members of a list, or the `@value` or `name` of a
    node. Lists and nodes are followed to `depth`."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int | float):
        return [str(value)]
    if depth == 0:
        return []
    if isinstance(value, list):
        return [text for inner in value[:1000] for text in texts(inner, depth=depth - 1)]
    if isinstance(value, dict):
        for name in ("@value", "name", "headline", "@id", "url"):
            if found := texts(value.get(name), depth=depth - 1):
                return found
    return []
