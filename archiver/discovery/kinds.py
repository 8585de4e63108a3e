"""What kind of answer it is, by its content: media types and names of files are wrong too often."""

from __future__ import annotations

import re
from typing import Literal

from archiver.discovery.unpacking import GZIP, beginning

Kind = Literal["feed", "sitemap", "page", "opml", "nothing"]
LOOKED_AT = 16_384  # bytes
LARGEST_JSON = 8 * 1024 * 1024  # bytes in which a feed of JSON may say what it is
ROOT = re.compile(
    rb"<(?:[\w-]+:)?(rss|feed|rdf|channel|urlset|sitemapindex|opml|html|body|head|entry)[\s/>]", re.IGNORECASE
)
KINDS: dict[bytes, Kind] = {
    **dict.fromkeys((b"rss", b"feed", b"rdf", b"channel", b"entry"), "feed"),
    **dict.fromkeys((b"urlset", b"sitemapindex"), "sitemap"),
    **dict.fromkeys((b"html", b"body", b"head"), "page"),
    b"opml": "opml",
}
COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
JSON_FEED = re.compile(rb"\"version\"\s*:\s*\"https?:\\?/\\?/(?:www\.)?jsonfeed\.org")
ADDRESSES = re.compile(rb"\s*https?://\S+\s*(?:\n|\r|\Z)", re.IGNORECASE)


def kind_of(content: bytes) -> Kind:
    """Return the kind of `content`; `nothing` if it is none of them. A text with an address in each line is a
    sitemap."""
    start = COMMENT.sub(b"", _beginning(content, LOOKED_AT).lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n"))
    if start.startswith(b"{") and JSON_FEED.search(_beginning(content, LARGEST_JSON)):
        return "feed"
    if root := ROOT.search(start):
        return KINDS[root[1].lower()]
    if ADDRESSES.match(start):
        return "sitemap"
    return "page" if b"<" in start[:1] else "nothing"


def _beginning(content: bytes, size: int) -> bytes:
    """Return so many of the first bytes of `content`, without gzip, and without the zeros that UTF-16 has."""
    start = beginning(content, size) if content.startswith(GZIP) else content[:size]
    return start.replace(b"\0", b"")
