"""Tables of Markdown, from rows of cells that span others. No I/O."""

from __future__ import annotations

# What a cell, a row and a part of a cell end with on the way through the converter; no text has these (Unicode: they
# are no characters).
CELL, ROW, PART = "\ufdd0", "\ufdd1", "\ufdd2"
MAX_CELLS = 100_000  # that empty cells are made for


def grid(text: str) -> tuple[list[list[str]], bool]:
    """Return the rows of a table, empty cells where a cell spans rows or columns, and whether one does.

    text: for each row its cells (rows that it spans, columns, words; each but the last ends with PART, and the cell
    with CELL), and ROW.
    """
    rows: list[list[str]] = []
    taken: dict[int, int] = {}  # columns, and how many rows more the cell above takes
    spans, made = False, 0
    for line in text.split(ROW):
        cells = [cell.split(PART) for cell in line.split(CELL) if cell.count(PART) == 2]
        if not cells:
            continue
        row: list[str] = []
        for down, across, words in cells:
            while taken.get(len(row)):
                row.append("")
            spans = spans or down != "1" or across != "1"
            width = int(across) if made < MAX_CELLS else 1
            for _ in range(width):
                taken[len(row)] = int(down)
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
