"""The profile `clean`: structure and words, nothing else."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from lxml import etree

from archiver.cleaning.fragment import BREAK, Fragment
from archiver.cleaning.markup import (
    ATTRIBUTES,
    DROPPED,
    EMBEDDED,
    FREE_PARAGRAPHS,
    INLINE,
    KEPT_BLOCKS,
    UNWRAPPED_BLOCKS,
    UNWRAPPED_INLINE,
)
from archiver.cleaning.rules import INDENT, escape_attribute
from archiver.html import parse_fragment
from archiver.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

    from archiver.recipes.recipe import CleanRules

PIXEL_SIZES = frozenset({"0", "1", "0px", "1px"})
PIXEL = frozenset(f"{side}:{size}" for side in ("width", "height") for size in PIXEL_SIZES)
SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
LINK_SCHEMES = ("http://", "https://", "mailto:")
PICTURE = re.compile(r"https?://|data:image/(?:png|jpe?g|gif|webp);", re.IGNORECASE)
# Where there is one that is loaded late, `src` is a placeholder. The last is the original of which `src` is a copy.
PICTURE_SOURCES = ("data-src", "data-original", "src", "orginial_src")
TBODY = re.compile("<tbody", re.IGNORECASE)
NEVER = r"(?!)"
# Text that comes out as it goes in: nothing to escape, no break, no blank but spaces.
PLAIN = r"[^<>&{\x00-\x1f\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff\ud800-\udfff\ufffe\uffff]++"


class Cleaner:
    """Cleans bodies by the rules of one recipe."""

    def __init__(self, rules: CleanRules) -> None:
        self._keep_classes = rules.keep_classes
        self._drop_classes = rules.drop.classes
        self._unwrap_classes = rules.unwrap.classes
        self._unwrap_hosts = rules.unwrap.hosts
        self._live_picture = re.compile("|".join(rules.drop.pictures) or NEVER)
        self._advertising = re.compile(f"\\s*(?:{'|'.join(rules.drop.paragraphs) or NEVER})")
        self._clean_already = _clean_already(rules.keep_classes)
        self._writers: dict[str, Callable[[Fragment, _Element, str], None]] = {
            **dict.fromkeys(KEPT_BLOCKS, self._block),
            **dict.fromkeys(FREE_PARAGRAPHS, self._paragraph),
            **dict.fromkeys(UNWRAPPED_BLOCKS, self._unwrapped),
            **dict.fromkeys(INLINE, self._inline),
            **dict.fromkeys(DROPPED, self._drop),
            **dict.fromkeys(EMBEDDED, self._embedded),
            "a": self._link,
            "br": self._line_break,
            "img": self._picture,
        }

    def clean(self, html: str, base: str) -> str:
        """Return `html` cleaned: well-formed, balanced, safe for Markdown and Liquid; the same if it is clean.

        base: the address against which relative links are resolved.
        """
        html = html.replace(f"<p>{INDENT}", "<p>")
        if "\r" in html:
            html = html.replace("\r\n", "\n").replace("\r", "\n")
        if self._clean_already.fullmatch(html) and not self._has_advertising(html):
            return html
        root = parse_fragment(html)
        if not TBODY.search(html):  # parsing has put one around each row that has none
            etree.strip_tags(root, "tbody")
        self._simplify(root, base)
        fragment = Fragment(self._advertising)
        self._children(fragment, root, base)
        return fragment.result()

    def _has_advertising(self, html: str) -> bool:
        """Return whether a paragraph of `html`, which is clean already, is advertising."""
        is_advertising = self._advertising.match
        # Paragraph by paragraph: a recipe's expression may say where the text ends.
        return any(is_advertising(part[part.find(">") + 1 :]) for part in _without_inner_tags(html).split("</p>"))

    def _simplify(self, root: _Element, base: str) -> None:
        """Let libxml2 unwrap what means nothing: nobody unwraps faster."""
        for element in list(root.iter("a", *UNWRAPPED_INLINE)):
            if element.attrib and self._is_hidden(element):
                element.clear(keep_tail=True)  # type: ignore[call-arg]  # which the stubs do not know
            if element.tag == "a":
                if address := self._target(element, base):
                    element.set("href", address)
                else:
                    element.tag = UNWRAPPED_INLINE[0]
        etree.strip_tags(root, *UNWRAPPED_INLINE)

    def _children(self, fragment: Fragment, parent: _Element, base: str) -> None:
        if text := parent.text:
            fragment.text(text)
        writers = self._writers
        for element in parent:
            if element.attrib and self._is_hidden(element):
                element.clear(keep_tail=True)  # type: ignore[call-arg]  # which the stubs do not know
            if write := writers.get(element.tag):
                write(fragment, element, base)
            else:
                self._children(fragment, element, base)
            if text := element.tail:
                fragment.text(text)

    def _is_hidden(self, element: _Element) -> bool:
        if (style := element.get("style")) and _read(style).hides:
            return True
        if (names := element.get("class")) and not self._drop_classes.isdisjoint(names.split()):
            return True
        return element.get("hidden") is not None

    def _drop(self, fragment: Fragment, element: _Element, base: str) -> None:
        pass

    def _embedded(self, fragment: Fragment, element: _Element, base: str) -> None:
        if next(element.iter("p"), None) is not None:
            self._unwrapped(fragment, element, base)

    def _paragraph(self, fragment: Fragment, element: _Element, base: str) -> None:
        name = element.tag
        start = self._start_tag(element, name) if element.attrib else f"<{name}>"
        if len(element) or not fragment.paragraph(name, start, element.text or ""):
            self._block(fragment, element, base)

    def _unwrapped(self, fragment: Fragment, element: _Element, base: str) -> None:
        fragment.boundary()
        self._children(fragment, element, base)
        fragment.boundary()

    def _block(self, fragment: Fragment, element: _Element, base: str) -> None:
        name = element.tag
        if fragment.takes(name):
            depth = fragment.begin(name, self._start_tag(element, name))
            self._children(fragment, element, base)
            fragment.end(depth)
        else:
            self._unwrapped(fragment, element, base)

    def _start_tag(self, element: _Element, name: str) -> str:
        if not element.attrib:
            return f"<{name}>"
        kept = [
            f' {key}="{value}"'
            for key in ATTRIBUTES.get(name, ())
            if (value := element.get(key)) and value.isascii() and value.isdigit()
        ]
        names = element.get("class")
        if names and (words := [word for word in names.split() if word in self._keep_classes]):
            kept.append(f' class="{" ".join(words)}"')
        return f"<{name}{''.join(kept)}>"

    def _inline(self, fragment: Fragment, element: _Element, base: str) -> None:
        kept = INLINE[element.tag]
        if fragment.has_inline(kept):
            self._children(fragment, element, base)
        else:
            fragment.begin_inline(kept, f"<{kept}>")
            self._children(fragment, element, base)
            fragment.end_inline()

    def _link(self, fragment: Fragment, element: _Element, base: str) -> None:
        if fragment.has_inline("a"):
            self._children(fragment, element, base)
        else:
            fragment.begin_inline("a", f'<a href="{escape_attribute(element.get("href") or "")}">')
            self._children(fragment, element, base)
            fragment.end_inline()

    def _target(self, element: _Element, base: str) -> str:
        """Return where the link leads, or nothing if it is one of the site's own or leads nowhere."""
        names = element.get("class")
        if names and not self._unwrap_classes.isdisjoint(names.split()):
            return ""
        address = _absolute(element.get("href") or "", base)
        if not address.lower().startswith(LINK_SCHEMES):
            return ""
        try:
            return "" if urlsplit(address).hostname in self._unwrap_hosts else address
        except ValueError:
            return ""

    def _line_break(self, fragment: Fragment, element: _Element, base: str) -> None:
        fragment.line_break()
        self._children(fragment, element, base)

    def _picture(self, fragment: Fragment, element: _Element, base: str) -> None:
        """Write a picture, unless it is a tracking pixel or made anew at each load."""
        if element.get("width") in PIXEL_SIZES or element.get("height") in PIXEL_SIZES:
            return
        if (style := element.get("style")) and _read(style).makes_a_pixel:
            return
        for key in PICTURE_SOURCES:
            if (written := element.get(key)) and PICTURE.match(address := _absolute(written, base)):
                break
        else:
            return
        if self._live_picture.search(address):
            return
        tag = f'<img src="{escape_attribute(address)}"'
        for key in ("alt", "title"):
            if value := element.get(key):
                tag += f' {key}="{escape_attribute(printable(value))}"'
        fragment.picture(tag + " />")


class Style(NamedTuple):
    """What matters of an element's style."""

    hides: bool
    makes_a_pixel: bool


@lru_cache(maxsize=64)  # bodies repeat a few
def _read(style: str) -> Style:
    style = "".join(style.split()).lower()
    return Style("display:none" in style or "visibility:hidden" in style, not PIXEL.isdisjoint(style.split(";")))


def _absolute(address: str, base: str) -> str:
    """Return `address` absolute, with no character in it that breaks an attribute, Markdown or Liquid."""
    address = "".join(address.split())
    if not address.isprintable():
        address = printable(address)
    if not SCHEME.match(address):
        try:
            address = printable("".join(urljoin(base, address).split())) if address[:1] not in ("", "#") else ""
        except ValueError:
            return ""
    return address.replace("{", "%7B").replace("}", "%7D")


def _without_inner_tags(html: str) -> str:
    """Return `html`, which is clean already, with the text of each paragraph in one piece."""
    return html.replace("<strong>", "").replace("</strong>", "").replace(BREAK, " ")


def _clean_already(keep_classes: frozenset[str]) -> re.Pattern[str]:
    """Return what matches bodies that cleaning would not change. Most are that, and need no tree to be built."""
    classes = "|".join(map(re.escape, sorted(keep_classes))) or NEVER
    part = rf"(?:(?! *<){PLAIN}|<strong>(?! ){PLAIN}</strong>)"
    paragraph = rf'<p(?: class="(?:{classes})")?+>(?! ){part}(?>{part}|<br />(?! *</?[bp])(?=[^ ]))*+</p>'
    return re.compile(rf"{paragraph}(?>(?:\n {{0,3}}|(?<=>)){paragraph})*+")
