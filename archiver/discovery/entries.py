"""The entries of feeds and sitemaps, and the links of pages, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from archiver.cleaning import Medium


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An article as a feed lists it."""

    address: str  # normalised
    title: str  # text on one line, without markup; may be empty
    published: datetime | None  # aware; None: the feed says no time that can be believed
    updated: datetime | None
    guid: str  # exactly as the feed has it; empty if there is none
    content: str  # HTML as the feed has it, not cleaned; may be empty
    base: str  # the address against which links in the content are resolved
    language: str  # a BCP 47 tag; empty if nothing says it
    media: tuple[Medium, ...] = ()  # its sounds and videos
    image: str = ""  # the address of its picture in lists


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says."""

    form: str  # `rss20`, `atom10`, `json11` …
    title: str
    home: str  # the page whose feed this is; empty if it does not say
    language: str
    entries: tuple[FeedEntry, ...]  # in the order of the feed, each article once
    left_out: Mapping[str, int] = field(default_factory=dict)  # how many entries were left out, by the reason
    hub: str = ""  # the address of a service that tells subscribers of new entries (WebSub)
    next_page: str = ""  # the feed goes on there (RFC 5005, JSON Feed)
    ttl: int | None = None  # minutes in which it need not be asked again
    skip_hours: frozenset[int] = frozenset()  # hours of the day, UTC, in which it does not change
    skip_days: frozenset[int] = frozenset()  # of the week (0 is Monday), UTC, on which it does not change
    note: str = ""  # a note on bytes that could not be decoded


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """A page as a sitemap lists it, or another sitemap as an index does."""

    address: str  # normalised
    is_sitemap: bool = False
    modified: datetime | None = None  # aware; None: the sitemap says no time that can be believed
    title: str = ""  # only in news sitemaps
    published: datetime | None = None  # only in news sitemaps


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """An article as a feed, a sitemap or a page of links lists it. The times are aware; None: no time is said that can
    be believed."""

    address: str  # normalised
    title: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    media: tuple[Medium, ...] = ()
    image: str = ""
    content: str = ""  # HTML as a feed has it, where that is wanted
    base: str = ""  # the address against which links in the content are resolved

    @property
    def time(self) -> datetime | None:
        """When it was published, or else when it was changed."""
        return self.published or self.modified


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """A feed that a page or a list of feeds (OPML) names."""

    address: str
    title: str = ""
    home: str = ""  # the page whose feed this is
    why: str = ""  # how it was found to be a feed


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link of a page to another page of its site, and whether that looks like an article."""

    address: str  # normalised
    text: str
    is_article: bool
    reason: str
