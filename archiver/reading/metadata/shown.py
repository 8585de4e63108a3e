"""The text of an element as a reader sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml.etree import iterwalk

from archiver.reading.metadata.wording import one_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement

UNSEEN_ELEMENTS = frozenset(
    ("script", "style", "noscript", "template", "svg", "select", "textarea", "iframe", "object", "head")
)
INLINE_ELEMENTS = frozenset(
    "a abbr b bdi bdo cite code em font i kbd mark q s small span strong sub sup time u wbr".split()
)
MAX_PARTS = 2_000  # pieces of text that are looked at, empty ones included
MAX_NAME_CHARACTERS = 300  # characters of a class or an id
MAX_TEXT_CHARACTERS = 2_000  # characters: a heading, a byline, a dateline are shorter


def shown_text(element: HtmlElement, most: int = MAX_TEXT_CHARACTERS, *, apart: bool = False) -> str:
    """Return the text of `element` in one line, without scripts and the like, cut after `most` characters.

    The texts of elements are separated by spaces, except those of inline elements; apart: separate these, too.
    """
    if element.tag in UNSEEN_ELEMENTS:
        return ""
    parts = [element.text or ""]
    length = 0
    walk = iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, child in walk:
        if child is element:
            continue
        if event == "start" and child.tag in UNSEEN_ELEMENTS:
            walk.skip_subtree()
            continue
        space = "" if event in ("comment", "pi") or (child.tag in INLINE_ELEMENTS and not apart) else " "
        part = space + (child.text or "") if event == "start" else space + (child.tail or "")
        parts.append(part)
        length += len(part)
        if length > most or len(parts) > MAX_PARTS:
            break
    return one_line("".join(parts))[:most]


def marks(element: HtmlElement) -> str:
    """Return the names that `element` has: its classes and its id."""
    return f"{(element.get('class') or '')[:MAX_NAME_CHARACTERS]} {(element.get('id') or '')[:MAX_NAME_CHARACTERS]}"
