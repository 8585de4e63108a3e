"""Lists of feeds (OPML), which feed readers export and import. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from archiver.discovery.addresses import address_of
from archiver.discovery.entries import ListedFeed
from archiver.discovery.kinds import kind_of
from archiver.discovery.markup import DECLARATION_PATTERN, declared_encoding, mended, title_text
from archiver.encoding import decode
from archiver.errors import DiscoveryError
from archiver.identity import normalise, plain_form
from archiver.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_OPML_BYTES = 16 * 1024 * 1024  # bytes


def read_opml(content: bytes, name: str) -> list[ListedFeed]:
    """Return the feeds that the list `content` has, in folders or not, each once. name: the list's name in errors.

    Raises DiscoveryError if it is no such list.
    """
    if len(content) > MAX_OPML_BYTES:
        raise DiscoveryError(
            f"{name}: no list of feeds (OPML) that is read: it is larger than {MAX_OPML_BYTES:,} bytes"
        )
    if kind_of(content) != "opml":
        raise DiscoveryError(f"{name}: no list of feeds (OPML): there is no `opml` element in it")
    text = DECLARATION_PATTERN.sub("", decode(content, declared_encoding(content)).text, count=1)
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(mended(text[text.find("<") :]).encode("utf-8", "replace"), parser)
    found: dict[str, ListedFeed] = {}
    for outline in root.iter("{*}outline", "{*}OUTLINE") if root is not None else ():
        said = {str(key).lower(): str(value) for key, value in outline.attrib.items()}
        if address := address_of(said.get("xmlurl", "")):
            title = title_text(said.get("title") or said.get("text") or "")
            feed = ListedFeed(address, title, normalise(said.get("htmlurl", "").strip()), "named by the list")
            found.setdefault(plain_form(address), feed)
    return list(found.values())


def write_opml(feeds: Iterable[ListedFeed], title: str) -> bytes:
    """Return a list of feeds (OPML 2.0)."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = printable(title)
    body = etree.SubElement(root, "body")
    for feed in feeds:
        text = printable(feed.title or feed.address)
        said = {"type": "rss", "text": text, "title": text, "xmlUrl": feed.address}
        etree.SubElement(body, "outline", said | ({"htmlUrl": feed.home} if feed.home else {}))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
