"""Escaping text for Markdown: for CommonMark and what Obsidian, GitHub and Hugo (goldmark) add to it. No I/O."""

from __future__ import annotations

import re
import unicodedata

# `archiver.posts.markdown` is for kramdown and within a line; here a text may begin a block, and may stand in a table.
ANYWHERE_PATTERN = re.compile(r"[\\`*_\[\]|~^$#{]|={2,}|%{2,}|&(?=#?\w+;)")
# At the start of a text, which may be that of a line: headings, lists, rules, definitions, underlines of headings.
START_PATTERN = re.compile(r"(\s*(?:\d{1,9}(?=[.)]))?)([-+=:.)])")
# goldmark's typographer replaces these with other characters.
TYPOGRAPHIC_PATTERN = re.compile(r"[\"']|-{2,}|\.{3,}")
ENTITIES = {"<": "&lt;", ">": "&gt;"}  # not `\<`: Hugo looks for `<!--more-->` before it reads Markdown
ANGLE_PATTERN = re.compile("[<>]")


def marked(text: str, *, begins: bool = True, typographer: bool = False) -> str:
    """Return `text` (no line ends) so that Markdown shows it as it is, wherever it stands.

    begins: whether it may be at the beginning of a line. typographer: whether quotes, dashes and dots must be protected
    from goldmark's typographer.
    """
    text = ANYWHERE_PATTERN.sub(_escaped, text)
    if typographer:
        text = TYPOGRAPHIC_PATTERN.sub(_escaped, text)
    if begins and (match := START_PATTERN.match(text)):
        text = f"{match[1]}\\{text[match.end() - 1 :]}"
    return ANGLE_PATTERN.sub(lambda match: ENTITIES[match[0]], text)


def raised(text: str, mark: str) -> str:
    """Return `text` as a superscript (`mark` is `^`) or subscript (`_`) without markup: in Unicode's small characters,
    or in brackets."""
    forms = SUPERSCRIPTS if mark == "^" else SUBSCRIPTS
    if all(one in forms for one in text):
        return "".join(forms[one] for one in text)
    return f"{mark}({text})"


def fenced(text: str) -> str:
    """Return `text` as a block of code."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}\n{text}\n{fence}"


def code(text: str) -> str:
    """Return `text` (not empty) as code within a line."""
    runs = set(map(len, re.findall("`+", text)))
    fence = "`" * next(length for length in range(1, len(text) + 2) if length not in runs)
    return f"{fence} {text} {fence}" if text[0] in "` " or text[-1] in "` " else f"{fence}{text}{fence}"


def is_mark(character: str) -> bool:
    """Return whether CommonMark (0.31, 2.1) takes it for punctuation."""
    return unicodedata.category(character)[0] in "PS"


def _escaped(match: re.Match[str]) -> str:
    return "&amp;" if match[0] == "&" else "".join(f"\\{one}" for one in match[0])


# Unicode, "Superscripts and subscripts" and "Latin-1 supplement".
SUPERSCRIPTS = dict(zip("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", strict=True))
SUBSCRIPTS = dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True))
