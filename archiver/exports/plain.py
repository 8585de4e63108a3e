"""HTML as plain text. No I/O."""

from __future__ import annotations

import re

from archiver.cleaning import laid_out
from archiver.cleaning.markup import BLOCKS, CELLS
from archiver.exports.escaping import raised
from archiver.text import TAG_PATTERN, unescaped

HIDDEN_PATTERN = re.compile(r"<(script|style|template|rp)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
CELL_GAP_PATTERN = re.compile(r"</t[dh]\s*>\s*<t[dh]\b[^>]*>", re.IGNORECASE)
BREAK_PATTERN = re.compile(rf"</?(?:br|{'|'.join(sorted(BLOCKS - CELLS))})\b[^>]*>", re.IGNORECASE)
PREFORMATTED_PATTERN = re.compile(r"(<pre\b[^>]*>\n?)(.*?)(?=</pre\s*>|\Z)", re.DOTALL | re.IGNORECASE)
# Elements whose meaning would be lost in plain text; they are replaced by signs.
EMPTY_ELEMENT_PATTERN = re.compile(r"<(q|del|s|strike)\b[^>]*>(\s*)</\1\s*>", re.IGNORECASE)
RAISED_PATTERN = re.compile(r"<(sup|sub)\b[^>]*>([^<]*)</\1\s*>", re.IGNORECASE)
MEANING_TAG_PATTERN = re.compile(r"<(/?)(q|rt|del|s|strike|sup|sub)\b[^>]*>", re.IGNORECASE)
# Tags whose names begin as those of the patterns above do: texts without them, which most are, need none of these.
TELLING_TAG_PATTERN = re.compile(r"</?(?:del|q|r[pt]|s(?:cript|trike|tyle|u[bp])?|t(?:d|emplate|h))\b", re.IGNORECASE)
SIGNS_OF_ELEMENT = {"q": "“”", "rt": "()", "sup": ("^(", ")"), "sub": ("_(", ")")}
SPACE_CHARACTERS = " \t\u3000\xa0"


def plain_text(html: str) -> str:
    """Return the words of `html` (a sound fragment): blocks on lines of their own, cells divided by tabs.

    Meanings that only an element expresses are expressed by signs: `~~struck out~~`, `10⁵` or `x^(a)`, `“quoted”`,
    `漢(hàn)`.
    """
    # The commonest tags are replaced without patterns, which halves the time.
    text = laid_out(html)
    if "\n" in text and "<pre" in text:
        text = PREFORMATTED_PATTERN.sub(lambda found: found[1] + found[2].replace("\n", "<br>"), text)
    text = text.replace("\n", " ").replace("<p>", "\n").replace("</p>", "\n")
    if "<" in text:
        if TELLING_TAG_PATTERN.search(text):
            text = CELL_GAP_PATTERN.sub("\t", HIDDEN_PATTERN.sub("", text))
            text = RAISED_PATTERN.sub(_raised, BREAK_PATTERN.sub("\n", EMPTY_ELEMENT_PATTERN.sub(r"\2", text)))
            text = MEANING_TAG_PATTERN.sub(_sign, text)
        else:
            text = BREAK_PATTERN.sub("\n", text)
        text = TAG_PATTERN.sub("", text)
    lines = (unescaped(text) if "&" in text else text).split("\n")
    return "\n".join(filter(None, [line.strip(SPACE_CHARACTERS) for line in lines]))


def _raised(match: re.Match[str]) -> str:
    text = match[2]
    words = text.strip()
    if not words:
        return text
    start = text.index(words)
    return text[:start] + raised(words, "^" if match[1].lower() == "sup" else "_") + text[start + len(words) :]


def _sign(match: re.Match[str]) -> str:
    return SIGNS_OF_ELEMENT.get(match[2].lower(), ("~~", "~~"))[bool(match[1])]
