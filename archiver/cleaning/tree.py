"""The tree of a body, as both profiles take it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from archiver.cleaning.foreign import part_drawn_texts, show_foreign, write_out_choices
from archiver.cleaning.mathematics import write_out
from archiver.html import parse_sound, parse_unsound

if TYPE_CHECKING:
    from lxml.etree import _Element

TBODY = re.compile("<tbody", re.IGNORECASE)


def body_tree(html: str) -> _Element:
    """Return an element with `html` in it, parsed as browsers parse it; formulas are turned into text."""
    if (sound := sound_tree(html)) is not None:
        return sound
    root = parse_unsound(html)
    if not TBODY.search(html):  # parsing has put a `tbody` around the rows of each table
        etree.strip_tags(root, "tbody")
    show_foreign(root)
    write_out_choices(root)
    part_drawn_texts(root)
    write_out(root)
    return root


def sound_tree(*parts: str) -> _Element | None:
    """Return the same as `body_tree` for a text that needs no HTML parser, and so has no drawings, formulas or choices;
    else None. parts: as for `parse_sound`."""
    root = parse_sound(*parts)
    if root is not None and not any("<tbody" in part for part in parts):
        etree.strip_tags(root, "tbody")
    return root
