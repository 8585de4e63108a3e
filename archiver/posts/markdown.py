"""Text and addresses for Markdown (kramdown) and Liquid. No I/O."""

from __future__ import annotations

import re

from archiver.cleaning.rules import liquid_safe

# Characters that mean something in Markdown, also those that do so only in a run ("..." becomes "…").
SPECIAL_PATTERN = re.compile(r"[\\`*_\[\]|\"'<]|&(?=#?\w+;)|(?<=\]):|\{(?=:)|(?P<run>-{2,}|\.{3,}|~{2,}|>{2,}|\${2,})")
ENTITIES = {"<": "&lt;", "&": "&amp;"}
# Marks at the beginning of a block: of headings, lists, quotes, code and definitions, and the one that ends a block.
BLOCK_START_PATTERN = re.compile(r"[#>+=:~^-]|\d+\.(?=\s)")
ENCODED_PATTERN = re.compile(r"[\s|<>{}\"\\^`\x00-\x1f\x7f]")
REFERENCE_PATTERN = re.compile(r"(&#?\w+);")  # a part of an address that HTML would decode as an entity
WEB_ADDRESS_PATTERN = re.compile(r"https?://(?=[^/])", re.IGNORECASE)
BRACKET_PATTERN = re.compile(r"[()]")


def text(value: str) -> str:
    """Return `value` so that Markdown shows it as it is within a line."""
    return liquid_safe(SPECIAL_PATTERN.sub(_escaped, value))


def quote(value: str) -> str:
    """Return `value` as a block quote of one paragraph on one line."""
    match = BLOCK_START_PATTERN.match(value)
    if not match:
        return f"> {text(value)}"
    end = match.end()
    mark = "&#94;" if value[0] == "^" else f"{value[: end - 1]}\\{value[end - 1]}"
    return f"> {mark}{text(value[end:])}"


def address(value: str) -> str:
    """Return `value` with those characters percent-encoded that would end the address or mean something in Markdown."""
    return ENCODED_PATTERN.sub(_percent_encoded, REFERENCE_PATTERN.sub(r"\1%3B", value))


def link(value: str) -> str:
    """Return the address `value` as a link that shows the address. Raises ValueError if it is no web address."""
    match = WEB_ADDRESS_PATTERN.match(value)
    if not match:
        raise ValueError(f"{value!r} is not the address of a web page")
    return f"<{match[0].lower()}{address(value[match.end() :])}>"


def link_target(value: str) -> str:
    """Return `value` for the parentheses of a link: as `address`, with its own parentheses percent-encoded if they are
    not balanced."""
    value = address(value)
    depth = 0
    for bracket in BRACKET_PATTERN.findall(value):
        depth += 1 if bracket == "(" else -1
        if depth < 0:
            break
    return value if depth == 0 else BRACKET_PATTERN.sub(_percent_encoded, value)


def _escaped(match: re.Match[str]) -> str:
    return ENTITIES.get(match[0]) or "".join(f"\\{character}" for character in match[0])


def _percent_encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "ignore"))
