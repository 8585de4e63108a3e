"""Blocks that the profile `source` keeps as they stand: the plain kinds, recognised in one look. No I/O.

What is not recognised here is looked at tag by tag (`archiver.cleaning.source`), and may be sound all the same.
"""

from __future__ import annotations

import re

# `&name=` is no reference (`archiver.cleaning.references`).
ATTRIBUTES = r"(?:\s[a-z][a-z-]*+=\"(?:[^\"<>&{\t\n\r]|&[a-zA-Z]++=)*+\"){0,12}+"
INLINE = "a|b|em|font|i|span|strong|sub|sup|u"
TEXT = r"[^<&\n\r]++|&(?:amp|gt|lt|nbsp|quot);"
PHRASES = rf"(?>{TEXT}|<(?:br|img){ATTRIBUTES}\s?/?>|</?(?:{INLINE}){ATTRIBUTES}>)*+"
# Blank space without a meaning in Markdown: between two blocks, and within a block.
GAP = r"(?:\n {0,3}+(?=<(?:p|center|div|h[1-6]|table)[\s>]))?+"
INNER_GAP = r"(?:\n *+(?=<))?+"
CELLS = rf"(?:<t[dh]{ATTRIBUTES}>{PHRASES}</t[dh]>{INNER_GAP})*+"
ROWS = rf"(?:<tr{ATTRIBUTES}>{INNER_GAP}{CELLS}</tr>{INNER_GAP})*+"
TABLE = rf"<table{ATTRIBUTES}>{INNER_GAP}(?:<tbody>{INNER_GAP}{ROWS}</tbody>{INNER_GAP}|{ROWS})</table>"
BLOCK = "|".join(rf"<{name}{ATTRIBUTES}>{PHRASES}</{name}>" for name in ("p", "center", "div", "h[1-6]"))
BLOCKS_PATTERN = re.compile(rf"(?>(?>{BLOCK}|{TABLE}){GAP})++", re.ASCII)
# Tags whose start or end tag BLOCKS_PATTERN may find without the other one.
UNPAIRED_TAG_PATTERN = re.compile(rf"</?(?:{INLINE}|h[1-6]|th)[\s>]", re.ASCII)
TAG_PATTERN = re.compile(r"<(/?)(?!br|img)([a-z1-6]++)")
TAG_ATTRIBUTES_PATTERN = re.compile(r"<[a-z1-6]++(\s[^<>]*+)>")


def plain_blocks(html: str, position: int) -> str:
    """Return the plain blocks that stand at `position` in `html`, and the blank space behind each of them; empty if
    there are none. Their attributes may be harmful: that is not looked at."""
    found = BLOCKS_PATTERN.match(html, position)
    blocks = found[0] if found else ""
    return blocks if not UNPAIRED_TAG_PATTERN.search(blocks) or _balanced(blocks) else ""


def attributes_in(blocks: str) -> set[str]:
    """Return the attributes of each tag in plain blocks, as they are written."""
    return set(TAG_ATTRIBUTES_PATTERN.findall(blocks)) if '="' in blocks else set()


def _balanced(blocks: str) -> bool:
    open_names: list[str] = []
    for end, name in TAG_PATTERN.findall(blocks):
        if not end:
            open_names.append(name)
        elif not open_names or open_names.pop() != name:
            return False
    return not open_names
