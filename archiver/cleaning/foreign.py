"""Words in drawings and in the choices of a list, which browsers show differently from those in other elements. No
I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from archiver.cleaning.markup import DRAWN_ELEMENTS, DROPPED_ELEMENTS, EMBEDDED_ELEMENTS
from archiver.cleaning.style import is_hidden

if TYPE_CHECKING:
    from lxml.etree import _Element

POSITION_ATTRIBUTES = ("x", "y", "dy")  # attributes that place a part of a drawn text apart from what is before it
FOREIGN_ELEMENTS = ("svg", "math")
HIDING_ATTRIBUTES = (("display", "none"), ("visibility", "hidden"))  # attributes of drawings
WORDLESS_ELEMENTS = ("script", "template")
UNSEEN_ELEMENTS = (DROPPED_ELEMENTS | EMBEDDED_ELEMENTS | {"svg"}) - {*WORDLESS_ELEMENTS}


def show_foreign(root: _Element) -> None:
    """Have what is `hidden` by its attribute show where this attribute means nothing: in drawings and formulas, which
    have others for it, and in a `marquee`."""
    for element in root.iter("marquee", "svg", "math"):
        for inner in element.iter() if element.tag in FOREIGN_ELEMENTS else (element,):
            if "hidden" in inner.attrib:
                del inner.attrib["hidden"]
            if any(inner.get(name) == value for name, value in HIDING_ATTRIBUTES):
                inner.set("style", f"{inner.get('style') or ''};display:none")


def part_drawn_texts(root: _Element) -> None:
    """Put blanks around those parts of texts in drawings that have a position of their own."""
    for part in root.iter("tspan", "textPath"):
        if part.tag == "textPath" or any(part.get(place) is not None for place in POSITION_ATTRIBUTES):
            part.text = f" {part.text or ''}"
            part.tail = f" {part.tail or ''}"


def drawn(drawing: _Element) -> list[_Element]:
    """Return the elements of an `svg` whose words are drawn; elements within such an element are left out."""
    return [text for text in drawing.iter(*DRAWN_ELEMENTS) if not _is_within(text, drawing)]


def _is_within(text: _Element, drawing: _Element) -> bool:
    """Return whether a text is a part of another one, or hidden."""
    for ancestor in text.iterancestors():
        if ancestor is drawing:
            return is_hidden(text)
        if ancestor.tag in DRAWN_ELEMENTS or is_hidden(ancestor):
            return True
    return False


def write_out_choices(root: _Element) -> None:
    """Make all words in each `option` of the tree `root` visible, because browsers show all of its text."""
    for choice in root.iter("option"):
        etree.strip_elements(choice, *WORDLESS_ELEMENTS, with_tail=False)
        for element in choice.iterdescendants():
            if element.tag in UNSEEN_ELEMENTS or is_hidden(element):
                element.tag = "span"
                element.attrib.clear()
