"""Text that every later step may take for granted."""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5

# YAML 1.2, 5.1 (c-printable) less the C1 controls and the marks that no reader sees; XML 1.0, 2.2 is narrower still.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
BREAK = re.compile("[\t\n\r\u2028\u2029]")
SPACES = re.compile(r"\s+")
# A tag in a line of text, of which `<` is mostly just that; and an entity with its semicolon.
LINE_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>|<!--.*?-->", re.DOTALL)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z][a-zA-Z\d]*);")
TAGS = re.compile(r"<!--.*?(?:-->|\Z)|</?[a-zA-Z][^>]*+(?:>|\Z)", re.DOTALL)


def printable(text: str) -> str:
    """Return `text` without control characters (tab, LF and CR stay), lone surrogates and byte-order marks."""
    return text if text.isprintable() else UNPRINTABLE.sub("", text)


def one_line(text: str) -> str:
    """Return `text` printable and on one line: breaks and tabs become single spaces, the ends are bare."""
    if text.isprintable():
        return text.strip()
    text = printable(text).strip()
    return SPACES.sub(" ", text) if BREAK.search(text) else text


def text_of_html(html: str) -> str:
    """Return the text of a title, a name or the like that is HTML: its tags go, and each whole entity is read, once."""
    return ENTITY.sub(_character, LINE_TAG.sub("", html)) if "<" in html or "&" in html else html


def _character(entity: re.Match[str]) -> str:
    name = entity[0]
    return unescape(name) if name[1] == "#" or name[1:] in html5 else name


def without_tags(html: str) -> str:
    """Return the text of `html`, roughly: for looking something up in it, never for showing it."""
    return TAGS.sub("", html).strip()
