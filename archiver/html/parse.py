"""Parsing any text into the tree that a browser (without scripts) makes of it.


lexbor, through selectolax, parses by the HTML standard. libxml2 does not: it does not know all void elements, and stops
at the first `</html>`. What lexbor has parsed is written as XML, and lxml reads that, because XPath, CSS selectors and
everything else here work on trees of lxml.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from lxml import etree
from lxml.html import HtmlElementClassLookup
from selectolax.lexbor import LexborHTMLParser

from archiver.html.limits import limited
from archiver.html.sound import sound_xml
from archiver.html.superscripts import ended, without_ends
from archiver.html.xml import MAX_DEPTH, as_xml, flattened, with_sound_names

if TYPE_CHECKING:
    from lxml.etree import XMLParser, _Element
    from lxml.html import HtmlElement

# Strict parsers refuse what is not XML; lenient ones make the best of it. Those for pages make elements of `lxml.html`,
# which costs a call of Python for each.
STRICT_PARSER, STRICT_PAGE_PARSER = (etree.XMLParser(resolve_entities=False, collect_ids=False) for _ in range(2))
LENIENT_PARSER, LENIENT_PAGE_PARSER = (
    etree.XMLParser(resolve_entities=False, collect_ids=False, recover=True, huge_tree=True) for _ in range(2)
)
for parser in (STRICT_PAGE_PARSER, LENIENT_PAGE_PARSER):
    parser.set_element_class_lookup(HtmlElementClassLookup())
AMP_PICTURE_PATTERN = re.compile(rb"<amp-img(?P<attributes>(?:\s[^<>]*?)?)/?>|</amp-img>")
STAND_IN_PATTERN = re.compile(rb"\s(?:placeholder|fallback)=")
TOO_DEEP = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")
BETWEEN = "between"  # the name of an element that no page has
MAX_SOUND_DEPTH = 30  # depth of nested elements, which is far from every limit
TOO_DEEP_SOUND = etree.XPath(f"boolean({'/*' * (MAX_SOUND_DEPTH + 1)})")


def parse_document(text: str) -> HtmlElement:
    """Return the `html` element of the web page `text`; it has a `head`, and a `body` or a `frameset`.

    Any text is a page: nothing is raised, and no word that a browser shows is lost. Left out are comments, processing
    instructions, and attributes whose names XML cannot hold (`@click`). Names of elements have no namespace, and a
    picture of AMP (`amp-img`) is an `img`. Elements are nested at most `MAX_DEPTH` deep: deeper ones follow one another
    instead.
    """
    return _tree(_parsed(text).encode(), STRICT_PAGE_PARSER, LENIENT_PAGE_PARSER)


def parse_fragment(text: str) -> _Element:
    """Return a `div` that holds `text`, which is a part of the body of a web page. See `parse_document`."""
    sound = parse_sound(text)
    return parse_unsound(text) if sound is None else sound


def parse_unsound(text: str) -> _Element:
    """Return the same as `parse_fragment`, for a `text` that needs an HTML parser."""
    html = _parsed(text, is_fragment=True)
    root: _Element = _tree(f"<div>{html}</div>".encode(), STRICT_PARSER, LENIENT_PARSER)
    return root


def parse_sound(*parts: str) -> _Element | None:
    """Return the same as `parse_fragment` for a text that needs no HTML parser (`archiver.html.sound`); else None.

    Of several `parts`, each a text with all of its elements, it makes one tree, with an element BETWEEN two of them.
    """
    written = []
    for part in parts:
        if (sound := sound_xml(part)) is None:
            return None
        written.append(sound)
    xml = f"<{BETWEEN}/>".join(written)
    try:
        root = etree.fromstring(f"<div>{xml}</div>".encode("utf-8", "ignore"), STRICT_PARSER)
    except etree.XMLSyntaxError:
        return None
    if xml.count("<") > MAX_SOUND_DEPTH and TOO_DEEP_SOUND(root):
        return None
    return root if len(parts) == 1 or len(root.findall(BETWEEN)) == len(parts) - 1 else None


def _parsed(text: str, *, is_fragment: bool = False) -> str:
    """Return `text`, parsed and written anew."""
    text, name = ended(limited(text))
    # A surrogate without its other half is no character.
    html = LexborHTMLParser(text.encode("utf-8", "ignore"), is_fragment=is_fragment).html or ""
    return without_ends(html, name)


def _tree(html: bytes, strict: XMLParser, lenient: XMLParser) -> HtmlElement:
    xml = as_xml(html)
    if b"<amp-img" in xml:
        xml = AMP_PICTURE_PATTERN.sub(_amp_picture, xml)
    root = None
    if b" xmlns" not in xml and b" xml:" not in xml:  # these attributes would make namespaces
        with suppress(etree.XMLSyntaxError):  # a name or a character that XML does not have, as in one page of six
            root = etree.fromstring(xml, strict)
    if root is None:
        xml = with_sound_names(xml)
        root = etree.fromstring(xml, lenient)
    if xml.count(b"<") > MAX_DEPTH and TOO_DEEP(root):
        root = etree.fromstring(flattened(xml), lenient)
    return root


def _amp_picture(tag: re.Match[bytes]) -> bytes:
    """Return an `img` for the tag of a picture of AMP, which a script shows; nothing for the end of one, and for one
    that only stands in for another until that has come."""
    attributes = tag["attributes"]
    return b"" if attributes is None or STAND_IN_PATTERN.search(attributes) else b"<img%b/>" % attributes
