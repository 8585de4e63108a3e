"""Reading feeds: RSS, Atom, RDF and older forms of these, and JSON Feed. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archiver.discovery.json_feeds import read_json_feed
from archiver.discovery.kinds import kind_of
from archiver.discovery.markup import DECLARATION_PATTERN, declared_encoding
from archiver.discovery.unpacking import Unpacked
from archiver.discovery.xml_feeds import read_xml_feed
from archiver.encoding import content_label, decode
from archiver.errors import DiscoveryError

if TYPE_CHECKING:
    from datetime import datetime

    from archiver.discovery.entries import Feed

MAX_FEED_BYTES = 8 * 1024 * 1024  # bytes, unpacked
# Limits, because the parser compares each attribute of an element, and each link of an entry, with all before it.
MAX_ATTRIBUTES = 300
MANY_ATTRIBUTES_PATTERN = re.compile(
    r"<[a-zA-Z][^\s<>/]*+(?:\s++[^\s<>=]++(?:\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'|[^\s<>]*+))?+)"
    rf"{{{MAX_ATTRIBUTES}}}"
)
MAX_LINKS = 50
ENTRY_PATTERN = re.compile(r"<(?:[\w-]+:)?(?:item|entry)[\s>]", re.IGNORECASE)
LINK_PATTERN = re.compile(r"<(?:[\w-]+:)?(?:link|enclosure)[\s>/]", re.IGNORECASE)
WRONG_KIND_REASONS = {"page": "it is a web page", "sitemap": "it is a sitemap", "opml": "it is a list of feeds (OPML)"}


def read_feed(content: bytes, address: str, *, content_type: str | None = None, fetched: datetime) -> Feed:
    """Return what the feed `content`, which came from `address`, lists.

    content_type: the header of that name. fetched: when it was asked for (aware); later times are not believed.
    Raises DiscoveryError if it is no feed, or too large to be read.
    """
    kind = kind_of(content)
    if kind != "feed":
        raise DiscoveryError(f"{address}: no feed: {WRONG_KIND_REASONS.get(kind, 'nothing in it looks like one')}")
    pieces = Unpacked(content, MAX_FEED_BYTES)
    content = b"".join(pieces)
    if "larger" in pieces.cut:
        raise DiscoveryError(f"{address}: no feed that is read: {pieces.cut}")
    decoded = decode(content, declared_encoding(content), content_label(content_type))
    text = DECLARATION_PATTERN.sub("", decoded.text, count=1)
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return read_json_feed(text, address, fetched, decoded.note)
    _refuse_excess(text, address)
    return read_xml_feed(text, address, fetched, decoded.note)


def _refuse_excess(text: str, address: str) -> None:
    """Raise DiscoveryError for a text that would take too long to parse. No real feed looks like that."""
    if MANY_ATTRIBUTES_PATTERN.search(text):
        raise DiscoveryError(f"{address}: no feed that is read: an element has more than {MAX_ATTRIBUTES} attributes")
    if any(len(LINK_PATTERN.findall(entry)) > MAX_LINKS for entry in ENTRY_PATTERN.split(text)):
        raise DiscoveryError(f"{address}: no feed that is read: an entry has more than {MAX_LINKS} links")
