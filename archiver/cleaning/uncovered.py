"""Visible elements within hidden ones: a child can be visible although `visibility` hides its parent, unlike with
`display`. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.cleaning.style import read_style

if TYPE_CHECKING:
    from collections.abc import Collection

    from lxml.etree import _Element

    from archiver.cleaning.style import Style

SHOWN_DECLARATION = ";visibility:visible!important"


def uncover(root: _Element, styles: Collection[Style]) -> None:
    """Reduce elements that `visibility` hides to the visible elements in them. styles: those in `root`."""
    if not any(style.visible for style in styles):
        return
    covered: set[_Element] = set()
    holding: set[_Element] = set()  # those of them that have something visible in them
    for element in root.iter():
        visible, parent = read_style(element.get("style") or "").visible, element.getparent()
        if visible is False or (visible is None and parent in covered):
            covered.add(element)
        if element not in covered:
            while parent is not None and parent in covered and parent not in holding:
                holding.add(parent)
                parent = parent.getparent()
    for element in holding:
        element.text = None
        element.set("style", f"{element.get('style') or ''}{SHOWN_DECLARATION}")
        for child in list(element):
            child.tail = None
            if child in covered and child not in holding:
                element.remove(child)
