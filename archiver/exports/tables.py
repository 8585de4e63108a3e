"""Tables of Markdown, from rows of cells that span others. No I/O."""

from __future__ import annotations

from typing import NamedTuple

MAX_CELLS = 100_000  # limit up to which empty cells are filled in


class Cell(NamedTuple):
    """A cell: its words, and how many rows and columns it spans."""

    words: str
    rows: int
    columns: int


def grid(cells: list[list[Cell]]) -> tuple[list[list[str]], bool]:
    """Return the rows of a table, with empty cells where a cell spans several rows or columns, and whether any cell
    does."""
    rows: list[list[str]] = []
    taken: dict[int, int] = {}  # by column: for how many more rows a cell above takes it
    spans, made = False, 0
    for line in cells:
        if not line:
            continue
        row: list[str] = []
        for words, down, across in line:
            while taken.get(len(row)):
                row.append("")
            spans = spans or down != 1 or across != 1
            width = across if made < MAX_CELLS else 1
            for _ in range(width):
                taken[len(row)] = down
                row.append("")
            row[-width] = words
        while taken.get(len(row)):
            row.append("")
        made += len(row)
        taken = {column: left - 1 for column, left in taken.items() if left > 1}
        rows.append(row)
    return rows, spans


def pipes(rows: list[list[str]]) -> str:
    """Return `rows` as a table of Markdown; the first is its header, as it must have one (GFM 0.29, 4.10)."""
    width = max(map(len, rows))
    lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in rows]
    return "\n".join([lines[0], f"|{' --- |' * width}", *lines[1:]])
