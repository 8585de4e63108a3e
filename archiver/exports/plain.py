"""HTML as plain text. No I/O."""

from __future__ import annotations

import re

from archiver.cleaning import laid_out
from archiver.cleaning.markup import BLOCKS, CELLS
from archiver.exports.marks import raised
from archiver.text import TAG_PATTERN, unescaped

HIDDEN = re.compile(r"<(script|style|template|rp)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
CELL = re.compile(r"</t[dh]\s*>\s*<t[dh]\b[^>]*>", re.IGNORECASE)
BREAK = re.compile(rf"</?(?:br|{'|'.join(sorted(BLOCKS - CELLS))})\b[^>]*>", re.IGNORECASE)
LINES = re.compile(r"(<pre\b[^>]*>\n?)(.*?)(?=</pre\s*>|\Z)", re.DOTALL | re.IGNORECASE)
# Elements whose meaning would be lost in plain text; they are replaced by signs.
EMPTY = re.compile(r"<(q|del|s|strike)\b[^>]*>(\s*)</\1\s*>", re.IGNORECASE)
RAISED = re.compile(r"<(sup|sub)\b[^>]*>([^<]*)</\1\s*>", re.IGNORECASE)
MEANT = re.compile(r"<(/?)(q|rt|del|s|strike|sup|sub)\b[^>]*>", re.IGNORECASE)
SIGNS = {"q": "“”", "rt": "()", "sup": ("^(", ")"), "sub": ("_(", ")")}
SPACE = " \t\u3000\xa0"


def plain_text(html: str) -> str:
    """Return the words of `html` (a sound fragment): blocks on lines of their own, cells divided by tabs.

    Meanings that only an element expresses are expressed by signs: `~~struck out~~`, `10⁵` or `x^(a)`, `“quoted”`,
    `漢(hàn)`.
    """
    # The commonest tags are replaced without patterns, which halves the time.
    text = laid_out(html)
    if "\n" in text and "<pre" in text:
        text = LINES.sub(lambda found: found[1] + found[2].replace("\n", "<br>"), text)
    text = text.replace("\n", " ").replace("<p>", "\n").replace("</p>", "\n")
    if "<" in text:
        text = CELL.sub("\t", HIDDEN.sub("", text))
        text = TAG_PATTERN.sub("", MEANT.sub(_sign, RAISED.sub(_raised, BREAK.sub("\n", EMPTY.sub(r"\2", text)))))
    lines = (unescaped(text) if "&" in text else text).split("\n")
    return "\n".join(filter(None, [line.strip(SPACE) for line in lines]))


def _raised(found: re.Match[str]) -> str:
    text = found[2]
    words = text.strip()
    if not words:
        return text
    start = text.index(words)
    return text[:start] + raised(words, "^" if found[1].lower() == "sup" else "_") + text[start + len(words) :]


def _sign(found: re.Match[str]) -> str:
    return SIGNS.get(found[2].lower(), ("~~", "~~"))[bool(found[1])]
