"""Text that every later step may take for granted."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from html.entities import html5

# YAML 1.2, 5.1 (c-printable) less the C1 controls and the marks that no reader sees; XML 1.0, 2.2 is narrower still.
# And what turns the direction of all text that follows (Unicode, UAX 9, 2.1 to 2.5: embeddings, overrides, isolates).
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
BREAK = re.compile("[\t\n\r\u2028\u2029]")
SPACES = re.compile(r"\s+")
# A tag in a line of text, of which `<` is mostly just that; or a comment or an element of which browsers show nothing,
# to the end of the line if they have none. And an entity with its semicolon.
LINE_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|template)(?:\s[^<>]*)?>.*?(?:</\1\s*>|\Z)"
    r"|</?([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>",
    re.DOTALL | re.IGNORECASE,
)
UNSEEN_ELEMENTS = frozenset("script style template".split())
# Elements at which one line ends and another begins.
LINES = frozenset(
    (
        "address article aside blockquote br caption center dd details dialog dir div dl dt fieldset figcaption figure "
        "footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li listing main menu nav ol option p pre search section "
        "summary table tbody td tfoot th thead tr ul xmp"
    ).split()
)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z][a-zA-Z\d]*);")
TAGS = re.compile(r"<!--.*?(?:-->|\Z)|</?[a-zA-Z][^>]*+(?:>|\Z)", re.DOTALL)
# A number of so many digits is no character, and more than Python makes an integer of.
LONG_REFERENCE = re.compile(r"&#(?:[0-9]{9,}|[xX][0-9a-fA-F]{9,});?")
# General categories of which nothing is seen, and letters and signs of which nothing is either (Unicode:
# Default_Ignorable_Code_Point; and the empty cell of Braille).
UNSEEN = frozenset("Zs Zl Zp Cc Cf Cs Cn Mn Me".split())
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def printable(text: str) -> str:
    """Return `text` without control characters (tab, LF and CR stay), lone surrogates, byte-order marks, and without
    controls of its direction. A form feed becomes a space: it is white space to HTML."""
    return text if text.isprintable() else UNPRINTABLE.sub("", text.replace("\f", " "))


def one_line(text: str) -> str:
    """Return `text` printable and on one line: breaks and tabs become single spaces, the ends are bare."""
    if text.isprintable():
        return text.strip()
    text = printable(text).strip()
    return SPACES.sub(" ", text) if BREAK.search(text) else text


def text_of_html(html: str) -> str:
    """Return the text of a title, a name or the like that is HTML: its tags go, and each whole entity is read, once."""
    return ENTITY.sub(_character, without_line_tags(html)) if "<" in html or "&" in html else html


def without_line_tags(html: str) -> str:
    """Return a line of HTML without its tags and what browsers do not show; a space is where a line ended."""
    if "<" not in html:
        return html
    text = LINE_TAG.sub(lambda found: "\n" if (found[2] or "").lower() in LINES else "", html)
    return " ".join(filter(None, map(str.strip, text.split("\n")))) if "\n" in text else text


def _character(entity: re.Match[str]) -> str:
    name = entity[0]
    return unescape(name) if name[1] == "#" or name[1:] in html5 else name


def is_visible(text: str) -> bool:
    """Return whether a reader sees anything of `text`: not of spaces, joiners, fillers, controls, or marks alone."""
    return any(character not in BLANKS and unicodedata.category(character) not in UNSEEN for character in text)


def without_tags(html: str) -> str:
    """Return the text of `html`, roughly: for looking something up in it, never for showing it."""
    return TAGS.sub("", html).strip()


def unescaped(text: str) -> str:
    """Return `text` with what its character references stand for, however many digits they have."""
    return unescape(LONG_REFERENCE.sub("\ufffd", text) if "&#" in text else text)
