"""Text and addresses for Markdown (kramdown) and Liquid. No I/O."""

from __future__ import annotations

import re

from archiver.cleaning.rules import liquid_safe

TEXT = re.compile(r"[\\`*_\[\]|$]|<|&(?=#?\w+;)")
ENTITIES = {"<": "&lt;", "&": "&amp;"}
# At the start of a block: headings, lists, quotes, tables, rules, definitions.
BLOCK_START = re.compile(r"(?:[#>+=:~-]|(?P<number>\d+)\.(?=\s))")
ADDRESS = re.compile(r"[\s|<>{}\"\\^`\x00-\x1f\x7f]")
BRACKETS = re.compile(r"[()]")


def text(value: str) -> str:
    """Return `value` so that Markdown shows it as it is within a line."""
    return liquid_safe(TEXT.sub(lambda found: ENTITIES.get(found[0], "\\" + found[0]), value))


def quote(value: str) -> str:
    """Return `value` as a block quote of one paragraph on one line."""
    found = BLOCK_START.match(value)
    if not found:
        return f"> {text(value)}"
    end = found.end() - 1
    return f"> {value[:end]}\\{value[end]}{text(value[end + 1 :])}"


def address(value: str) -> str:
    """Return `value` percent-encoded where a character would end the address or mean something to Markdown."""
    return ADDRESS.sub(_percent_encoded, value)


def link_target(value: str) -> str:
    """Return `value` for the brackets of a link: as `address`, and without brackets of its own that do not pair."""
    value = address(value)
    depth = 0
    for bracket in BRACKETS.findall(value):
        depth += 1 if bracket == "(" else -1
        if depth < 0:
            break
    return value if depth == 0 else BRACKETS.sub(_percent_encoded, value)


def _percent_encoded(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "ignore"))
