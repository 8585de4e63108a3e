"""Cleaning up short texts: control characters, line breaks, tags and entities. No I/O."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from html.entities import html5

# Characters that YAML 1.2, 5.1 (c-printable) or XML 1.0, 2.2 does not allow, C1 controls, and byte-order marks. And
# those that change the direction of all following text (Unicode, UAX 9, 2.1 to 2.5: embeddings, overrides, isolates).
UNPRINTABLE_PATTERN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
LINE_BREAK_PATTERN = re.compile("[\t\n\r\u2028\u2029]")
SPACES_PATTERN = re.compile(r"\s+")
# A tag in a line of text, in which a `<` is mostly no tag; or a comment, or an element that browsers do not show, up to
# its end, or to the end of the text if it has none.
LINE_TAG_PATTERN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|template)(?:\s[^<>]*)?>.*?(?:</\1\s*>|\Z)"
    r"|</?([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>",
    re.DOTALL | re.IGNORECASE,
)
UNSEEN_ELEMENTS = frozenset("script style template".split())
# Elements before and after which a new line begins.
LINE_ELEMENTS = frozenset(
    (
        "address article aside blockquote br caption center dd details dialog dir div dl dt fieldset figcaption figure "
        "footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li listing main menu nav ol option p pre search section "
        "summary table tbody td tfoot th thead tr ul xmp"
    ).split()
)
ENTITY_PATTERN = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z][a-zA-Z\d]*);")
# The `<` stands before the choice, since a search for one character is the fastest.
TAG_PATTERN = re.compile(r"<(?:!--.*?(?:-->|\Z)|/?[a-zA-Z][^>]*+(?:>|\Z))", re.DOTALL)
# A reference with so many digits is no character, and may have more digits than Python converts to an integer.
LONG_REFERENCE_PATTERN = re.compile(r"&#(?:[0-9]{9,}|[xX][0-9a-fA-F]{9,});?")
# General categories of invisible characters, and invisible characters in other categories (Unicode:
# Default_Ignorable_Code_Point; and the empty Braille pattern).
UNSEEN_CATEGORIES = frozenset("Zs Zl Zp Cc Cf Cs Cn Mn Me".split())
# Characters: a longer word is shortened in messages. (The address of a long title in Georgian has some 700.)
MAX_WORD_CHARACTERS = 800
SHOWN_AT_START, SHOWN_AT_END = 200, 100
LONG_WORD_PATTERN = re.compile(
    rf"https?://\S{{{MAX_WORD_CHARACTERS},}}|(?<![!-~])[!-~]{{{MAX_WORD_CHARACTERS + 1},}}", re.IGNORECASE
)
BLANK_CHARACTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def printable(text: str) -> str:
    """Return `text` without control characters (tab, LF and CR stay), lone surrogates, byte-order marks, and controls
    of text direction. A form feed becomes a space, since it is white space in HTML."""
    return text if text.isprintable() else UNPRINTABLE_PATTERN.sub("", text.replace("\f", " "))


def one_line(text: str) -> str:
    """Return `text` as `printable` does, on one line: line breaks and tabs become spaces, runs of white space then
    become single spaces, and the ends are stripped."""
    if text.isprintable():
        return text.strip()
    text = printable(text).strip()
    return SPACES_PATTERN.sub(" ", text) if LINE_BREAK_PATTERN.search(text) else text


def with_short_words(text: str) -> str:
    """Return `text` as messages show it: of a word that is too long to be read (an address may have 100,000
    characters) only the start and the end, with `…` in place of its middle."""
    if len(text) <= MAX_WORD_CHARACTERS:
        return text
    return LONG_WORD_PATTERN.sub(lambda found: f"{found[0][:SHOWN_AT_START]}…{found[0][-SHOWN_AT_END:]}", text)


def text_of_html(html: str) -> str:
    """Return the text of a title, a name or the like that is HTML: without tags, and with each complete entity decoded
    once."""
    return ENTITY_PATTERN.sub(_character, without_line_tags(html)) if "<" in html or "&" in html else html


def without_line_tags(html: str) -> str:
    """Return a line of HTML without its tags and what browsers do not show; where a tag began a new line, a space
    is."""
    if "<" not in html:
        return html
    text = LINE_TAG_PATTERN.sub(lambda found: "\n" if (found[2] or "").lower() in LINE_ELEMENTS else "", html)
    return " ".join(filter(None, map(str.strip, text.split("\n")))) if "\n" in text else text


def _character(entity: re.Match[str]) -> str:
    name = entity[0]
    return unescape(name) if name[1] == "#" or name[1:] in html5 else name


def is_visible(text: str) -> bool:
    """Return whether a reader sees anything of `text`: that is, whether it has more than spaces, joiners, fillers,
    controls and combining marks."""
    return any(
        character not in BLANK_CHARACTERS and unicodedata.category(character) not in UNSEEN_CATEGORIES
        for character in text
    )


def without_tags(html: str) -> str:
    """Return roughly the text of `html`: good enough for looking something up in it, but not for showing it."""
    return TAG_PATTERN.sub("", html).strip()


def unescaped(text: str) -> str:
    """Return `text` with its character references decoded, however many digits they have."""
    return unescape(LONG_REFERENCE_PATTERN.sub("\ufffd", text) if "&#" in text else text)
