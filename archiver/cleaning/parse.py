"""HTML of any kind in, a tree out: total, and without losing a word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from archiver.cleaning.markup import VOID

if TYPE_CHECKING:
    from lxml.etree import _Element

# libxml2 stops at the first </body> or </html>, and drops what follows.
DOCUMENT_TAGS = re.compile(r"</?(?:html|head|body|frameset|noframes|plaintext)\b[^>]*>", re.IGNORECASE)
RAW_TEXT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)[^>]*>")
DEEPEST = 200  # libxml2 gives up at 256 (2,048 with huge_tree); no article comes near


def parse(html: str) -> _Element | None:
    """Return the tree of `html` (without comments and processing instructions), or None where nothing is left."""
    if "body" in html or "ht" in html or "HTML" in html or "BODY" in html or "frame" in html or "plaintext" in html:
        html = DOCUMENT_TAGS.sub("", html)
    if html.count("<") > DEEPEST and _depth(html) > DEEPEST:
        html = TAG.sub("<br>", RAW_TEXT.sub("", html))
    if not html.strip():
        return None
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    return etree.fromstring(html.encode("utf-8", "ignore"), parser)


def _depth(html: str) -> int:
    """Return an upper bound of how deep the elements of `html` are nested."""
    depth = deepest = 0
    for closing, name in TAG.findall(html):
        if closing:
            depth = max(depth - 1, 0)
        elif name.lower() not in VOID:
            depth += 1
            deepest = max(deepest, depth)
    return deepest
