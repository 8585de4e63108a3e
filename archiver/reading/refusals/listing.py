"""Refusing pages that only lead to articles: front pages, sections, tags, searches, shops. Signs for and against are
weighed."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from archiver.errors import NotAnArticleError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.reading.body import Body
    from archiver.reading.metadata import Metadata

# If the weights of the signs add up to more, the page is refused. The weights are the rounded result of a logistic
# regression over pages that are known to be articles or listings; with this limit, 99.5 % of those articles pass. Some
# signs were added by hand for very short articles, of which there were none among those pages: an article of two
# sentences otherwise has all the signs of a listing.
MAX_POINTS = 2.3
BASE_POINTS = 1.9
ARTICLE_TYPE_PATTERN = re.compile(r"Article|Posting")
# Only news has this type; blogs and shops call many kinds of pages an Article.
NEWS_TYPE_PATTERN = re.compile(r"NewsArticle$")
LISTING_TYPES = frozenset(("CollectionPage", "ItemList", "SearchResultsPage"))
LISTING_PATH_PATTERN = re.compile(
    r"(?i)(?:^|/)(?:news|topics?|tags?|categor(?:y|ies)|search|shop|collections?|cat|lists?|browse|sections?|archives?|"
    r"latest|trending|jobs|products?|all|issues|index|authors?|c|l|rubrik|thema|themen|tema|rubrique|seccion|sezione)(?:/|\Z)"
)
LONG_NUMBER_PATTERN = re.compile(r"\d{4,}")
WORD_BREAK_PATTERN = re.compile(r"[-_.]+")
MAX_FEW_WORDS = 2
MAX_LEADS = 20
MAX_PARAGRAPHS = 30
MIN_PRICES, MIN_PRICED_SHARE = 10, 0.06  # a shop has at least so many lines with prices, and that share of its lines


class Sign(NamedTuple):
    """Something that speaks for a listing (a weight above 0) or for an article (below 0)."""

    says: str
    weight: float


def refuse_listing(address: str | None, metadata: Metadata, body: Body) -> None:
    """Raise NotAnArticleError if more speaks for a page of links than for an article."""
    signs = list(_signs(address, metadata, body))
    total = BASE_POINTS + sum(sign.weight for sign in signs)
    if total > MAX_POINTS:
        telling = sorted((sign for sign in signs if sign.weight > 0), key=lambda sign: -sign.weight)
        evidence = ", ".join(sign.says for sign in telling[:3]) or "nothing speaks for an article"
        raise NotAnArticleError(
            "a page that leads to others", f"{evidence}; {total:.1f} points, {MAX_POINTS} are allowed"
        )


def _signs(address: str | None, metadata: Metadata, body: Body) -> Iterator[Sign]:
    types = metadata.types
    shown = max(1, body.shown)
    yield Sign(f"{body.prose} characters of prose", -0.143 * math.log(1 + body.prose))
    yield Sign(f"the article is {body.prose / shown:.0%} of the page", -1.4 * body.prose / shown)
    yield Sign(f"{body.linked / shown:.0%} of the page's text is in links", body.linked / shown)
    headings = max(1, body.leads + body.paragraphs)
    yield Sign(
        f"{body.leads} of its headings are links", 0.5 * body.leads / headings + 0.05 * min(body.leads, MAX_LEADS)
    )
    yield Sign(f"{body.paragraphs} paragraphs", -0.6 * min(body.paragraphs, MAX_PARAGRAPHS) / MAX_PARAGRAPHS)
    if body.rule in ("itemprop", "name") or body.given:
        yield Sign("its body is marked as one", -0.8)
    if body.prices >= max(MIN_PRICES, MIN_PRICED_SHARE * body.lines):
        yield Sign(f"{body.prices} of its lines are prices", 2.0)
    if not body.linked:
        yield Sign("nothing on it is a link", -1.0)
    if any(map(NEWS_TYPE_PATTERN.search, types)):
        yield Sign("its structured data says it is a news article", -1.3)
    elif any(map(ARTICLE_TYPE_PATTERN.search, types)):
        yield Sign("its structured data says it is an article", -0.3)
    if "og:article" in types:
        yield Sign("its og:type is article", -1.5)
    if LISTING_TYPES & types:
        yield Sign("its structured data says it is a list", 1.0)
    if any("roduct" in kind for kind in types):
        yield Sign("its structured data says it is about products", 1.0)
    if metadata.published.value is not None:
        yield Sign("it says when it was published", -0.5)
    if metadata.authors.value:
        yield Sign("it names its authors", -0.7)
        if metadata.published.value is not None and not body.leads:
            yield Sign("it has a time and authors, and no heading of it leads elsewhere", -1.0)
    yield from _signs_of_address(address)


def _signs_of_address(address: str | None) -> Iterator[Sign]:
    path = unquote(urlsplit(address or "").path).strip("/")
    if not address or LONG_NUMBER_PATTERN.search(path):
        yield Sign("its address has a number" if address else "its address is not known", -1.7)
    if not address:
        return
    if not path:
        yield Sign("its address is that of a front page", 1.2)
    if len([word for word in WORD_BREAK_PATTERN.split(path.rpartition("/")[2]) if word]) <= MAX_FEW_WORDS:
        yield Sign("the last part of its address is short", 1.6)
    if found := LISTING_PATH_PATTERN.search(path):
        yield Sign(f"its address has “{found[0].strip('/')}” in it", 1.2)
        if found.end() == len(path):
            yield Sign("and ends with that", 1.2)
