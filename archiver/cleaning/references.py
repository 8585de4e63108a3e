"""Character references as browsers read them (HTML standard, 13.2.5.73). No I/O."""

from __future__ import annotations

import re
from html.entities import html5

REFERENCE_PATTERN = re.compile(
    r"&(?:#(?P<number>[xX][0-9a-fA-F]++|[0-9]++)|(?P<name>[a-zA-Z][a-zA-Z0-9]*+))(?P<end>;?+)"
)
NAMES_WITHOUT_END = frozenset(name for name in html5 if not name.endswith(";"))
MAX_NAME_CHARACTERS = max(map(len, NAMES_WITHOUT_END))
MAX_DIGITS = 8


def with_semicolons(html: str, *, attributes: bool = False) -> str:
    """Return `html`, a text or a tag with `attributes`, with a semicolon after each reference: browsers read the oldest
    references without one, but Markdown does not. Nor is one with a capital X, which gets a small one.
    """
    return REFERENCE_PATTERN.sub(_in_tag if attributes else _in_text, html) if "&" in html else html


def _in_text(found: re.Match[str]) -> str:
    if number := found["number"]:
        return f"&#{number.replace('X', 'x')};" if len(number) <= MAX_DIGITS else "\ufffd"
    name = found["name"]
    if found["end"] and f"{name};" in html5:
        return found[0]
    for length in range(min(len(name), MAX_NAME_CHARACTERS), 1, -1):
        if name[:length] in NAMES_WITHOUT_END:
            return f"&{name[:length]};{name[length:]}{found['end']}"
    return found[0]


def _in_tag(found: re.Match[str]) -> str:
    """Return a reference in the value of an attribute, where `&copy=` and `&copyright` are not references."""
    name = found["name"]
    if found["number"] or (name in NAMES_WITHOUT_END and found.string[found.end() : found.end() + 1] != "="):
        return _in_text(found)
    return found[0]
