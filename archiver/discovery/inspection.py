"""Inspecting an answer of a site: what it lists, whatever kind of answer it is. This is done in a process of its own,
which can be ended if it takes too long. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archiver.discovery.articles import articles_of_feed, articles_of_page, articles_of_sitemap
from archiver.discovery.feeds import read_feed
from archiver.discovery.kinds import kind_of
from archiver.discovery.pages import read_links
from archiver.discovery.shapes import Shapes
from archiver.discovery.sitemaps import Sitemap
from archiver.errors import DiscoveryError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from archiver.discovery.entries import Feed, ListedArticle, ListedFeed, PageLink, SitemapEntry
    from archiver.discovery.kinds import Kind


@dataclass(frozen=True, slots=True)
class AnswerToInspect:
    """An answer to look at. known: addresses of known articles, by which links are judged. texts: the contents that a
    feed has of its articles are wanted, too."""

    content: bytes
    address: str
    content_type: str
    fetched: datetime
    known: tuple[str, ...] = ()
    texts: bool = False


@dataclass(frozen=True, slots=True)
class Inspection:
    """What an answer lists: its articles; for a page also its feeds and all its links; for a feed also what it says of
    itself; for a sitemap also the sitemaps that it names."""

    kind: Kind
    address: str
    problem: str = ""  # why nothing is listed
    articles: tuple[ListedArticle, ...] = ()
    others: int = 0  # pages that are no articles
    feed: Feed | None = None  # without its entries
    maps: tuple[SitemapEntry, ...] = ()
    cut: str = ""  # why not all of a sitemap was read
    feeds: tuple[ListedFeed, ...] = ()
    links: tuple[PageLink, ...] = ()


def inspect(answer: AnswerToInspect) -> Inspection:
    """Return what an answer lists."""
    kind = kind_of(answer.content)
    address, kept = answer.address, {"content_type": answer.content_type}
    try:
        if kind == "feed":
            feed = read_feed(answer.content, address, fetched=answer.fetched, **kept)
            articles = articles_of_feed(feed.entries, texts=answer.texts)
            return Inspection(kind, address, articles=articles, feed=replace(feed, entries=()))
        if kind == "sitemap":
            sitemap = Sitemap(answer.content, address, fetched=answer.fetched, **kept)
            entries = tuple(sitemap)
            maps = tuple(entry for entry in entries if entry.is_sitemap)
            articles = articles_of_sitemap(entries, answer.fetched)
            others = len(entries) - len(maps) - len(articles)
            return Inspection(kind, address, articles=articles, others=others, maps=maps, cut=sitemap.cut)
    except DiscoveryError as error:
        return Inspection("nothing", address, problem=str(error).removeprefix(f"{address}: "))
    if kind == "page":
        feeds, links = read_links(answer.content, address, known=Shapes(answer.known), **kept)
        articles = articles_of_page(links)
        others = len(links) - len(articles)
        return Inspection(kind, address, articles=articles, others=others, feeds=tuple(feeds), links=tuple(links))
    return Inspection("nothing", address, problem="it is no page, feed or sitemap")


def serve(_: object) -> Callable[[list[AnswerToInspect]], list[Inspection]]:
    """Return the function that does the jobs of a process (`archiver.workers`)."""
    return lambda jobs: [inspect(job) for job in jobs]
