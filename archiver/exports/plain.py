"""HTML as plain text. No I/O."""

from __future__ import annotations

import re
from html import unescape

from archiver.text import TAGS

HIDDEN = re.compile(r"<(script|style|template)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
CELL = re.compile(r"</t[dh]\s*>\s*<t[dh]\b[^>]*>", re.IGNORECASE)
BREAK = re.compile(
    r"<br\b[^>]*>|</?(?:p|div|h[1-6]|li|ul|ol|dl|dd|dt|tr|table|blockquote|pre|hr|figure|figcaption|center|section)\b[^>]*>",
    re.IGNORECASE,
)
SPACE = " \t\u3000\xa0"


def plain_text(html: str) -> str:
    """Return the words of `html` (a sound fragment): blocks on lines of their own, cells divided by tabs."""
    text = HIDDEN.sub("", html) if "<s" in html or "<S" in html or "<t" in html or "<T" in html else html
    # The commonest tags, without the patterns: half the time.
    text = text.replace("\n", " ").replace("<p>", "\n").replace("</p>", "\n")
    if "<t" in text or "<T" in text:
        text = CELL.sub("\t", text)
    if "<" in text:
        text = TAGS.sub("", BREAK.sub("\n", text))
    lines = (unescape(text) if "&" in text else text).split("\n")
    return "\n".join(filter(None, [line.strip(SPACE) for line in lines]))
