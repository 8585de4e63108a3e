"""A page's links: the feeds that it names, and which of its other links look like articles, with the reason. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archiver.discovery.addresses import address_of
from archiver.discovery.entries import ListedFeed, PageLink
from archiver.discovery.places import place_of
from archiver.discovery.shapes import Shapes, likeness, problem_with
from archiver.documents import read_document
from archiver.identity import normalise, plain_form, same_site
from archiver.text import one_line
from archiver.urls import resolve_url

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from archiver.documents import Document

FEED_TYPE = re.compile(
    r"\s*(?:application|text)/(?:(?:rss|atom|rdf)\+xml|feed\+json|rss|atom|x-rss\+xml)\b", re.IGNORECASE
)
OTHER_TYPE = re.compile(r"\s*(?:application|text)/(?:xml|json)\b", re.IGNORECASE)
FEED_NAME = re.compile(
    r"(?:^|/)(?:feeds?|rss2?|atom|rdf)(?:[-_.]?\w*)?(?:\.(?:xml|rss|atom|rdf|json|php|aspx?))?/?$|\.(?:rss|atom|rdf)$"
    r"|/(?:index|news)\.(?:xml|rdf)$",
    re.IGNORECASE,
)
NO_FEED = re.compile(r"oembed|wp-json|opensearch|manifest|/comments/feed|comments?[-_.]?(?:rss|feed)", re.IGNORECASE)
NOT_LINKED = re.compile(r"\s*(?:javascript|mailto|tel|data|sms|whatsapp|#)", re.IGNORECASE)
MOST_LINKS = 2_000  # links of a page that are looked at: no front page of the press has so many
LONG_TEXT, LONG_WIDE_TEXT = 28, 10  # characters of a headline; of one in Chinese or Japanese
WIDE = "\u2e80"
ENOUGH = 3


def read_links(
    content: bytes, address: str, *, content_type: str | None = None, known: Shapes | None = None
) -> tuple[list[ListedFeed], list[PageLink]]:
    """Return the feeds that the page `content` at `address` names, and its links to other pages of its site, each once.

    content_type: the header of that name. known: the shapes of the addresses of known articles.
    """
    document = read_document(content, content_type, address)
    feeds = {plain_form(feed.address): feed for feed in reversed([*_alternates(document), *_linked_feeds(document)])}
    return list(reversed(feeds.values())), _page_links(document, address, known or Shapes())


def _alternates(document: Document) -> list[ListedFeed]:
    found = []
    for link in document.tree.iter("link"):
        words = (link.get("rel") or "").lower().split()
        kind, href = link.get("type") or "", (link.get("href") or "").strip()
        if not href or not {"alternate", "feed"} & set(words) or NO_FEED.search(href):
            continue
        is_feed = FEED_TYPE.match(kind) or "feed" in words or (OTHER_TYPE.match(kind) and FEED_NAME.search(_path(href)))
        if is_feed and (address := address_of(href, document.base)):
            found.append(
                ListedFeed(address, one_line(link.get("title") or ""), document.address or "", "named by the page")
            )
    return found


def _linked_feeds(document: Document) -> list[ListedFeed]:
    found = []
    for link in document.tree.iter("a"):
        href = link.get("href") or ""
        if href and FEED_NAME.search(_path(href)) and not NO_FEED.search(href):
            address = address_of(href, document.base)
            if address and (same_site(_host(address), _host(document.base)) or "feed" in _host(address)):
                found.append(ListedFeed(address, _text(link), document.address or "", "linked as a feed"))
    return found[:MOST_LINKS]


def _page_links(document: Document, address: str, known: Shapes) -> list[PageLink]:
    """Return the links to other pages of the site. Of several links to one page the one that says most about it
    counts."""
    own = plain_form(address)
    found: dict[str, tuple[int, PageLink]] = {}
    for number, link in enumerate(document.tree.iter("a")):
        href = link.get("href") or ""
        if number >= MOST_LINKS or not href or NOT_LINKED.match(href):
            continue
        target = normalise(resolve_url(href, document.base))
        form = plain_form(target)
        if not form or form == own or not same_site(_host(target), _host(address)):
            continue
        score, page = _judged(link, target, known)
        if form not in found or score > found[form][0]:
            found[form] = (score, page)
    return [page for _, page in found.values()]


def _judged(link: HtmlElement, target: str, known: Shapes) -> tuple[int, PageLink]:
    """Return how much a link looks like one to an article, as a number, and the link with what it is taken for."""
    text = _text(link)
    count = known.count(target)
    problem = "" if count else problem_with(target)
    if problem:
        return -1, PageLink(target, text, False, problem)
    where, place = place_of(link)
    like, look = (3, f"the shape of {count} known article{'' if count == 1 else 's'}") if count else likeness(target)
    long = len(text) >= (LONG_WIDE_TEXT if any(character >= WIDE for character in text) else LONG_TEXT)
    score = like + where + long
    reasons = [look, place if where > 0 else "", "a headline's length" if long else ""]
    if like and score >= ENOUGH:
        return score, PageLink(target, text, True, ", ".join(filter(None, reasons)))
    against = place if where < 0 else "its address says too little" if like < 2 else "a short text, in no heading"
    return score, PageLink(target, text, False, against)


def _text(link: HtmlElement) -> str:
    return " ".join(one_line("".join(str(part) for part in link.itertext())).split())


def _path(href: str) -> str:
    return href.partition("?")[0].partition("#")[0]


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""
