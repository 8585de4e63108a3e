"""A connection to the file of the index: SQLite, with errors that say which file and what to do."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from archiver.errors import IndexFileError
from archiver.index import schema
from archiver.index.damage import find_damage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

ADVICE = {
    sqlite3.SQLITE_FULL: "make room, and run again: nothing is lost",
    sqlite3.SQLITE_READONLY: "make it writable",
    sqlite3.SQLITE_CANTOPEN: "is its directory there, and writable?",
    sqlite3.SQLITE_IOERR: "look at the disk, and run again",
    sqlite3.SQLITE_BUSY: "another program has it open for writing",
    sqlite3.SQLITE_NOTADB: "move it away: `archiver adopt` makes a new one from the posts",
    sqlite3.SQLITE_CORRUPT: "move it away: `archiver adopt` makes a new one from the posts",
}
FETCHED = 1000  # rows that are fetched at a time
PRIMARY = 0xFF  # the bits of SQLite's result codes that say what went wrong; those above them say in which way


class Database:
    """A connection, for one thread at a time. Each method raises IndexFileError."""

    def __init__(self, file: Path | None, *, read: bool = False, keep: bool = True) -> None:
        """Open `file`, made with its schema if it is not there; None: one in memory.

        read: nothing is written. keep: what is written is kept; without it, all is undone when it is closed.
        """
        self._file = file
        self._keep = keep
        self._within = False  # whether a transaction is open
        try:
            if file and not read:
                file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise IndexFileError(f"{file}: cannot be made: {error.strerror}") from error
        with self._named():
            self._connection = schema.open_for_reading(file) if file and read else schema.open_for_writing(file)
            self._connection.row_factory = sqlite3.Row

    @property
    def version(self) -> int:
        """The schema's version; 0 while the index is not complete."""
        return int(self.rows("PRAGMA user_version")[0][0])

    def mark_complete(self) -> None:
        """Note that the index knows all posts that are on disk."""
        self.write(f"PRAGMA user_version = {schema.VERSION}")

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Return the rows of a query."""
        with self._named():
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row of a query, None if there is none."""
        with self._named():
            row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
            return row

    def each(self, sql: str, *values: Any) -> Iterator[sqlite3.Row]:
        """Yield the rows of a query one by one: for those that may be too many for a list."""
        with self._named():
            cursor = self._connection.execute(sql, values)
        while True:
            with self._named():
                rows = cursor.fetchmany(FETCHED)
            if not rows:
                return
            yield from rows

    def check(self) -> str:
        """Return what is wrong with what the file says, nothing if all is well."""
        with self._named():
            return find_damage(self._connection)

    def write(self, sql: str, *values: Any) -> int:
        """Run a statement and return the key of the row that it inserted, if it did."""
        with self._named():
            return self._connection.execute(sql, values).lastrowid or 0

    def write_all(self, sql: str, values: Iterable[tuple[Any, ...]]) -> None:
        """Run a statement for each of `values`."""
        with self._named():
            self._connection.executemany(sql, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that is written inside, or nothing of it if there is an error; one inside another is a part
        of it."""
        if self._within:
            yield
            return
        if not self._connection.in_transaction:
            self.write("BEGIN IMMEDIATE")
        self._within = True
        try:
            yield
            if self._keep:
                self.write("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # the error may have ended the transaction; and it is the one to be told
                self._connection.rollback()
            raise
        finally:
            self._within = False

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """See the index inside as it is at one moment, whatever a run writes meanwhile."""
        if self._connection.in_transaction:
            yield
            return
        self.write("BEGIN")
        try:
            yield
        finally:
            self._connection.rollback()

    def close(self) -> None:
        """Close the connection; what is not committed is undone."""
        with self._named():
            self._connection.close()

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Turn SQLite's errors into ones that name the file and say what to do."""
        try:
            yield
        except sqlite3.Error as error:
            advice = ADVICE.get(getattr(error, "sqlite_errorcode", 0) & PRIMARY)
            raise IndexFileError(f"{self._file}: {error}{f'; {advice}' if advice else ''}") from error
