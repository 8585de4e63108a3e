"""Which entries of a feed or a sitemap, and which links of a page, are articles, and what is said of each. No I/O."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from archiver.discovery.entries import ListedArticle
from archiver.discovery.shapes import likeness, problem_with

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from archiver.discovery.entries import FeedEntry, PageLink, SitemapEntry

ONLY_ARTICLES = 2  # how likely an address is that only articles have
JUST_NOW = timedelta(minutes=10)  # before a sitemap came: when it was made
FEW = 5  # entries: of fewer, all may be of today


def articles_of_feed(entries: Iterable[FeedEntry], *, texts: bool = False) -> tuple[ListedArticle, ...]:
    """Return what a feed lists: all of it is articles. texts: what it has of them is wanted, too."""
    return tuple(
        ListedArticle(
            one.address,
            one.title,
            one.published or one.updated,
            one.updated,
            one.media,
            one.image,
            one.content if texts else "",
            one.base if texts else "",
        )
        for one in entries
    )


def articles_of_sitemap(entries: Sequence[SitemapEntry], fetched: datetime) -> tuple[ListedArticle, ...]:
    """Return the articles that a sitemap lists. News sitemaps have articles only; of others those count that look like
    some. fetched: when it was asked for: one that says of most entries that they were changed just then says when it
    was made."""
    changed = [one.modified for one in entries if one.modified]
    made_now = sum(fetched - JUST_NOW <= moment for moment in changed)
    believed = made_now < FEW or made_now * 2 <= len(changed)
    return tuple(
        ListedArticle(
            one.address,
            one.title,
            one.published,
            one.modified if believed else None,
        )
        for one in entries
        if not one.is_sitemap and (one.title or looks_like_an_article(one.address))
    )


def articles_of_page(links: Iterable[PageLink]) -> tuple[ListedArticle, ...]:
    """Return the articles that a page links."""
    return tuple(ListedArticle(link.address, link.text) for link in links if link.is_article)


def looks_like_an_article(address: str) -> bool:
    """Return whether an address is one that only articles have."""
    return not problem_with(address) and likeness(address)[0] >= ONLY_ARTICLES
