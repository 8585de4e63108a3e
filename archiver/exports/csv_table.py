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

SEPARATOR = "\n"  # of lists in a cell: tags and listings hold any other character, and none holds this one


def write(entries: Iterator[Entry], stream: IO[bytes], about: About) -> None:  # noqa: ARG001
    """Write a row for each entry, under the names of the columns."""
    table = CsvTable(stream)
    table.write(COLUMNS)
    for entry in entries:
        table.write(columns(record(entry)).values())


class CsvTable:
    """Writes rows as RFC 4180 has them, in UTF-8.

    There is no byte-order mark: it would be part of the first column's name for all programs that do not look for one,
    and stand between the rows where files are joined. Values are written as they are, also those that a spreadsheet
    would take for a formula: a mark before them would be a false value for all other readers.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        # A writer of codecs, unlike io's, does not close the stream when it is dropped.
        self._rows = csv.writer(getwriter("utf-8")(stream))

    def write(self, values: Iterable[Any]) -> None:
        """Write a row: texts, numbers, lists of texts, None for nothing."""
        self._rows.writerow([SEPARATOR.join(value) if isinstance(value, list) else value for value in values])


FORMAT = Format("a table for spreadsheets and data frames, a row for each article", write)
