"""A page's links: the feeds that it names, and which of its other links look like articles, with the reason. No I/O."""

from __future__ import annotations

import re
from itertools import islice
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
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from archiver.documents import Document

FEED_TYPE_PATTERN = re.compile(
    r"\s*(?:application|text)/(?:(?:rss|atom|rdf)\+xml|feed\+json|rss|atom|x-rss\+xml)\b", re.IGNORECASE
)
XML_OR_JSON_TYPE_PATTERN = re.compile(r"\s*(?:application|text)/(?:xml|json)\b", re.IGNORECASE)
FEED_NAME_PATTERN = re.compile(
    r"(?:^|/)(?:feeds?|rss2?|atom|rdf)(?:[-_.]?\w*)?(?:\.(?:xml|rss|atom|rdf|json|php|aspx?))?/?$|\.(?:rss|atom|rdf)$"
    r"|/(?:index|news)\.(?:xml|rdf)$",
    re.IGNORECASE,
)
NO_FEED_PATTERN = re.compile(
    r"oembed|wp-json|opensearch|manifest|/comments/feed|comments?[-_.]?(?:rss|feed)", re.IGNORECASE
)
NO_PAGE_SCHEME_PATTERN = re.compile(r"\s*(?:javascript|mailto|tel|data|sms|whatsapp|#)", re.IGNORECASE)
MAX_LINKS = 2_000  # links of a page that are looked at: no front page of the press has so many
# Characters of a headline; of one in Chinese or Japanese.
MIN_HEADLINE_CHARACTERS, MIN_WIDE_HEADLINE_CHARACTERS = 28, 10
FIRST_WIDE_CHARACTER = "\u2e80"
MIN_ARTICLE_SCORE = 3


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
    return [
        ListedFeed(address, one_line(link.get("title") or ""), document.address or "", "named by the page")
        for link in islice(_feed_elements(document), MAX_LINKS)
        if (address := address_of(link.get("href") or "", document.base))
    ]


def _feed_elements(document: Document) -> Iterator[HtmlElement]:
    """Yield the elements that name a feed of the page."""
    for link in document.tree.iter("link"):
        words = (link.get("rel") or "").lower().split()
        kind, href = link.get("type") or "", (link.get("href") or "").strip()
        if not href or not {"alternate", "feed"} & set(words) or NO_FEED_PATTERN.search(href):
            continue
        is_feed = (
            FEED_TYPE_PATTERN.match(kind)
            or "feed" in words
            or (XML_OR_JSON_TYPE_PATTERN.match(kind) and FEED_NAME_PATTERN.search(_path(href)))
        )
        if is_feed:
            yield link


def _linked_feeds(document: Document) -> list[ListedFeed]:
    named = (
        (link, href)
        for link in document.tree.iter("a")
        if (href := link.get("href") or "")
        and FEED_NAME_PATTERN.search(_path(href))
        and not NO_FEED_PATTERN.search(href)
    )
    found = []
    for link, href in islice(named, MAX_LINKS):
        address = address_of(href, document.base)
        if address and (same_site(_host(address), _host(document.base)) or "feed" in _host(address)):
            found.append(ListedFeed(address, _text(link), document.address or "", "linked as a feed"))
    return found


def _page_links(document: Document, address: str, known: Shapes) -> list[PageLink]:
    """Return the links to other pages of the site. Of several links to one page the one that says most about it
    counts."""
    found = _Links(address, document.base, known)
    for link in islice(document.tree.iter("a"), MAX_LINKS):
        found.add(link.get("href") or "", _text(link), link)
    if not found.pages:  # links that only a script makes
        for element in islice(document.tree.iterfind(".//body//*[@data-href]"), MAX_LINKS):
            if element.tag != "script":
                found.add(element.get("data-href") or "", _text(element), element)
    for href, text in islice(_listed_in_data(document), MAX_LINKS):
        found.add(href, text, None)
    return found.pages


class _Links:
    """The links of the page at `address` to other pages of its site, each once. known: as for `read_links`."""

    def __init__(self, address: str, base: str, known: Shapes) -> None:
        self._address = address
        self._base = base
        self._known = known
        self._found: dict[str, tuple[int, PageLink]] = {}  # with its score, by the plain form of its address

    @property
    def pages(self) -> list[PageLink]:
        """The links, in the order in which they came."""
        return [page for _, page in self._found.values()]

    def add(self, href: str, text: str, element: HtmlElement | None) -> None:
        """Add a link, if it leads to another page of the site. element: which has it; None: it is in the page's
        data."""
        if not href or NO_PAGE_SCHEME_PATTERN.match(href):
            return
        target = normalise(resolve_url(href, self._base))
        form = plain_form(target)
        if form and form != plain_form(self._address) and same_site(_host(target), _host(self._address)):
            score, page = _judged(text, element, target, self._known)
            if form not in self._found or score > self._found[form][0]:
                self._found[form] = (score, page)


def _listed_in_data(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the addresses and titles in the lists (`ItemList`) of a page's JSON-LD."""
    listing = [text for script in document.tree.iter("script") if "ItemList" in (text := script.text or "")]
    if not listing:
        return
    from archiver.discovery.item_lists import listed_items  # few pages have one, and to load it takes long

    for text in listing:
        yield from listed_items(text)


def _judged(text: str, link: HtmlElement | None, target: str, known: Shapes) -> tuple[int, PageLink]:
    """Return how much a link looks like one to an article, as a number, and the link with what it is taken for."""
    count = known.count(target)
    problem = "" if count else problem_with(target)
    if problem:
        return -1, PageLink(target, text, False, problem)
    where, place = (1, "in a list of the page's data") if link is None else place_of(link)
    like, look = (3, f"the shape of {count} known article{'' if count == 1 else 's'}") if count else likeness(target)
    long = len(text) >= (
        MIN_WIDE_HEADLINE_CHARACTERS
        if any(character >= FIRST_WIDE_CHARACTER for character in text)
        else MIN_HEADLINE_CHARACTERS
    )
    score = like + where + long
    reasons = [look, place if where > 0 else "", "a headline's length" if long else ""]
    if like and score >= MIN_ARTICLE_SCORE:
        return score, PageLink(target, text, True, ", ".join(filter(None, reasons)))
    against = place if where < 0 else "its address says too little" if like < 2 else "a short text, in no heading"
    return score, PageLink(target, text, False, against)


def _text(link: HtmlElement) -> str:
    return " ".join(one_line("".join(str(part) for part in link.itertext())).split())


def _path(href: str) -> str:
    return href.partition("?")[0].partition("#")[0]


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""
