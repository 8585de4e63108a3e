"""What kind of answer it is, by its content: media types and names of files are wrong too often."""

from __future__ import annotations

import re
from typing import Literal

from archiver.discovery.unpacking import GZIP_START, beginning

Kind = Literal["feed", "sitemap", "page", "opml", "nothing"]
MAX_SNIFFED_BYTES = 16_384  # bytes
# Bytes in which a feed of JSON may say what it is, and in which there may be nothing but comments and blanks.
MAX_HEAD_BYTES = 8 * 1024 * 1024
ROOT_PATTERN = re.compile(
    rb"<(?:[\w-]+:)?(rss|feed|rdf|channel|urlset|sitemapindex|opml|html|body|head|entry)[\s/>]", re.IGNORECASE
)
KIND_OF_ROOT: dict[bytes, Kind] = {
    **dict.fromkeys((b"rss", b"feed", b"rdf", b"channel", b"entry"), "feed"),
    **dict.fromkeys((b"urlset", b"sitemapindex"), "sitemap"),
    **dict.fromkeys((b"html", b"body", b"head"), "page"),
    b"opml": "opml",
}
COMMENT_PATTERN = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
# What may stand before the root of XML, or before the first line of a text, and says nothing of its kind.
HEAD_PATTERN = re.compile(
    rb"(?:\s++|<\?.*?(?:\?>|\Z)|<!DOCTYPE[^<>]*+>|#[^\r\n]*+)*+(?:<[\w:!-]*+\Z)?", re.IGNORECASE | re.DOTALL
)
JSON_FEED_PATTERN = re.compile(rb"\"version\"\s*:\s*\"https?:\\?/\\?/(?:www\.)?jsonfeed\.org")
ADDRESS_LINE_PATTERN = re.compile(rb"(?:\s*+#[^\r\n]*+)*+\s*https?://\S", re.IGNORECASE)


def kind_of(content: bytes) -> Kind:
    """Return the kind of `content`; `nothing` if it is none of them. A text with an address in each line is a
    sitemap; the address may have words after it, and lines that begin with `#` are comments."""
    start = _start(content, MAX_SNIFFED_BYTES)
    if HEAD_PATTERN.fullmatch(start):
        start = _start(content, MAX_HEAD_BYTES)
    if start.startswith(b"{") and JSON_FEED_PATTERN.search(_beginning(content, MAX_HEAD_BYTES)):
        return "feed"
    if root := ROOT_PATTERN.search(start):
        return KIND_OF_ROOT[root[1].lower()]
    if ADDRESS_LINE_PATTERN.match(start):
        return "sitemap"
    return "page" if b"<" in start[:1] else "nothing"


def _start(content: bytes, size: int) -> bytes:
    """Return what is in so many of the first bytes of `content` beside comments, and blanks and marks before all."""
    return COMMENT_PATTERN.sub(b"", _beginning(content, size).lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n"))


def _beginning(content: bytes, size: int) -> bytes:
    """Return so many of the first bytes of `content`, without gzip, and without the zeros that UTF-16 has."""
    start = beginning(content, size) if content.startswith(GZIP_START) else content[:size]
    return start.replace(b"\0", b"")
