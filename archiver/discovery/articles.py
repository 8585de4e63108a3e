"""Which entries of a feed or a sitemap, and which links of a page, are articles, and what their lists say of each. No
I/O."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from archiver.discovery.entries import ListedArticle
from archiver.discovery.shapes import likeness, problem_with

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from archiver.discovery.entries import FeedEntry, PageLink, SitemapEntry

MIN_ARTICLE_LIKENESS = 2  # the likeness (`shapes.likeness`) of addresses that only articles have
# A time so shortly before a sitemap was fetched may be the time at which it was made.
JUST_NOW_TIME = timedelta(minutes=10)
MIN_SUSPICIOUS_ENTRIES = 5  # so few entries may all really have changed just now


def articles_of_feed(entries: Iterable[FeedEntry], *, texts: bool = False) -> tuple[ListedArticle, ...]:
    """Return the articles that a feed lists: all its entries are articles. texts: with the contents that the feed has
    of them."""
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
    """Return the articles that a sitemap lists. News sitemaps list articles only; in others those entries count whose
    addresses look like articles. fetched: when it was asked for. If most entries say that they changed just then, these
    are times at which the sitemap was made, and are not believed."""
    changed = [one.modified for one in entries if one.modified]
    made_now = sum(fetched - JUST_NOW_TIME <= moment for moment in changed)
    believed = made_now < MIN_SUSPICIOUS_ENTRIES or made_now * 2 <= len(changed)
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
    return not problem_with(address) and likeness(address)[0] >= MIN_ARTICLE_LIKENESS
