"""Expressing in the tree what styles do to words: what is separate, hidden, struck out, raised. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archiver.cleaning.lines import break_lines
from archiver.cleaning.markup import BLOCKS, CELLS, DROPPED_ELEMENTS, FREE_PARAGRAPHS, UNWRAPPED_BLOCKS
from archiver.cleaning.style import is_hidden, read_style, styles_in
from archiver.cleaning.uncovered import uncover
from archiver.html import html_within, parse_fragment

if TYPE_CHECKING:
    from collections.abc import Collection

    from lxml.etree import _Element

    from archiver.cleaning.style import Style

# Declarations that may do any of this. Most bodies have none, even in their source's own markup.
STYLED_PATTERN = re.compile(
    r"<[^<>]*(?:display|visibility|hidden|float|position|line-through|vertical-align|white-space)", re.IGNORECASE
)
# Blocks that are nothing but blocks, and headings. Not `p`, which is a paragraph in a browser's own text, too.
PLAIN_BLOCKS = tuple(sorted(UNWRAPPED_BLOCKS - {"hr"}))
HEADINGS = tuple(sorted(FREE_PARAGRAPHS - {"p"}))
WORDLESS_ELEMENTS = DROPPED_ELEMENTS | {"br", "wbr"}


def lay_out(root: _Element) -> None:
    """Express in the tree `root` what its styles do to lines, and to what is visible."""
    if styles := styles_in(root):
        uncover(root, styles)
        join_lines(root, styles)
        part_children(root, styles)
        break_lines(root, styles)


def part_children(root: _Element, styles: Collection[Style]) -> None:
    """Make blocks of the children of boxes that lay them out side by side (flex, grid). styles: those in `root`."""
    if not any(style.parts for style in styles):
        return
    for box in list(filter(parts_children, root.iter())):  # before any of them is made a block of another
        for child in box:
            if child.tag == "img":
                child.addprevious(box.makeelement("br"))
            elif child.tag not in BLOCKS | WORDLESS_ELEMENTS and not is_hidden(child):
                child.set("style", f"{child.get('style') or ''};display:block")


def join_lines(root: _Element, styles: Collection[Style]) -> None:
    """Make inline elements of blocks that a style puts into the line. styles: those in `root`."""
    if not any(style.is_inline for style in styles):
        return
    styled = [element for element in root.iter(*PLAIN_BLOCKS, *HEADINGS) if element.get("style")]
    for element in styled:
        style, parent = read_style(element.get("style") or ""), element.getparent()
        if style.is_inline and not style.is_block and parent is not None and not parts_children(parent):
            element.tag = "b" if element.tag in HEADINGS else "span"


def parts_children(element: _Element) -> bool:
    """Return whether an element lays out its children side by side."""
    style = element.get("style") or ""
    return bool(style) and read_style(style).parts


def laid_out(html: str) -> str:
    """Return a body in its source's own markup, with elements in the place of styles that have a meaning, and without
    what styles hide: for readers that ignore styles. A body without styles stays the same."""
    if not STYLED_PATTERN.search(html):
        return html
    root = parse_fragment(html)
    lay_out(root)
    for element in list(root.iter()):
        style = read_style(element.get("style") or "")
        if is_hidden(element):
            element.clear(keep_tail=True)  # type: ignore[call-arg]  # the stubs do not know this argument
            if element.tag not in CELLS:  # which still are between others
                element.tag = "span"
            continue
        if "style" in element.attrib:
            element.attrib.pop("style")
        if style.meaning and element.tag != style.meaning:
            _put_into(element, style.meaning)
        if style.is_block and element.tag not in BLOCKS:
            _put_into(element, element.tag)
    return html_within(root)


def _put_into(element: _Element, name: str) -> None:
    """Put the content of `element` into a new element called `name`, within it. If `name` is its own name, `element`
    becomes a block around the new one."""
    inner = element.makeelement(name)
    inner.text, element.text = element.text, None
    inner.extend(list(element))
    if name == element.tag:
        for key, value in element.items():
            inner.set(key, value)
        element.attrib.clear()
        element.tag = "div"
    element.append(inner)
