"""Wraps long texts to the width of a terminal, on which a Chinese character takes two columns."""

from __future__ import annotations

import re
import shutil
import sys

from archiver.commands.display import print_line, printable, width_of

HANGING_INDENT = 4  # columns by which the second and later lines are indented further than the first
MIN_WIDTH, MAX_WIDTH = 40, 120  # columns: longer lines are hard to read
# A line may break after a space and after each Chinese or Japanese character, but not before punctuation that ends a
# clause.
WIDE_CHARACTERS = r"\u2e80-\u9fff\uf900-\uffef"
PIECE_PATTERN = re.compile(
    rf"[^\s{WIDE_CHARACTERS}]*[{WIDE_CHARACTERS}][、。，．：；！？）」』】》”’…]*|[^\s{WIDE_CHARACTERS}]+\s*|\s+"
)


def columns() -> int:
    """Return the width of lines: that of the terminal (or COLUMNS; 80 if neither is known), within limits."""
    return max(MIN_WIDTH, min(shutil.get_terminal_size().columns, MAX_WIDTH))


def print_wrapped(line: str) -> None:
    """Print a line for people to read. On a terminal that is too narrow for it, wrap it and indent the lines after the
    first."""
    line = printable(line)
    width = shutil.get_terminal_size().columns
    if not sys.stdout.isatty() or width_of(line) <= width:
        print_line(line)
        return
    indent = len(line) - len(line.lstrip(" "))
    further = indent + HANGING_INDENT
    first, *_ = wrap(line, width - indent)
    print_line(" " * indent + first)
    rest = " ".join(line.split())[len(first) :]
    for part in wrap(rest, width - further):
        print_line(" " * further + part)


def wrap(text: str, width: int, lines: int | None = None) -> list[str]:
    """Return `text` in lines of at most `width` columns. lines: the most lines; the last ends in `…` if more follow."""
    text = printable(" ".join(text.split()))
    found = [""]
    for piece in PIECE_PATTERN.findall(text):
        for part in _fitting(piece, width):
            if width_of(found[-1] + part.rstrip()) > width:
                found.append("")
            found[-1] += part if found[-1] else part.lstrip()
    found = [line.rstrip() for line in found]
    if lines is None or len(found) <= lines:
        return found
    last = found[lines - 1]
    while last and width_of(last) >= width:
        last = last[:-1]
    return [*found[: lines - 1], f"{last.rstrip()}…"]


def _fitting(piece: str, width: int) -> list[str]:
    """Return a piece in parts that each fit into a line: an address is often longer than a line."""
    parts = [""]
    for character in piece:
        if width_of(parts[-1] + character.rstrip()) > width:
            parts.append("")
        parts[-1] += character
    return parts
