"""Words that only a pair of ideographic spaces separated. The profile `source` removes such pairs, because the format
demands it; their positions are noted beside the post, for exports and others that show its words. No I/O."""

from __future__ import annotations

import re

from archiver.cleaning.markup import BLOCKS
from archiver.cleaning.rules import INDENT

IDEOGRAPHIC_SPACE = "\u3000"  # put in the place of a pair that was removed
PRIVATE_CHARACTERS = range(0xE000, 0xF900)  # characters that mean nothing to anybody
BLANK_RUN_PATTERN = re.compile(r"(?<!\s)\s++")
MAX_TAG_CHARACTERS = 2_000  # characters; longer tags are not looked at
TAG_NAME_PATTERN = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
PARTING_ELEMENTS = BLOCKS | {"br", "td", "th"}  # words in different ones of these need no blank between them


def mark_for(html: str) -> str:
    """Return a character that is not in `html`, to mark places in it; empty if there is none."""
    return next((chr(code) for code in PRIVATE_CHARACTERS if chr(code) not in html), "")


def marked(html: str, mark: str) -> str:
    """Return `html` with `mark` for each pair of ideographic spaces that stands in a line of text."""
    return BLANK_RUN_PATTERN.sub(
        lambda run: run[0].replace(INDENT, mark) if INDENT in run[0] and _is_in_line(run) else run[0], html
    )


def _is_in_line(run: re.Match[str]) -> bool:
    """Return whether blanks have text or inline elements on both sides."""
    html, start, end = run.string, run.start(), run.end()
    before, after = html[start - 1 : start], html[end : end + 1]
    if before == ">":
        before = html[max(html.rfind("<", max(0, start - MAX_TAG_CHARACTERS), start), 0) : start]
    if after == "<":
        after = html[end : end + MAX_TAG_CHARACTERS].partition(">")[0]
    return bool(before and after) and not _parts(before + after)


def gaps(html: str, mark: str) -> tuple[int, ...]:
    """Return the positions of the marks in `html`, counted without marks; those that indent a block are left out."""
    found: list[int] = []
    seen = end = 0
    for run in re.finditer(f"{mark}+", html):
        seen += html.count(mark, end, run.start())
        end = run.start()
        if not _begins_block(html, end):
            found.append(end - seen)
    return tuple(found)


def _begins_block(html: str, end: int) -> bool:
    """Return whether the position `end` in `html` is at the beginning of a block: only start tags stand between."""
    while html[end - 1 : end] == ">":
        start = html.rfind("<", max(0, end - MAX_TAG_CHARACTERS), end)
        name = TAG_NAME_PATTERN.match(html, start) if start >= 0 else None
        if not name or name[0][1] == "/":
            return False
        if _parts(name[0]):
            return True
        end = start
    return end == 0


def _parts(tags: str) -> bool:
    return any(name.lower() in PARTING_ELEMENTS for name in TAG_NAME_PATTERN.findall(tags))


def noted(positions: tuple[int, ...]) -> str:
    """Return positions as a text."""
    return " ".join(map(str, positions))


def with_gaps(html: str, note: str) -> str:
    """Return a body of the profile `source` with a space where words were separate. note: the positions, as `noted`
    returned them."""
    parts, begun = [], 0
    for position in map(int, note.split()):
        parts.append(html[begun:position])
        begun = position
    return IDEOGRAPHIC_SPACE.join([*parts, html[begun:]])
