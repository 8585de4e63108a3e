"""Writing line breaks for lines that only a style separates (`white-space: pre-line` and the like). No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.cleaning.markup import LISTS_AND_TABLES
from archiver.cleaning.style import LINE_KEEPING_VALUES, read_style

if TYPE_CHECKING:
    from collections.abc import Collection

    from lxml.etree import _Element

    from archiver.cleaning.style import Style


def break_lines(root: _Element, styles: Collection[Style]) -> None:
    """Put a `br` in place of each line end that a style shows. styles: those in `root`."""
    if not any(style.white_space in LINE_KEEPING_VALUES for style in styles):
        return
    keeping: set[_Element] = set()
    for element in list(root.iter()):
        said, parent = read_style(element.get("style") or "").white_space, element.getparent()
        keeps = said in LINE_KEEPING_VALUES if said else parent is not None and parent in keeping
        if keeps and element.tag != "pre":
            keeping.add(element)
    for element in keeping:
        if element.tag not in LISTS_AND_TABLES:  # lists and tables have no text of their own
            break_text(element)


def break_text(element: _Element) -> None:
    """Put a `br` in place of each line end in the text of `element` itself, not in that of its children."""
    element.text, inner = _lines(element, element.text)
    for child in list(element):
        child.tail, breaks = _lines(element, child.tail)
        inner += [child, *breaks]
    element[:] = inner


def _lines(parent: _Element, text: str | None) -> tuple[str | None, list[_Element]]:
    """Return the first line of `text`, and a `br` for each other line, with the line as its tail."""
    if not text or "\n" not in text:
        return text, []
    first, *others = text.split("\n")
    breaks = []
    for line in others:
        breaks.append(parent.makeelement("br"))
        breaks[-1].tail = line
    return first, breaks
