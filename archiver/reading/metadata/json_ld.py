"""JSON-LD as pages really write it, faults included. In: the text of a script. Out: plain values. No I/O."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from archiver.lenient_json import LENIENT_DECODER
from archiver.text import unescaped

if TYPE_CHECKING:
    from collections.abc import Iterator

WRAPPING_PATTERN = re.compile(r"^(?:\s|<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[|\ufeff|;)+")
TOKEN_PATTERN = re.compile(
    r'"'  # where a string begins
    r"|//[^\n]*|/\*"  # a comment, or where one begins
    r"|,(?=\s*[}\]])"  # a comma after the last value
)
# A quotation mark ends its string only if valid JSON follows it: many pages forget to escape quotation marks within
# strings.
STRING_END_PATTERN = re.compile(r'"(?=\s*(?::|[}\]]|$|/[/*]|,\s*(?:["{\[\]}/]|-?\d|true|false|null|$)))')
BRACKET_PATTERN = re.compile(r"[{\[]")
SALVAGED_PATTERN = re.compile(
    r'"(headline|datePublished|dateModified|dateCreated|description|articleBody|inLanguage)"\s*:\s*"((?:[^"\\]|\\.)*)"'
)
MAX_VALUES = 100_000  # values of one script that are looked at; articles have some hundred


def json_values(text: str) -> list[object]:
    """Return the JSON values in the script `text`, in order; an empty list for a script that cannot be read at all.

    These faults are corrected: comments, surplus commas, line ends and quotation marks within strings, HTML entities,
    and CDATA or HTML comment marks around the script. If it still cannot be read, but has a headline, one article is
    returned with those of its text fields that can be found.
    """
    for reading in (_unwrapped, _unescaped, _mended):
        try:
            values = list(_values(reading(text)))
        except (ValueError, RecursionError):
            continue
        if values:
            return values
    return _salvaged(text)


def _values(text: str) -> Iterator[object]:
    at = 0
    while at < len(text):
        value, at = LENIENT_DECODER.raw_decode(text, at)
        yield value
        at = _next_value(text, at)


def _next_value(text: str, at: int) -> int:
    """Return where the next object or list begins: surplus brackets, semicolons and comment marks are skipped."""
    found = BRACKET_PATTERN.search(text, at)
    return found.start() if found else len(text)


def _unwrapped(text: str) -> str:
    return WRAPPING_PATTERN.sub("", text)


def _unescaped(text: str) -> str:
    if "&quot;" not in text and "&#34;" not in text:
        raise ValueError("no entities")
    return unescaped(_unwrapped(text))


def _mended(text: str) -> str:
    """Return `text` without comments and surplus commas, and with the quotation marks within strings escaped."""
    text = _unwrapped(text)
    parts: list[str] = []
    at = 0
    while found := TOKEN_PATTERN.search(text, at):
        parts.append(text[at : found.start()])
        if found[0] == '"':
            string, at = _string(text, found.end())
            parts.append(string)
        elif found[0] == "/*":
            end = text.find("*/", found.end())
            at = end + 2 if end >= 0 else len(text)
        else:
            at = found.end()
    parts.append(text[at:])
    return "".join(parts)


def _string(text: str, begin: int) -> tuple[str, int]:
    """Return the string whose first character is at `begin`, as valid JSON, and the position after it."""
    parts = ['"']
    at = begin
    while True:
        quote = text.find('"', at)
        if quote < 0:
            return '"', len(text)  # never closed: not JSON
        escape = text.find("\\", at, quote)
        if escape >= 0:
            parts.append(text[at:escape])
            parts.append(text[escape : escape + 2])
            at = escape + 2
            continue
        parts.append(text[at:quote])
        at = quote + 1
        if STRING_END_PATTERN.match(text, quote):
            return "".join([*parts, '"']), at
        parts.append('\\"')


def _salvaged(text: str) -> list[object]:
    found: dict[str, object] = {}
    for name, value in SALVAGED_PATTERN.findall(text):
        with suppress(ValueError):
            found.setdefault(name, LENIENT_DECODER.decode(f'"{value}"'))
    return [{"@type": "Article", **found}] if "headline" in found else []
