"""Writing the HTML of a body: that of an element of the page, without what was dropped, with absolute addresses, and
with pictures in figures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from archiver.cleaning import is_hidden, laid_out_part, medium, offers
from archiver.cleaning.markup import BLOCKS, DROPPED_ELEMENTS, VOID_ELEMENTS
from archiver.cleaning.media import MEDIA_ELEMENTS
from archiver.cleaning.rules import escape, escape_attribute
from archiver.reading.body.media import completed
from archiver.reading.body.names import HIDDEN_NAME_PATTERN
from archiver.reading.body.pictures import picture_address
from archiver.urls import resolve_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from archiver.cleaning import Medium
    from archiver.reading.body.outline import Outline

LINK_SCHEMES = frozenset({"http", "https", "mailto"})
KEPT_ATTRIBUTES = ("colspan", "rowspan", "start", "reversed", "type", "value")
CAPTION_NAME_PATTERN = re.compile(
    r"(?i)(?:^|[\s_-])(?:\w*caption\w*|legend|photo-?credit|image-?credit|credit|bildunterschrift|cutline|img-?desc\w*|"
    r"(?:image|photo|picture|img|foto|bild)[-_]*(?:description|text|info|meta|source|title|legend|desc))(?=$|[\s_-])"
)
PICTURE_NAME_PATTERN = re.compile(
    r"(?i)(?:^|[\s_-])\w*(?:image|photo|picture|img|figure|foto|bild|caption|gallery|slide)\w*(?=$|[\s_-])"
)
MAX_CAPTION_CHARACTERS = 600


class BuiltBody(NamedTuple):
    """The HTML of a body. offers: for its pictures, by their addresses in the HTML, the addresses at which the page
    offers each, if there are several."""

    html: str
    offers: dict[str, tuple[str, ...]]


def build(page: Outline, root: int, dropped: bytearray, base: str, media: Sequence[Medium] = ()) -> BuiltBody:
    """Return the HTML within the element `root` of `page`, without elements marked in `dropped`. base: the base of the
    page's addresses. media: video and audio in the page's structured data."""
    writer = _Writer(page, root, dropped, base, media)
    return BuiltBody(writer.html(), writer.offers)


def player(found: Medium) -> str:
    """Return the HTML element that plays a medium."""
    described = "".join(
        f' {name}="{escape_attribute(value)}"'
        for name, value in (("src", found.address), ("poster", found.poster), ("title", found.title))
        if value
    )
    return f"<{found.kind}{described}></{found.kind}>"


class _Writer:
    """Writes one body."""

    def __init__(self, page: Outline, root: int, dropped: bytearray, base: str, media: Sequence[Medium]) -> None:
        self._page = page
        self._named = media
        self._root = page.elements[root]
        self._places = {page.elements[place]: place for place in range(root, page.ends[root])}
        self._dropped = dropped
        self._base = base
        self._out: list[str] = []
        self._pictures: set[str] = set()
        self._media: set[str] = set()
        self.offers: dict[str, tuple[str, ...]] = {}
        self._in_caption = False

    def html(self) -> str:
        self._inner(self._root)
        return "".join(self._out)

    def _inner(self, element: HtmlElement) -> None:
        if element.text:
            self._out.append(escape(element.text))
        for child in element:
            self._element(child)
            if child.tail:
                self._out.append(escape(child.tail))

    def _element(self, element: HtmlElement) -> None:
        if element.tag == "noscript":
            self._pictures_within(element)
            return
        if element.tag in MEDIA_ELEMENTS:
            self._medium(element)
        place = self._places.get(element)
        # In a caption, elements marked as noise stay: a credit is no part of the text, but it is one of the caption.
        if place is None or (is_hidden(element) if self._in_caption else self._dropped[place]):
            self._out.append(_gap(element))
            return
        name = element.tag
        if name == "img":
            self._picture(element)
        elif not self._in_caption and self._is_figure(element, place):
            self._figure(element)
        elif name == "a":
            address = resolve_url(element.get("href") or "", self._base, LINK_SCHEMES)
            self._wrapped("a", element, f' href="{escape_attribute(address)}"')
        elif name in VOID_ELEMENTS:
            self._out.append(f"<{name}>")
        elif not self._in_caption and self._is_caption(element):
            self._out.append("<figure>")
            self._caption(element)
            self._out.append("</figure>")
        elif name in ("button", "figure", "figcaption", "picture", "summary"):
            self._wrapped("div" if name in BLOCKS else "span", element)
        else:
            kept = "".join(
                f' {key}="{escape_attribute(value)}"'
                for key in KEPT_ATTRIBUTES
                if (value := element.get(key)) is not None
            )
            self._wrapped(name, element, kept)

    def _wrapped(self, name: str, element: HtmlElement, attributes: str = "") -> None:
        if (style := element.get("style")) and (part := laid_out_part(style, in_line=name not in BLOCKS)):
            attributes += f' style="{part}"'
        self._out.append(f"<{name}{attributes}>")
        self._inner(element)
        self._out.append(f"</{name}>")

    def _picture(self, element: HtmlElement) -> None:
        address = picture_address(element, self._base)
        if address and address not in self._pictures:
            self._pictures.add(address)
            if len(offered := offers(element, self._base, address)) > 1:
                self.offers[address] = offered
            described = "".join(
                f' {key}="{escape_attribute(value)}"' for key in ("alt", "title") if (value := element.get(key))
            )
            self._out.append(f'<img src="{escape_attribute(address)}"{described}>')

    def _medium(self, element: HtmlElement) -> None:
        """Write a player, which cleaning turns into a link."""
        if (found := medium(element, self._base)) and found.address not in self._media:
            self._media.add(found.address)
            self._out.append(player(completed(found, self._named)))

    def _pictures_within(self, element: HtmlElement) -> None:
        for picture in element.iter("img"):
            self._picture(picture)

    def _is_caption(self, element: HtmlElement) -> bool:
        if element.tag == "figcaption":
            return True
        if element.tag not in BLOCKS or not element.attrib or element.tag in ("table", "caption", "tr", "td", "tbody"):
            return False
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if CAPTION_NAME_PATTERN.search(names) is None:
            return False
        return self._page.length(self._places[element]) <= MAX_CAPTION_CHARACTERS

    def _is_figure(self, element: HtmlElement, place: int) -> bool:
        """Return whether `element` holds pictures with their caption, and nothing else."""
        page = self._page
        if (
            element.tag not in ("figure", "div", "span", "section", "p", "dl", "aside")
            or page.length(place) > MAX_CAPTION_CHARACTERS
        ):
            return False
        if element.tag != "figure":
            if not PICTURE_NAME_PATTERN.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
                return False
            if not page.length(place):
                return False
        if next(element.iter("table", "blockquote", "pre", "ul", "ol", "h2", "h3"), None) is not None:
            return False
        shown = ("img", *MEDIA_ELEMENTS) if element.tag == "figure" else ("img",)
        return next(element.iter(*shown), None) is not None

    def _figure(self, element: HtmlElement) -> None:
        self._out.append("<figure>")
        for part in element.iter("img", *MEDIA_ELEMENTS):
            (self._picture if part.tag == "img" else self._medium)(part)
        captions = [caption for caption in element.iter("figcaption") if not self._is_dropped(caption)]
        if element.tag != "figure" and not captions:
            captions = [element]
        for caption in captions[:1]:
            self._caption(caption)
        self._out.append("</figure>")

    def _caption(self, element: HtmlElement) -> None:
        self._in_caption = True
        self._wrapped("figcaption", element)
        self._in_caption = False

    def _is_dropped(self, element: HtmlElement) -> bool:
        place = self._places.get(element)
        return place is None or bool(self._dropped[place])


def _gap(dropped: HtmlElement) -> str:
    """Return the markup to put in place of a dropped element. It keeps the words before and after it apart, if readers
    of the page see the element between them."""
    if (
        dropped.tag in DROPPED_ELEMENTS
        or is_hidden(dropped)
        or HIDDEN_NAME_PATTERN.search((dropped.get("class") or "").lower())
    ):
        return ""
    return "<div></div>" if dropped.tag in BLOCKS else " " if (dropped.tail or "")[:1].isalnum() else ""
