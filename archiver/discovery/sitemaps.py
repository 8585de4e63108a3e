"""Reading sitemaps, entry by entry: sitemaps, news sitemaps and indexes, in XML or as lines of text. However large a
sitemap is, little of it is kept in memory. No I/O."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from lxml import etree

from archiver.discovery.addresses import address_of
from archiver.discovery.entries import SitemapEntry
from archiver.discovery.kinds import MAX_HEAD_BYTES
from archiver.discovery.markup import declared_encoding, mended, title_text
from archiver.discovery.times import TimeReader
from archiver.discovery.unpacking import Unpacked, beginning
from archiver.encoding import content_label, decode
from archiver.errors import DiscoveryError
from archiver.identity import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from lxml.etree import _Element

MAX_SITEMAP_BYTES = 50 * 1024 * 1024  # bytes, unpacked
MAX_ENTRIES = 50_000  # this limit and the one above are those of the protocol (sitemaps.org)
MAX_TAGS = 3_000_000  # 60 for each entry: each costs time
SNIFFED_BYTES = (1 << 16, MAX_HEAD_BYTES)  # the second where the first are no more than comments, say
ROOT_PATTERN = re.compile(r"<(?:[\w-]+:)?(?:urlset|sitemapindex)[\s>/]", re.IGNORECASE)
ENTRY_ELEMENTS = ("url", "sitemap")
TOLD_ELEMENTS = frozenset({"urlset", "sitemapindex", *ENTRY_ELEMENTS})
TOLD_ELEMENT_PATTERN = re.compile(r"<(?:[\w-]+:)?(urlset|sitemapindex|url|sitemap)[\s>/]", re.IGNORECASE)
WEB_ADDRESS_PATTERN = re.compile(r"https?://", re.IGNORECASE)
FIRST_LINE_PATTERN = re.compile(r"(?:\s*+#[^\r\n]*+)*+\s*https?://\S", re.IGNORECASE)
ADDRESS_LINE_PATTERN = re.compile(r"\s*(https?://\S+)", re.IGNORECASE)
MAX_TAIL_CHARACTERS = 1 << 20  # characters that are kept while no end of a tag or of a line comes


class Sitemap:
    """The entries of a sitemap that came from `address`. It can be iterated over once, which raises DiscoveryError if
    it is no sitemap.

    fetched: when it was asked for (aware). content_type: the header of that name. `cut`: after the last entry, why the
    rest was not read; empty if all was read.
    """

    def __init__(self, content: bytes, address: str, *, fetched: datetime, content_type: str | None = None) -> None:
        self._pieces = Unpacked(content, MAX_SITEMAP_BYTES)
        self._content = content
        self._address = address
        self._label = content_label(content_type)
        self._times = TimeReader(urlsplit(address).hostname or "", "", fetched)
        self.cut = ""

    def __iter__(self) -> Iterator[SitemapEntry]:
        for number, entry in enumerate(self._entries()):
            if number == MAX_ENTRIES:
                self.cut = f"it has more than {MAX_ENTRIES:,} entries"
                return
            yield entry
        self.cut = self.cut or self._pieces.cut

    def _entries(self) -> Iterator[SitemapEntry]:
        for size in SNIFFED_BYTES:
            start, encoding = self._decoded_start(size)
            if root := ROOT_PATTERN.search(start):
                spelled = TOLD_ELEMENTS.union(TOLD_ELEMENT_PATTERN.findall(start))
                return self._of_xml(_whole_markup(self._texts(encoding), root[0]), spelled)
            if FIRST_LINE_PATTERN.match(start):
                return self._of_lines(self._texts(encoding))
        raise DiscoveryError(f"{self._address}: no sitemap: there is no list of addresses in it")

    def _decoded_start(self, size: int) -> tuple[str, str]:
        """Return the beginning of the sitemap as text, and the encoding of the whole."""
        start = beginning(self._content, size)
        # A character that is cut off at the end would look like damage.
        end = start.rfind(b">") + 1 if len(start) == size else len(start)
        decoded = decode(start[: end or size], declared_encoding(start), self._label)
        return _without_zeros(decoded.text).lstrip("\ufeff"), decoded.encoding

    def _texts(self, encoding: str) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        for piece in self._pieces:
            yield _without_zeros(decoder.decode(piece))
        yield _without_zeros(decoder.decode(b"", final=True))

    def _of_lines(self, texts: Iterable[str]) -> Iterator[SitemapEntry]:
        """Yield the entries of a text: the address at the beginning of each line that has one. What comes after it (a
        time, say), and lines without one (comments), say nothing."""
        for line in _lines(texts):
            if (found := ADDRESS_LINE_PATTERN.match(line.lstrip("\ufeff"))) and (address := normalise(found[1])):
                yield SitemapEntry(address)

    def _of_xml(self, texts: Iterable[str], spelled: frozenset[str]) -> Iterator[SitemapEntry]:
        """Yield the entries of XML. spelled: the names, as they are written here, of the elements for which the parser
        makes events: events for every tag would cost more than all else."""
        parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=[f"{{*}}{name}" for name in spelled],
            recover=True,
            resolve_entities=False,
            remove_comments=True,
            remove_pis=True,
        )
        tags = 0
        root: _Element | None = None
        try:
            for text in texts:
                tags += text.count("<")
                if tags > MAX_TAGS:
                    self.cut = f"it has more than {MAX_TAGS:,} tags"
                    return
                parser.feed(mended(text).encode("utf-8", "replace"))
                for event, found in parser.read_events():
                    element = cast("_Element", found)
                    root = element if root is None else root
                    if event == "end" and (entry := self._entry(element)):
                        yield entry
                if root is not None:
                    del root[:-1]  # frees what was read; the last element may not have ended yet
            parser.close()
        except etree.XMLSyntaxError:  # the entries before it are sound
            return
        ends = (cast("_Element", element) for event, element in parser.read_events() if event == "end")
        yield from filter(None, map(self._entry, ends))  # events before the place where the sitemap breaks off

    def _entry(self, element: _Element) -> SitemapEntry | None:
        """Return the entry that an element is; None if it is not an entry."""
        namespace, kind = _name(element)
        if kind not in ENTRY_ELEMENTS:
            return None
        own: dict[str, str] = {}
        news: dict[str, str] = {}
        for child in element:
            if not isinstance(child.tag, str):
                continue
            of, name = _name(child)
            if of == namespace:
                own.setdefault(name, _text(child))
            elif name == "news":
                news = {_name(part)[1]: _text(part) for part in child if isinstance(part.tag, str)} | news
        address = self._address_of(own.get("loc", ""))
        if not address:
            return None
        return SitemapEntry(
            address,
            kind == "sitemap",
            self._times.read(own.get("lastmod")),
            title_text(news.get("title", "")),
            self._times.read(news.get("publication_date")),
        )

    def _address_of(self, text: str) -> str:
        """Return the address that `text` names, normalised. The standard wants absolute addresses, but some sitemaps
        have paths."""
        return (normalise(text) if WEB_ADDRESS_PATTERN.match(text) else address_of(text, self._address)) if text else ""


def _whole_markup(texts: Iterable[str], root: str) -> Iterator[str]:
    """Yield `texts` from the `root` element on, cut anew: each piece ends at the end of a tag, and not within a CDATA
    section, so that each can be mended by itself."""
    begun = False
    for text in _cut_at_ends(texts):
        if not begun and root not in text:
            continue
        yield text if begun else text[text.index(root) :]
        begun = True


def _cut_at_ends(texts: Iterable[str]) -> Iterator[str]:
    waiting = ""
    for text in texts:
        waiting += text
        end = waiting.rfind(">") + 1
        cdata = waiting.rfind("<![CDATA[", 0, end)
        if cdata >= 0 and waiting.find("]]>", cdata) < 0:
            end = cdata
        if not end and len(waiting) > MAX_TAIL_CHARACTERS:  # a CDATA section without an end
            end = len(waiting)
        if end:
            yield waiting[:end]
            waiting = waiting[end:]
    yield waiting


def _lines(texts: Iterable[str]) -> Iterator[str]:
    waiting = ""
    for text in texts:
        *lines, waiting = (waiting + text).splitlines(keepends=True) or [""]
        yield from lines
        if len(waiting) > MAX_TAIL_CHARACTERS:  # no address is so long
            waiting = ""
    yield waiting


def _without_zeros(text: str) -> str:
    """Return the text of a sitemap in UTF-32, which is decoded as UTF-16, as browsers do it, without the zeros between
    its characters."""
    return text.replace("\0", "")


def _name(element: _Element) -> tuple[str, str]:
    """Return the namespace (or its prefix, if that is not declared) and the name of an element, in small letters."""
    return _split(str(element.tag))


@lru_cache(maxsize=256)
def _split(tag: str) -> tuple[str, str]:
    namespace, _, name = tag.rpartition("}")
    prefix, _, name = name.lower().rpartition(":")
    return namespace or prefix, name


def _text(element: _Element) -> str:
    text = "".join(map(str, element.itertext())) if len(element) else str(element.text or "")
    return text.strip()
