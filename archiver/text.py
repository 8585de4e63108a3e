"""Text that every later step may take for granted."""

from __future__ import annotations

import re

# YAML 1.2, 5.1 (c-printable) less the C1 controls and the marks that no reader sees; XML 1.0, 2.2 is narrower still.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
BREAK = re.compile("[\t\n\r\u2028\u2029]")
SPACES = re.compile(r"\s+")
TAGS = re.compile(r"<!--.*?(?:-->|\Z)|</?[a-zA-Z][^>]*+(?:>|\Z)", re.DOTALL)


def printable(text: str) -> str:
    """Return `text` without control characters (tab, LF and CR stay), lone surrogates and byte-order marks.

    A form feed becomes a space: it is white space to HTML.
    """
    return text if text.isprintable() else UNPRINTABLE.sub("", text.replace("\f", " "))


def one_line(text: str) -> str:
    """Return `text` printable and on one line: breaks and tabs become single spaces, the ends are bare."""
    if text.isprintable():
        return text.strip()
    text = printable(text).strip()
    return SPACES.sub(" ", text) if BREAK.search(text) else text


def without_tags(html: str) -> str:
    """Return the text of `html`, roughly: for looking something up in it, never for showing it."""
    return TAGS.sub("", html).strip()
