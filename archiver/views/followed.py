"""What an archive follows, and the feeds, sitemaps and pages of links that were found for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archiver.clock import moment
from archiver.following import Followed, FollowedListing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from archiver.index import Index
    from archiver.recipes import Recipe


@dataclass(frozen=True, slots=True)
class FollowedSource:
    """A feed, a sitemap or a page of links that is read. listing: its name in `status`. gone: since when it is known to
    be gone for good; None: it is not gone."""

    kind: str
    address: str
    title: str
    listing: str
    gone: datetime | None = None


@dataclass(frozen=True, slots=True)
class FollowedSite:
    """A site or a feed that is followed. sources: what is read for it; none: no crawl has surveyed it yet."""

    address: str
    is_feed: bool
    title: str
    home: str
    sources: tuple[FollowedSource, ...] = field(default=())


def read_sites(followed: Iterable[Followed], index: Index, web: Recipe) -> list[FollowedSite]:
    """Return what is followed, with what the index knows of it. web: the recipe for all web pages. Raises
    IndexFileError."""
    gone = {listing: moment(time) for listing, time in index.sources.gone().items()}
    return [
        FollowedSite(one.address, one.is_feed, one.title, one.home, tuple(_sources(one, index, web, gone)))
        for one in followed
    ]


def _sources(one: Followed, index: Index, web: Recipe, gone: dict[str, datetime]) -> Iterable[FollowedSource]:
    named = [(source.kind, source.address, source.title) for source in index.sources.named_by(one.address)]
    for kind, address, title in [("feed", one.address, one.title)] if one.is_feed else named:
        label = FollowedListing(web, address, kind).label
        yield FollowedSource(kind, address, title, label, gone.get(label))
