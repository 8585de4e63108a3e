"""The metadata of a page: its fields, and further facts from its structured data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from archiver.cleaning import Medium
    from archiver.reading.metadata.field import Field


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says about its article. Every field has a value or None, the rule that gave it, and the candidates
    that were not taken."""

    title: Field[str]
    published: Field[datetime]  # aware
    modified: Field[datetime]  # aware
    authors: Field[tuple[str, ...]]
    source: Field[str]  # the name of the site or publisher
    language: Field[str]  # a BCP 47 tag
    description: Field[str]
    image: Field[str]  # an absolute address
    canonical: Field[str]  # an absolute address
    aliases: tuple[str, ...]  # other addresses that the page says are its own, absolute
    published_day_only: bool  # whether no time of day is known: `published` is the beginning of that day
    article_body: str | None  # the text of the article, as structured data says it
    types: frozenset[str]  # what structured data says the page is: NewsArticle, WebPage, the og:type …
    free: bool | None  # isAccessibleForFree; None: not said
    paywalled: bool  # whether the page says that its text is for those who pay
    media: tuple[Medium, ...] = ()  # videos and sound of the article, as the page's data names them
