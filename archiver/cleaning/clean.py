"""The profile `clean`: structure and words, nothing else."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml import etree

from archiver.cleaning.address import resolved
from archiver.cleaning.cleaned import Cleaned, check_size
from archiver.cleaning.foreign import drawn
from archiver.cleaning.fragment import BREAK, Fragment
from archiver.cleaning.layout import lay_out
from archiver.cleaning.markup import (
    BLOCKS,
    BOX_ELEMENTS,
    CELLS,
    DROPPED_ELEMENTS,
    EMBEDDED_ELEMENTS,
    INLINE,
    KEPT_ATTRIBUTES,
    KEPT_BLOCKS,
    NESTABLE_ELEMENTS,
    PREFORMATTED_ELEMENTS,
    UNWRAPPED_BLOCKS,
    UNWRAPPED_INLINE,
)
from archiver.cleaning.media import FRAME_ELEMENTS, MEDIA_ELEMENTS, Medium, kind_of_link, link_start, medium, words_of
from archiver.cleaning.pictures import is_pixel, offers, picture_address
from archiver.cleaning.rules import INDENT, escape_attribute
from archiver.cleaning.style import is_hidden, read_style
from archiver.cleaning.tree import body_tree, sound_tree
from archiver.html import BETWEEN
from archiver.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

    from archiver.recipes.recipe import CleanRules

LINK_SCHEMES = ("http:", "https:", "mailto:")
NUMBER_PATTERN = re.compile(r"-?[0-9]{1,9}")
PARAGRAPH_TEXT_PATTERN = re.compile(">([^<]++)</p>")
NO_ATTRIBUTES: dict[str, re.Pattern[str]] = {}
MATCHES_NOTHING = r"(?!)"
BREAKS_AT_END = (f"{BREAK}{BREAK}</p>", f"{BREAK}</p>")  # line breaks at the end of a paragraph are invisible
# Text that cleaning does not change: nothing to escape, no line break, no blanks other than spaces.
PLAIN_TEXT = (
    r"[^<>&{\x00-\x1f\x7f-\xa0\u1680\u2000-\u200a\u2028-\u202f\u205f\u2066-\u2069\u3000\ufeff\ud800-\udfff"
    "\ufffe\uffff]++"
)


class Cleaner:
    """Cleans bodies by the rules of one recipe."""

    def __init__(self, rules: CleanRules) -> None:
        self._keep_classes = rules.keep_classes
        self._drop_classes = rules.drop.classes
        self._unwrap_classes = rules.unwrap.classes
        self._unwrap_hosts = rules.unwrap.hosts
        self._live_picture = re.compile("|".join(rules.drop.pictures) or MATCHES_NOTHING)
        self._advertising = re.compile(f"\\s*(?:{'|'.join(rules.drop.paragraphs) or MATCHES_NOTHING})")
        paragraphs = _clean_paragraphs(rules.keep_classes)
        self._clean_already = re.compile(paragraphs)
        self._clean_paragraphs = re.compile(f"({paragraphs})")
        self._writers: dict[str, Callable[[Fragment, _Element, str], None]] = {
            **dict.fromkeys(KEPT_BLOCKS, self._block),
            **dict.fromkeys(UNWRAPPED_BLOCKS, self._unwrapped),
            **dict.fromkeys(INLINE, self._inline),
            **dict.fromkeys(DROPPED_ELEMENTS, self._drop),
            **dict.fromkeys(EMBEDDED_ELEMENTS, self._embedded),
            **dict.fromkeys(MEDIA_ELEMENTS - EMBEDDED_ELEMENTS, self._player),
            **dict.fromkeys(BOX_ELEMENTS, self._box),
            BETWEEN: self._between,
            "a": self._link,
            "br": self._line_break,
            "img": self._picture,
            "svg": self._drawing,
        }

    def clean(self, html: str, base: str) -> Cleaned:
        """Return `html` cleaned: well-formed, balanced, safe for Markdown and Liquid; unchanged if it is clean already.

        base: the address against which relative addresses are resolved: of the page, or what its `base` element says.
        Raises BodyError if it is too long.
        """
        check_size(html)
        html = html.replace(f"<p>{INDENT}", "<p>")
        if "\r" in html:
            html = html.replace("\r\n", "\n").replace("\r", "\n")
        if self._clean_already.fullmatch(html) and not self._has_advertising(html):
            return Cleaned(html, {})
        fragment = self._in_parts(html, base)
        if fragment is None:
            fragment = Fragment(self._advertising)
            self._tree(fragment, body_tree(html), base)
        return Cleaned(fragment.result(), fragment.dropped, offers=fragment.offers)

    def _has_advertising(self, html: str) -> bool:
        """Return whether a paragraph of `html`, which is clean, is advertising."""
        # Matched paragraph by paragraph, since a recipe's expression may refer to the end of the text.
        return any(map(self._advertising.match, PARAGRAPH_TEXT_PATTERN.findall(_without_inner_tags(html))))

    def _in_parts(self, html: str, base: str) -> Fragment | None:
        """Return `html` cleaned in parts: paragraphs that are clean stay as they are, and only what stands between them
        is parsed into a tree.

        None if the tree of the whole may be another one.
        """
        if 0 < html.count("<tbody") < html.count("<table"):  # the tree of the whole keeps the `tbody` that parsing adds
            return None
        for end in BREAKS_AT_END:
            html = html.replace(end, "</p>")
        parts, clean = [""], []
        for number, part in enumerate(self._clean_paragraphs.split(html)):
            if number % 2 and not self._has_advertising(part):
                clean.append(part)
                parts.append("")
            else:
                parts[-1] += part
        root = sound_tree(*parts)
        if root is None:
            return None
        fragment = Fragment(self._advertising, clean)
        self._tree(fragment, root, base)
        return fragment

    def _tree(self, fragment: Fragment, root: _Element, base: str) -> None:
        lay_out(root)
        self._simplify(fragment, root, base)
        self._children(fragment, root, base)

    def _simplify(self, fragment: Fragment, root: _Element, base: str) -> None:
        """Reduce the tree to the elements that are written. Elements without a meaning are unwrapped by libxml2, which
        is the fastest way."""
        for element in list(root.iter("a", "ol", *UNWRAPPED_INLINE, *PREFORMATTED_ELEMENTS)):
            if element.tag == "ol":
                self._keep_numbers(element)
            elif element.tag in PREFORMATTED_ELEMENTS:
                element.tag = "pre"
            else:
                self._simplify_inline(fragment, element, base)
        etree.strip_tags(root, *UNWRAPPED_INLINE)

    def _simplify_inline(self, fragment: Fragment, element: _Element, base: str) -> None:
        if element.attrib and self._is_hidden(element):
            element.clear(keep_tail=True)  # type: ignore[call-arg]  # the stubs do not know this argument
        if element.tag != "a":
            if self._is_block(element):
                element.tag = "div"
            elif meaning := _meaning(element):
                element.tag = meaning
                element.attrib.pop("style")
        elif address := self._target(fragment, element, base):
            element.set("href", address)
        else:
            element.tag = "div" if self._is_block(element) else "span"

    def _keep_numbers(self, items: _Element) -> None:
        """Give numbers to the items that follow empty ones: these are not written, and the others must keep their
        numbers."""
        written = [item for item in items if item.tag == "li" and not self._is_hidden(item)]
        step = -1 if items.get("reversed") is not None else 1
        start = items.get("start") or ""
        number = (int(start) if is_number(start) else len(written) if step < 0 else 1) - step
        follows_empty = False
        for item in written:
            value = item.get("value") or ""
            number = int(value) if is_number(value) else number + step
            if follows_empty:
                item.set("value", str(number))
            follows_empty = (
                not "".join(map(str, item.itertext())).strip() and next(item.iter("img", "td", "th"), None) is None
            )

    def _children(self, fragment: Fragment, parent: _Element, base: str) -> None:
        if text := parent.text:
            fragment.text(text)
        writers = self._writers
        for element in parent:
            is_block, meaning = False, ""
            if element.attrib:
                if self._is_hidden(element):
                    element.clear(keep_tail=True)  # type: ignore[call-arg]  # the stubs do not know this argument
                    if element.tag not in CELLS:  # which may be a column
                        element.tag = "span"
                is_block, meaning = self._is_block(element), _meaning(element)
            if is_block:
                fragment.boundary()
            if meaning and (fragment.has_inline(meaning) or element.tag == meaning):
                meaning = ""
            if meaning:
                fragment.begin_inline(meaning, f"<{meaning}>")
            if write := writers.get(element.tag):
                write(fragment, element, base)
            else:
                self._children(fragment, element, base)
            if meaning:
                fragment.end_inline()
            if is_block:
                fragment.boundary()
            if text := element.tail:
                fragment.text(text)

    def _is_hidden(self, element: _Element) -> bool:
        if (names := element.get("class")) and not self._drop_classes.isdisjoint(names.split()):
            return True
        return is_hidden(element)

    def _is_block(self, element: _Element) -> bool:
        """Return whether an inline element is a block by its style."""
        style = element.get("style")
        return bool(style) and element.tag not in BLOCKS and read_style(style).is_block

    def _between(self, fragment: Fragment, element: _Element, base: str) -> None:  # noqa: ARG002
        fragment.clean_paragraphs()

    def _drop(self, fragment: Fragment, element: _Element, base: str) -> None:
        pass

    def _player(self, fragment: Fragment, element: _Element, base: str) -> None:
        """Write a link to what a player plays."""
        if found := medium(element, base):
            if fragment.has_inline("a"):  # a link cannot be in a link: it comes after this one
                fragment.waiting.append(found)
            else:
                self._recording(fragment, found)
        if element.tag not in FRAME_ELEMENTS and element.tag not in EMBEDDED_ELEMENTS:
            self._children(fragment, element, base)

    def _recording(self, fragment: Fragment, found: Medium) -> None:
        fragment.boundary()
        fragment.begin_inline("a", link_start(found))
        if found.poster and not self._live_picture.search(found.poster):
            fragment.picture(f'<img src="{escape_attribute(found.poster)}" />')
            fragment.line_break()
        fragment.text(words_of(found))
        fragment.end_inline()
        fragment.boundary()

    def _embedded(self, fragment: Fragment, element: _Element, base: str) -> None:
        self._player(fragment, element, base)
        if next(element.iter("p"), None) is not None:
            self._unwrapped(fragment, element, base)

    def _box(self, fragment: Fragment, element: _Element, base: str) -> None:
        if element.tag == "input" and (element.get("type") or "").lower() == "hidden":
            return
        fragment.space()
        self._children(fragment, element, base)
        fragment.space()

    def _drawing(self, fragment: Fragment, element: _Element, base: str) -> None:
        for text in drawn(element):
            self._box(fragment, text, base)

    def _unwrapped(self, fragment: Fragment, element: _Element, base: str) -> None:
        fragment.boundary()
        self._children(fragment, element, base)
        fragment.boundary()

    def _block(self, fragment: Fragment, element: _Element, base: str) -> None:
        name = element.tag
        if not fragment.takes(name):
            self._unwrapped(fragment, element, base)
            return
        start = self._start_tag(element, name)
        if len(element) or not fragment.whole(name, start, element.text or ""):
            depth = fragment.begin(name, start)
            self._children(fragment, element, base)
            fragment.end(depth)

    def _start_tag(self, element: _Element, name: str) -> str:
        if not element.attrib:
            return f"<{name}>"
        kept = [
            f' {key}="{value or key}"'
            for key, form in KEPT_ATTRIBUTES.get(name, NO_ATTRIBUTES).items()
            if (value := element.get(key)) is not None and form.fullmatch(value)
        ]
        names = element.get("class")
        if names and (words := [word for word in names.split() if word in self._keep_classes]):
            kept.append(f' class="{" ".join(words)}"')
        return f"<{name}{''.join(kept)}>"

    def _inline(self, fragment: Fragment, element: _Element, base: str) -> None:
        kept = INLINE[element.tag]
        if kept not in NESTABLE_ELEMENTS and fragment.has_inline(kept):
            self._children(fragment, element, base)
        else:
            fragment.begin_inline(kept, f"<{kept}>")
            self._children(fragment, element, base)
            fragment.end_inline()

    def _link(self, fragment: Fragment, element: _Element, base: str) -> None:
        if fragment.has_inline("a"):
            self._children(fragment, element, base)
        else:
            kind = kind_of_link(element)
            named = f'class="{kind}" ' if kind else ""
            fragment.begin_inline("a", f'<a {named}href="{escape_attribute(element.get("href") or "")}">')
            self._children(fragment, element, base)
            fragment.end_inline()
            while fragment.waiting:
                self._recording(fragment, fragment.waiting.pop(0))

    def _target(self, fragment: Fragment, element: _Element, base: str) -> str:
        """Return the address to which a link leads; empty if it is one of the site's own that is to be unwrapped, or
        leads nowhere."""
        written, names = element.get("href") or "", element.get("class")
        if names and not self._unwrap_classes.isdisjoint(names.split()):
            return ""
        address = resolved(written, base)
        if address.lower().startswith(LINK_SCHEMES):
            with suppress(ValueError):
                return "" if urlsplit(address).hostname in self._unwrap_hosts else address
        if written and written[0] != "#":
            fragment.drop("links")
        return ""

    def _line_break(self, fragment: Fragment, element: _Element, base: str) -> None:
        fragment.line_break()
        self._children(fragment, element, base)

    def _picture(self, fragment: Fragment, element: _Element, base: str) -> None:
        """Write a picture, unless it is a tracking pixel or its address is different at each load."""
        if is_pixel(element):
            return
        address = picture_address(element, base)
        if not address:
            if element.attrib:
                fragment.drop("pictures")
            return
        if self._live_picture.search(address):
            return
        if len(offered := offers(element, base, address)) > 1:
            fragment.offers[address] = offered
        tag = f'<img src="{escape_attribute(address)}"'
        for key in ("alt", "title"):
            if value := element.get(key):
                tag += f' {key}="{escape_attribute(printable(value))}"'
        fragment.picture(tag + " />")


def _meaning(element: _Element) -> str:
    """Return the name of the element with the same meaning as the style of `element`; empty if the style has no
    meaning."""
    style = element.get("style")
    return read_style(style).meaning if style else ""


def is_number(value: str) -> bool:
    """Return whether `value` is a whole number as HTML has it."""
    return NUMBER_PATTERN.fullmatch(value) is not None


def _without_inner_tags(html: str) -> str:
    """Return `html`, which is clean already, with the text of each paragraph in one piece."""
    return html.replace("<strong>", "").replace("</strong>", "").replace(BREAK, " ")


def _clean_paragraphs(keep_classes: frozenset[str]) -> str:
    """Return an expression for paragraphs that cleaning would not change. Most paragraphs are such, and need no
    tree."""
    classes = "|".join(map(re.escape, sorted(keep_classes))) or MATCHES_NOTHING
    part = rf"(?:(?! *<){PLAIN_TEXT}|<strong>(?! ){PLAIN_TEXT}</strong>)"
    paragraph = rf'<p(?: class="(?:{classes})")?+>(?! ){part}(?>{part}|<br />(?! *</?[bp])(?=[^ ]))*+</p>'
    return rf"{paragraph}(?>(?:\n {{0,3}}|(?<=>)){paragraph})*+"
