"""What styles do to words, done to the tree: where they stand apart, what is hidden, struck out, raised. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from archiver.cleaning.markup import BLOCKS
from archiver.cleaning.rules import escape
from archiver.cleaning.style import BOX_OF_PARTS, read_style
from archiver.html import parse_fragment

if TYPE_CHECKING:
    from lxml.etree import _Element

# What may do any of it. Of most bodies, even in their source's own markup, nothing does.
STYLED = re.compile(r"<[^<>]*(?:display|visibility|hidden|float|position|line-through|vertical-align)", re.IGNORECASE)
PARTING = re.compile(r"<[^<>]*(?:flex|grid)", re.IGNORECASE)
NO_WORDS = frozenset({"br", "img", "wbr"})


def part_children(root: _Element, html: str) -> None:
    """Make blocks of what stands in a box that lays out its children side by side (flex, grid).

    html: what `root` was parsed from.
    """
    if not PARTING.search(html):
        return
    for box in root.iter():
        if not BOX_OF_PARTS.search("".join((box.get("style") or "").split()).lower()):
            continue
        for child in box:
            style = child.get("style") or ""
            if child.tag not in BLOCKS | NO_WORDS and not read_style(style).hides:
                child.set("style", f"{style};display:block")


def laid_out(html: str) -> str:
    """Return a body in its source's own markup with elements for what its styles say, and without what they hide: for
    what knows no styles. A body without any is the same."""
    if not STYLED.search(html):
        return html
    root = parse_fragment(html)
    part_children(root, html)
    for element in list(root.iter()):
        style = read_style(element.get("style") or "")
        if element.get("hidden") is not None or style.hides:
            element.clear(keep_tail=True)  # type: ignore[call-arg]  # which the stubs do not know
            element.tag = "span"
            continue
        if "style" in element.attrib:
            element.attrib.pop("style")
        if style.meaning and element.tag != style.meaning:
            _put_into(element, style.meaning)
        if style.is_block and element.tag not in BLOCKS:
            _put_into(element, element.tag)
    written = (etree.tostring(child, encoding="unicode", method="html") for child in root)
    return escape(root.text or "") + "".join(written)


def _put_into(element: _Element, name: str) -> None:
    """Put what is in `element` into a new one of that name; the same name: `element` becomes a block around it."""
    inner = element.makeelement(name)
    inner.text, element.text = element.text, None
    inner.extend(list(element))
    if name == element.tag:
        for key, value in element.items():
            inner.set(key, value)
        element.attrib.clear()
        element.tag = "div"
    element.append(inner)
