"""HTML of any kind in, a tree out: total, and without losing a word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from archiver.cleaning.markup import BLOCKS, VOID

if TYPE_CHECKING:
    from lxml.etree import _Element

# The end of the text ends a tag, as in browsers: so looking for the end takes no longer the more tags have none.
# libxml2 stops at the first </body> or </html>, and drops what follows.
DOCUMENT_TAGS = re.compile(
    r"</?+(?=[bfhn]|pl)(?:html|head|body|frameset|noframes|plaintext)\b[^>]*+(?:>|\Z)", re.IGNORECASE
)
RAW_TEXT = re.compile(
    r"<(script|style|title|textarea|iframe)\b.*?(?:</\1\b[^>]*+(?:>|\Z)|\Z)", re.IGNORECASE | re.DOTALL
)
TAG = re.compile(r"</?([a-zA-Z][^\s/>]*+)[^>]*+(?:>|\Z)")
# Parts what stands on both sides of it without a word: libxml2 knows that it is empty, and no profile writes it.
NOTHING = "<input>"
DEEPEST = 200  # libxml2 gives up at 256 (2,048 with huge_tree); no article comes near
TOO_DEEP = etree.XPath(f"boolean({'/*' * DEEPEST})")
PARSER = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)


def parse(html: str) -> _Element | None:
    """Return the tree of `html` (without comments and processing instructions), or None where nothing is left.

    Elements are nested at most `DEEPEST` deep; what is deeper comes out flat, as words, line breaks and pictures.
    """
    html = DOCUMENT_TAGS.sub(NOTHING, html)
    root = _tree(html)
    if root is not None and html.count("<") > DEEPEST and TOO_DEEP(root):
        root = _tree(TAG.sub(_flat, RAW_TEXT.sub("", html)))
    return root


def _tree(html: str) -> _Element | None:
    try:
        return etree.fromstring(html.replace("\x00", "").encode("utf-8", "ignore"), PARSER)
    except etree.XMLSyntaxError:  # nothing but blanks and comments
        return None


def _flat(found: re.Match[str]) -> str:
    name = found[1].lower()
    if name in VOID and "<" not in found[0][1:]:
        return found[0]
    return "<br>" if name in BLOCKS else NOTHING
