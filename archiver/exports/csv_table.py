"""`csv`: a table with a line of names, for spreadsheets and data frames (docs/export.md has the columns)."""

from __future__ import annotations

import csv
from codecs import getwriter
from typing import IO, TYPE_CHECKING, Any

from archiver.exports.format import About, Format
from archiver.exports.record import COLUMNS, columns, record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archiver.exports.entry import Entry

ITEM_SEPARATOR = "\n"  # of the items of a list in a cell: tags and listings may have any other character in them


def write(entries: Iterator[Entry], stream: IO[bytes], about: About) -> None:  # noqa: ARG001
    """Write a row for each entry, under the names of the columns."""
    table = CsvTable(stream)
    table.write(COLUMNS)
    for entry in entries:
        table.write(columns(record(entry)).values())


class CsvTable:
    """Writes rows in the format of RFC 4180, in UTF-8.

    There is no byte-order mark: programs that do not expect one would take it for a part of the first column's name,
    and it would stand between the rows of files that are joined. Values are written unchanged, even if a spreadsheet
    takes them for formulas: a mark before them would be a wrong value for all other programs.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        # A writer of codecs, unlike io's, does not close the stream when it is dropped.
        self._rows = csv.writer(getwriter("utf-8")(stream))

    def write(self, values: Iterable[Any]) -> None:
        """Write a row: texts, numbers, lists of texts, None for nothing."""
        self._rows.writerow([ITEM_SEPARATOR.join(value) if isinstance(value, list) else value for value in values])


FORMAT = Format("a table for spreadsheets and data frames, a row for each article", write)
