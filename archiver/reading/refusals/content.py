"""Refusing what is no web page at all. It is recognised by its first bytes, as browsers do where the Content-Type is
missing or wrong."""

from __future__ import annotations

import re

from archiver.errors import NotAnArticleError

MAX_SNIFFED_BYTES = 4096
# Reading takes time and memory for each element: with so many, some seconds at worst. Of 1,200 real pages none had more
# than 14,000.
MAX_TAGS = 100_000
MAX_PAGE_BYTES = 64_000_000  # bytes
# How files of these kinds begin (WHATWG MIME Sniffing, 6 and 7.1).
KIND_OF_BEGINNING = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF87a", "a picture (GIF)"),
    (b"GIF89a", "a picture (GIF)"),
    (b"PK\x03\x04", "a ZIP file or an office document"),
    (b"\x1f\x8b\x08", "a packed file (gzip)"),
    (b"WARC/", "a web archive (WARC)"),
    (b"filedesc://", "a web archive (ARC)"),
    (b"%!PS-Adobe-", "a PostScript file"),
    (b"{\\rtf", "an RTF document"),
    (b"OggS", "a sound or video file"),
    (b"ID3", "a sound file (MP3)"),
)
PROLOG_EXPRESSION = rb"(?:\xef\xbb\xbf|\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE\s+(?!html)[^>\[]*(?:\[.*?\]\s*)?>)*"
FEED_PATTERN = re.compile(PROLOG_EXPRESSION + rb"<(?:rss|(?:\w+:)?feed|rdf:RDF)[\s>]", re.DOTALL)
SITEMAP_PATTERN = re.compile(PROLOG_EXPRESSION + rb"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]", re.DOTALL)
SVG_PATTERN = re.compile(PROLOG_EXPRESSION + rb"<(?:\w+:)?svg[\s>]", re.DOTALL)
JSON_FEED_PATTERN = re.compile(rb"[\s\xef\xbb\xbf]*\{[^{}\[\]]*\"version\"\s*:\s*\"https?:(?:\\?/){2}jsonfeed\.org\\?/")
UTF_16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}  # byte-order marks
# Brands of the ISO media file format that are pictures; with other brands it is a video (ISO/IEC 14496-12, 4.3).
PICTURE_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"mif1")
HTML_PATTERN = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|meta|div|p|article|h1)\b", re.IGNORECASE)
JSON_PATTERN = re.compile(rb"[\s\xef\xbb\xbf]*(?:[\w$.]+\()?[\[{]")


def refuse_content(content: bytes, content_type: str | None) -> None:
    """Raise NotAnArticleError if `content` is no web page. content_type: the header of that name."""
    start = content[:MAX_SNIFFED_BYTES]
    if wide := UTF_16_MARKS.get(start[:2]):
        start = start[2:].decode(wide, "replace").encode()
    if not start.strip():
        raise NotAnArticleError("an empty answer", f"{len(content)} bytes", may_pass=True)
    if (tags := content.count(b"<")) > MAX_TAGS or len(content) > MAX_PAGE_BYTES:
        raise NotAnArticleError("a page larger than any article", f"{len(content)} bytes, {tags} tags or more")
    if kind := _kind(start):
        raise NotAnArticleError(kind, f"it begins with {start[:12]!r}")
    if FEED_PATTERN.match(start):
        raise NotAnArticleError("a feed", "its root element is that of RSS, Atom or RDF")
    if SVG_PATTERN.match(start):
        raise NotAnArticleError("a picture (SVG)", "its root element says so")
    if SITEMAP_PATTERN.match(start):
        raise NotAnArticleError("a sitemap", "its root element says so")
    if HTML_PATTERN.search(start):
        return
    if JSON_FEED_PATTERN.match(start):
        raise NotAnArticleError("a feed", "its version is that of JSON Feed")
    if JSON_PATTERN.match(start):
        raise NotAnArticleError("JSON", f"it begins with {start[:20]!r}", may_pass=True)
    said = (content_type or "").partition(";")[0].strip().lower()
    if said.startswith(("image/", "audio/", "video/", "font/")) or said in ("application/pdf", "application/zip"):
        raise NotAnArticleError("no web page", f"its type is {said}")


def _kind(start: bytes) -> str:
    for beginning, kind in KIND_OF_BEGINNING:
        if start.startswith(beginning):
            return kind
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "a picture (WebP)"
    if start[4:8] == b"ftyp":
        return "a picture (AVIF or HEIC)" if start[8:12] in PICTURE_BRANDS else "a video (MP4)"
    return ""
