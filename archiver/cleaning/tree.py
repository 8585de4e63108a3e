"""The tree of a body, as both profiles take it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from archiver.cleaning.foreign import part_drawn_texts, show_foreign, write_out_choices
from archiver.cleaning.mathematics import write_out
from archiver.html import parse_fragment, parse_sound

if TYPE_CHECKING:
    from lxml.etree import _Element

TBODY = re.compile("<tbody", re.IGNORECASE)


def body_tree(html: str) -> _Element:
    """Return an element with `html` in it, parsed as browsers parse it; formulas are turned into text."""
    return _finished(parse_fragment(html), html)


def sound_tree(html: str) -> _Element | None:
    """Return the same as `body_tree` if `html` needs no HTML parser (`archiver.html.sound`); else None."""
    root = parse_sound(html)
    return None if root is None else _finished(root, html)


def _finished(root: _Element, html: str) -> _Element:
    if not TBODY.search(html):  # parsing has put a `tbody` around the rows of each table
        etree.strip_tags(root, "tbody")
    show_foreign(root)
    write_out_choices(root)
    part_drawn_texts(root)
    write_out(root)
    return root
