"""The profile `clean`: structure and words, nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from archiver.cleaning.fragment import Fragment
from archiver.cleaning.markup import (
    ATTRIBUTES,
    BLOCKS,
    DROPPED,
    INLINE,
    KEPT_BLOCKS,
    LISTS_AND_TABLES,
    PARAGRAPHS,
)
from archiver.cleaning.parse import parse
from archiver.cleaning.rules import escape, escape_attribute, liquid_safe, without_indents
from archiver.text import printable

if TYPE_CHECKING:
    from lxml.etree import _Element

    from archiver.recipes.recipe import CleanRules

HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
PIXEL = re.compile(r"(?:^|;)\s*(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$)", re.IGNORECASE)
LINK_SCHEMES = ("http://", "https://", "mailto:")
PICTURE = re.compile(r"https?://|data:image/(?:png|jpe?g|gif|webp);", re.IGNORECASE)
LAZY_SOURCES = ("src", "data-src", "data-original", "orginial_src")
CELLS = frozenset({"td", "th"})
NEVER = r"(?!)"
TAG = re.compile("<[^>]*>")
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

    def clean(self, html: str, base: str) -> str:
        """Return `html` cleaned: well-formed, balanced, safe for Markdown and Liquid; the same if it is clean.

        base: the address against which relative links are resolved.
        """
        html = without_indents(html)
        if "\r" in html:
            html = html.replace("\r\n", "\n").replace("\r", "\n")
        if self._clean_already.fullmatch(html) and not self._has_advertising(html):
            return html
        root = parse(html)
        if root is None:
            return ""
        fragment = Fragment()
        self._children(fragment, root, base)
        return liquid_safe(without_indents(printable(fragment.result())))

    def _has_advertising(self, html: str) -> bool:
        return any(self._advertising.match(TAG.sub("", paragraph)) for paragraph in html.split("</p>"))

    def _children(self, fragment: Fragment, parent: _Element, base: str) -> None:
        if parent.text:
            fragment.text(escape(parent.text))
        for element in parent:
            name = element.tag
            if name not in DROPPED and not (element.attrib and self._unwanted(element)):
                if name in BLOCKS:
                    self._block(fragment, element, str(name), base)
                else:
                    self._inline(fragment, element, str(name), base)
            if element.tail:
                fragment.text(escape(element.tail))

    def _unwanted(self, element: _Element) -> bool:
        style = element.get("style")
        if (style and HIDDEN.search(style)) or element.get("hidden") is not None:
            return True
        names = element.get("class")
        return bool(names) and not self._drop_classes.isdisjoint(str(names).split())

    def _block(self, fragment: Fragment, element: _Element, name: str, base: str) -> None:
        leaf = not len(element)
        if name not in LISTS_AND_TABLES:
            text = element.text or "" if leaf else "".join(map(str, element.itertext()))
            if self._advertising.match(text):
                fragment.boundary()
                return
        if leaf and name in PARAGRAPHS and fragment.paragraph(name, self._start_tag(element, name), escape(text)):
            return
        if name in KEPT_BLOCKS:
            depth = fragment.begin(name, self._start_tag(element, name))
            if name in CELLS:
                fragment.cell()
            self._children(fragment, element, base)
            fragment.end(depth)
        else:
            fragment.boundary()
            self._children(fragment, element, base)
            fragment.boundary()

    def _start_tag(self, element: _Element, name: str) -> str:
        if not element.attrib:
            return f"<{name}>"
        kept = [
            f' {key}="{value}"' for key in ATTRIBUTES.get(name, ()) if (value := element.get(key)) and value.isdecimal()
        ]
        if names := [word for word in (element.get("class") or "").split() if word in self._keep_classes]:
            kept.append(f' class="{" ".join(names)}"')
        return f"<{name}{''.join(kept)}>"

    def _inline(self, fragment: Fragment, element: _Element, name: str, base: str) -> None:
        if name == "br":
            fragment.line_break()
        elif name == "img":
            if tag := self._picture(element, base):
                fragment.picture(tag)
        else:
            kept = INLINE.get(name)
            start = f"<{kept}>"
            if name == "a" and (address := self._link(element, base)):
                kept, start = "a", f'<a href="{escape_attribute(address)}">'
            if kept is None or fragment.has_inline(kept):
                self._children(fragment, element, base)
            else:
                fragment.begin_inline(kept, start)
                self._children(fragment, element, base)
                fragment.end_inline()

    def _link(self, element: _Element, base: str) -> str:
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

    def _picture(self, element: _Element, base: str) -> str:
        """Return the tag of a picture, or nothing if it is a tracking pixel or made anew at each load."""
        if element.get("width") in ("0", "1") or element.get("height") in ("0", "1"):
            return ""
        if PIXEL.search(element.get("style") or ""):
            return ""
        for key in LAZY_SOURCES:
            address = _absolute(element.get(key) or "", base)
            if PICTURE.match(address):
                break
        else:
            return ""
        if self._live_picture.search(address):
            return ""
        words = "".join(
            f' {key}="{escape_attribute(value)}"' for key in ("alt", "title") if (value := element.get(key))
        )
        return f'<img src="{escape_attribute(address)}"{words} />'


def _absolute(address: str, base: str) -> str:
    """Return `address` absolute, with no character in it that breaks an attribute, Markdown or Liquid."""
    address = "".join(address.split())
    if not address or address.startswith("#"):
        return ""
    if ":" not in address[:12]:
        try:
            address = urljoin(base, address)
        except ValueError:
            return ""
    return address.replace("{", "%7B").replace("}", "%7D") if "{" in address or "}" in address else address


def _clean_already(keep_classes: frozenset[str]) -> re.Pattern[str]:
    """Return what matches bodies that cleaning would not change. Most are that, and need no tree to be built."""
    classes = "|".join(map(re.escape, sorted(keep_classes))) or NEVER
    part = rf"(?:(?! *<){PLAIN}|<strong>(?! ){PLAIN}</strong>)"
    paragraph = rf'<p(?: class="(?:{classes})")?+>(?! ){part}(?>{part}|<br />(?! *</?[bp])(?=[^ ]))*+</p>'
    return re.compile(rf"{paragraph}(?>(?:\n {{0,3}}|(?<=>)){paragraph})*+")
