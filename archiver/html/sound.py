"""Markup that means the same to HTML and to XML: it needs no parser of HTML. No I/O.

Most bodies are such markup: paragraphs, pictures, tables, with an end tag for every element and quotes around every
value. What is not recognised here is parsed as browsers parse it: if it was sound, only time is lost.
"""

from __future__ import annotations

import re
from html.entities import html5

# Names and values that an HTML parser does not change.
ATTRIBUTES = r"(?:\s++(?!xml)[a-z][a-z0-9_-]*+=(?:\"[^\"<>\t\n\r]*+\"|'[^'<>\t\n\r]*+')){0,20}+\s*+"
TEXT = r"[^<\r]++"
COMMENT = r"<!--(?!-?>)(?:[^-]|-(?!-))*+-->"
VOID = rf"<(?:br|img){ATTRIBUTES}/?>"
# Elements that may be nested in each other and stand around anything, without an HTML parser opening any of them again.
INLINE = rf"</?(?:b|code|del|em|font|i|ins|mark|s|small|span|strike|strong|sub|sup|u){ATTRIBUTES}>"
SIMPLE = rf"{TEXT}|{COMMENT}|{VOID}|{INLINE}"
LINK = rf"<a{ATTRIBUTES}>(?>{SIMPLE})*+</a>"
PHRASES = rf"(?>{SIMPLE}|{LINK})*+"
# That each element ends with the name with which it began is checked by the XML parser.
PARAGRAPH = rf"<(?:p|h[1-6]){ATTRIBUTES}>{PHRASES}</(?:p|h[1-6])>"
FLOW = rf"(?>{SIMPLE}|{LINK}|{PARAGRAPH})*+"
CELL = rf"<t[dh]{ATTRIBUTES}>{FLOW}</t[dh]>"
ROWS = rf"(?:<tr{ATTRIBUTES}>\s*+(?:{CELL}\s*+)*+</tr>\s*+)++"
TABLE = rf"<table{ATTRIBUTES}>\s*+(?:<tbody>\s*+)?+{ROWS}(?:</tbody>\s*+)?+</table>"
LIST = rf"<[ou]l{ATTRIBUTES}>\s*+(?:<li{ATTRIBUTES}>{FLOW}</li>\s*+)*+</[ou]l>"
BOX = rf"</?(?:blockquote|center|div|section){ATTRIBUTES}>"
SOUND_PATTERN = re.compile(rf"(?>{SIMPLE}|{LINK}|{PARAGRAPH}|{BOX}|{TABLE}|{LIST})*+", re.ASCII)

COMMENT_PATTERN = re.compile(COMMENT)
OPEN_VOID_PATTERN = re.compile(r"<((?:br|img)\b[^<>]*+)(?<!/)>")
BARE_TABLE_PATTERN = re.compile(r"(<table[^<>]*+>\s*+)(<tr.*?)</table>", re.DOTALL | re.ASCII)
REFERENCE_PATTERN = re.compile(r"&(?:(?P<whole>#?[a-zA-Z0-9]++);|(?P<open>#?[a-zA-Z0-9]*+))")
XML_REFERENCES = frozenset({"amp", "gt", "lt", "quot"})
# References to ASCII characters and the like.
SAFE_NUMBER_PATTERN = re.compile(r"#(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6]|16[0-9])")
SPECIAL_CHARACTERS = frozenset("<>&\"'\t\n\r")
# The beginning of a reference that needs no semicolon, behind its `&`.
OPEN_REFERENCE_PATTERN = re.compile("|".join(["#", *(name for name in html5 if not name.endswith(";"))]))


def sound_xml(html: str) -> str | None:
    """Return the fragment `html` as XML, if it is certain that a browser makes the same tree of it; else None.

    The result may still not be XML, if elements do not end in the reverse order of their beginnings.
    """
    if not SOUND_PATTERN.fullmatch(html):
        return None
    if "<!--" in html:
        html = COMMENT_PATTERN.sub("", html)
    if "<br>" in html or "<img" in html:
        html = OPEN_VOID_PATTERN.sub(r"<\1/>", html)
    if "<table" in html:
        html = BARE_TABLE_PATTERN.sub(r"\1<tbody>\2</tbody></table>", html)
    return _with_references(html) if "&" in html else html


def _with_references(html: str) -> str | None:
    """Return `html` with only those references that XML has; None if it may have one whose reading depends on more than
    its name."""
    unsure = False

    def read(found: re.Match[str]) -> str:
        nonlocal unsure
        name = found["whole"]
        if name is None:
            unsure = unsure or OPEN_REFERENCE_PATTERN.match(found["open"]) is not None
            return f"&amp;{found['open']}"
        if name in XML_REFERENCES or SAFE_NUMBER_PATTERN.fullmatch(name):
            return found[0]
        characters = html5.get(f"{name};", "<")
        unsure = unsure or not SPECIAL_CHARACTERS.isdisjoint(characters)
        return characters

    xml = REFERENCE_PATTERN.sub(read, html)
    return None if unsure else xml
