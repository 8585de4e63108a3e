"""Mending text that is almost XML: bare `&`, HTML's entities, characters that XML does not have."""

from __future__ import annotations

import re
import sys

from archiver.text import printable, text_of_html, unescaped

DECLARATION_PATTERN = re.compile(r"<\?xml\b[^>]*\?>", re.IGNORECASE)
DECLARED_ENCODING_PATTERN = re.compile(rb"<\?xml\b[^>]{0,200}?encoding\s*=\s*[\"']\s*([A-Za-z0-9._:-]+)", re.IGNORECASE)
# XML 1.0, 2.2: characters that are not allowed, not even as a reference.
SURROGATE_PATTERN = re.compile("[\ud800-\udfff]")
NO_CHARACTER_PATTERN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
CDATA_OR_MARK = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|(?P<bare><(?=[\s\d<=&'\"]|\Z))|&(?:(?P<kept>(?:amp|lt|gt|quot|apos);)|#(?P<number>[0-9]{1,7}|x[\da-fA-F]{1,6});"
    r"|(?P<name>[a-zA-Z]\w{1,30};)?)",
    re.DOTALL,
)
HIDDEN_PATTERN = re.compile(r"<(script|style|iframe|noscript)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)


def declared_encoding(content: bytes) -> str | None:
    """Return the encoding that an XML declaration near the beginning of `content` names; None if there is none."""
    found = DECLARED_ENCODING_PATTERN.search(content[:4096])
    return found[1].decode("ascii") if found else None


def mended(text: str) -> str:
    """Return `text` with each bare `&` and `<` as `&amp;` and `&lt;`, HTML's entities as the characters that they name,
    and no characters that XML does not have, nor references to them. What is in CDATA sections stays."""
    text = CDATA_OR_MARK.sub(_mend, NO_CHARACTER_PATTERN.sub("", text))
    if SURROGATE_PATTERN.search(text):  # two references of UTF-16 (`&#55357;&#56832;`) are one character
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def title_text(text: str, *, is_html: bool = True) -> str:
    """Return a title as plain text on one line. is_html: tags and entities in it are markup, not words."""
    if is_html:
        text = text_of_html(HIDDEN_PATTERN.sub(" ", text))
    return " ".join(printable(text).split())


def _mend(found: re.Match[str]) -> str:
    if found["bare"]:
        return "&lt;"
    if found[0][0] == "<" or found["kept"]:
        return found[0]
    if number := found["number"]:
        code = int(number[1:], 16) if number[0] == "x" else int(number)
        if code > sys.maxunicode or NO_CHARACTER_PATTERN.match(chr(code)):
            return ""
        return chr(code) if SURROGATE_PATTERN.match(chr(code)) else found[0]
    name = found["name"] or ""
    character = unescaped(f"&{name}") if name else ""
    if character and character[-1] != ";" and character.isprintable() and character not in "&<>":
        return character
    return "\xa0" if name == "nbsp;" else f"&amp;{name}"
