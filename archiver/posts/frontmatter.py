"""YAML scalars for front matter: any string in, one line of YAML out that reads back as that string. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# YAML 1.2, 7.3.1: what a double-quoted scalar must escape. Printable text stands as it is.
YAML_ESCAPES = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r"}
SPECIAL_PATTERN = re.compile('[\\\\"\t\n\r\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]|\\{(?=[{%])')
TRUE = "true"  # the YAML value, not a text
# Scalars are written plain only if they begin with a letter or digit and have no character with a meaning in YAML.
PLAIN_SCALAR_PATTERN = re.compile(r"(?!\s)[^\W_](?:[\w .()（）·、，《》“”&+/-]*[\w()（）·、，《》“”])?")
# What some YAML parsers take for a number, a date, a truth value or null; Ruby's takes more than PyYAML.
OTHER_TYPE_PATTERN = re.compile(r"[\d.,_+eExXoO -]+|0[bx][\da-f_,]+|y|n|yes|no|on|off|true|false|null", re.IGNORECASE)
# What Jekyll's YAML parser (Psych) takes for a number, a date, a truth value or a symbol if it is not quoted. If
# a category is one of these, Jekyll 4 ignores the post's whole front matter.
NOT_TEXT_PATTERN = re.compile(
    r"[-+]?(?:0b[01_,]+|0x[\da-fA-F_,]+|0[0-7_,]*|[1-9](?:\d|[,_]\d)*|(?:\d[\d_,]*)?\.\d[\d_]*(?:[eE][-+]?\d+)?|\d+\."
    r"|\d+(?::[0-5]?\d)+(?:\.\d+)?|\.inf)|\.nan|yes|no|on|off|true|false|\d{4}-\d\d?-\d\d?(?:[tT \t].*)?|:\S.*|[{].*",
    re.IGNORECASE,
)
COMMENT_PATTERN = re.compile(r"[ \t]+#.*")
WHITE_SPACE_PATTERN = re.compile(r"[ \t\n\r\f\v]")


def double_quoted(text: str) -> str:
    """Return `text` as a double-quoted scalar on one line."""
    return f'"{SPECIAL_PATTERN.sub(_escaped, text)}"'


def scalar(text: str) -> str:
    """Return `text` as a plain scalar if that reads back as the same string, else double-quoted."""
    return (
        text if PLAIN_SCALAR_PATTERN.fullmatch(text) and not OTHER_TYPE_PATTERN.fullmatch(text) else double_quoted(text)
    )


def tags(tag: str) -> str:
    """Return the value of `tags` for the one tag `tag`: a list where Jekyll would split it at white space."""
    return f"[{double_quoted(tag)}]" if WHITE_SPACE_PATTERN.search(tag) else scalar(tag)


def one_or_list(texts: Sequence[str]) -> str:
    """Return one text as a scalar, several as a list of double-quoted scalars, none as ""."""
    if len(texts) == 1:
        return scalar(texts[0])
    return f"[{', '.join(map(double_quoted, texts))}]" if texts else ""


def is_text(written: str) -> bool:
    """Return whether Jekyll reads what is written for a category as text, or as nothing."""
    return not NOT_TEXT_PATTERN.fullmatch(COMMENT_PATTERN.sub("", written).strip())


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    if character in YAML_ESCAPES:
        return YAML_ESCAPES[character]
    return f"\\x{ord(character):02X}" if ord(character) < 0x100 else f"\\u{ord(character):04X}"
