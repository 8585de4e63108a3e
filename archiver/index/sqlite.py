"""An index in a file: SQLite, with errors that say which file and what to do."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from archiver.errors import IndexFileError, LockedError, os_reason
from archiver.index import schema
from archiver.index.damage import REMAKE_ADVICE, find_damage
from archiver.index.database import LOST_STATE, PAGE_ROWS, TAKEN_OVER_REASON, Database
from archiver.index.lock import LOCK_FILE, holder_in
from archiver.storage import sync_directory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from archiver.index.database import Row, Statement
    from archiver.index.lock import Holder

T = TypeVar("T")
ADVICE_OF_CODE = {
    sqlite3.SQLITE_FULL: "make room, and run again: nothing is lost",
    sqlite3.SQLITE_READONLY: "make it writable",
    sqlite3.SQLITE_CANTOPEN: "is its directory there, and writable?",
    sqlite3.SQLITE_IOERR: "look at the disk, and run again",
    sqlite3.SQLITE_BUSY: "another program has it open for writing",
    sqlite3.SQLITE_NOTADB: REMAKE_ADVICE,
    sqlite3.SQLITE_CORRUPT: REMAKE_ADVICE,
}
NOT_UTF_8_MESSAGE = "Could not decode"  # the beginning of Python's message about a text that is not UTF-8
MOVED_FILE = "index.moved.sqlite"  # the name of the file after its content was moved to a server
# The bits of SQLite's result codes that say what went wrong; those above them say in which way.
PRIMARY_CODE_MASK = 0xFF


class SqliteDatabase(Database):
    """The file of an index."""

    session = 1
    new_articles = """WITH RECURSIVE numbers(number) AS (
                          SELECT coalesce(max(key), 0) + 1 FROM articles
                          UNION ALL SELECT number + 1 FROM numbers)
                      SELECT number FROM numbers LIMIT ?"""
    present = "present()"  # all who write are on one machine: its clock
    passing_over_locked = locking_rows = ""  # nobody else writes meanwhile

    def __init__(
        self, file: Path | None, *, read: bool = False, keep: bool = True, patience: float = schema.TIMEOUT_SECONDS
    ) -> None:
        """Open `file`, made with its schema if it is not there; None: one in memory.

        read: nothing is written. keep: what is written is kept; without it, all is undone when it is closed. patience:
        seconds to wait for others that write.
        """
        self.name = str(file)
        self._file = file
        self._keep = keep
        self._within = False  # whether a transaction is open
        self._selections = 0
        try:
            if file and not read:
                file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise IndexFileError(f"{file}: cannot be made: {os_reason(error)}") from error
        with self._named():
            self._connection = (
                schema.open_for_reading(file) if file and read else schema.open_for_writing(file, patience)
            )

    @property
    def complete(self) -> bool:
        """Whether the index knows all posts that were on disk before it was made."""
        return bool(self.rows("PRAGMA user_version")[0][0])

    def mark_complete(self) -> None:
        """Note that the index knows all posts that were on disk before it was made."""
        self.write(f"PRAGMA user_version = {schema.VERSION}")

    def holder(self) -> Holder | None:
        """Return who writes, as far as the lock beside the file says; one that was killed is still in it."""
        return None if self._file is None else holder_in(self._file.with_name(LOCK_FILE))

    def clock_ahead(self) -> int:
        """Return 0: all who write are on this machine."""
        return 0

    def compare_clocks(self, statements: Sequence[Statement]) -> tuple[int, list[list[Row]]]:
        """Carry out statements; the clocks are the same."""
        return self.clock_ahead(), self.carry_out(lambda _: statements)

    def end_writer(self, number: int) -> None:
        """Do nothing: a worker whose row says that it is lost can keep nothing more (`transact`)."""

    def ask(self, *queries: Sequence[Any]) -> list[list[Row]]:
        """Return the rows of each of several queries."""
        with self._named():
            return [self._connection.execute(sql, values).fetchall() for sql, *values in queries]

    def each(self, sql: str, *values: Any) -> Iterator[Row]:
        """Yield the rows of a query one by one."""
        with self._named():
            cursor = self._connection.execute(sql, values)
        while True:
            with self._named():
                rows = cursor.fetchmany(PAGE_ROWS)
            if not rows:
                return
            yield from rows

    def pages(self, sql: str, *values: Any) -> Iterator[list[Row]]:
        """Yield the rows of a query, PAGE_ROWS of them at a time. They are first copied into a temporary table on disk:
        a query that stays open would keep SQLite from tidying up its write-ahead log."""
        self._selections += 1
        table = f"selection_{self._selections}"
        self.scratch("PRAGMA temp_store = FILE")
        # The rows are numbered in the order of the query (SQLite, "CREATE TABLE ... AS SELECT").
        self.scratch(f"CREATE TEMP TABLE {table} AS {sql}", *values)
        ((size,),) = self.rows(f"SELECT count(*) FROM {table}")
        for start in range(0, size, PAGE_ROWS):
            yield self.rows(
                f"SELECT * FROM {table} WHERE rowid > ? AND rowid <= ? ORDER BY rowid", start, start + PAGE_ROWS
            )
        self.scratch(f"DROP TABLE {table}")

    def check(self) -> str:
        """Return a description of what is wrong with the file's data; empty if nothing is."""
        with self._named():
            return "; ".join(schema.missing_parts(self._connection)) or find_damage(self._connection)

    def carry_out(self, statements: Callable[[bool], Sequence[Statement]]) -> list[list[Row]]:
        """Carry out statements as one transaction, and return the rows of each."""
        return self.transact(lambda: self.ask(*statements(False)))

    def scratch(self, sql: str, *values: Any) -> None:
        """Run a statement about a temporary table."""
        with self._named():
            self._connection.execute(sql, values)

    def transact(self, work: Callable[[], T]) -> T:
        """Return what `work` returns; keep all that it writes, or nothing of it if it raises."""
        if self._within:
            return work()
        if not self._connection.in_transaction:
            self.scratch("BEGIN IMMEDIATE")
        self._within = True
        try:
            self._refuse_ended()
            result = work()
            if self._keep:
                self.scratch("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # the error may have ended the transaction; and it is the one to report
                self._connection.rollback()
            raise
        finally:
            self._within = False
        return result

    def snapshot(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, which sees the index as it is at one moment."""
        if self._connection.in_transaction:
            return work()
        self.scratch("BEGIN")
        try:
            return work()
        finally:
            self._connection.rollback()

    def go_on_numbering(self) -> None:
        """Do nothing: SQLite does it by itself."""

    def forget_replaced(self) -> None:
        """Write the file anew, without what is left of values that were replaced, and empty its journal."""
        self.scratch("VACUUM")
        self.scratch("PRAGMA wal_checkpoint(TRUNCATE)")

    def let_go(self) -> None:
        """Close the file, and move it aside."""
        assert self._file, "one in memory is let go of by itself"
        self.close()  # closing writes what is in the write-ahead log into the file
        try:
            self._file.replace(self._file.with_name(MOVED_FILE))
            sync_directory(self._file.parent)
        except OSError as error:
            raise IndexFileError(f"{self._file}: cannot be moved aside: {os_reason(error)}") from error

    def close(self) -> None:
        """Close the connection; what is not committed is undone."""
        with self._named():
            self._connection.close()

    def _write(self, sql: str, values: list[Row]) -> None:
        with self._named():
            self._connection.executemany(sql, values)

    def _refuse_ended(self) -> None:
        """Raise LockedError for a worker that was taken for dead."""
        if self.worker and not self.rows(
            f"SELECT 1 FROM workers WHERE worker = ? AND state <> '{LOST_STATE}'", self.worker
        ):
            raise LockedError(f"{self.name}: {TAKEN_OVER_REASON}")

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Turn SQLite's errors into ones that name the file and say what to do."""
        try:
            yield
        except UnicodeDecodeError as error:  # in a message of SQLite, or in a stored text
            raise IndexFileError(f"{self.name}: it is damaged: {error}; {REMAKE_ADVICE}") from error
        except sqlite3.Error as error:
            advice = ADVICE_OF_CODE.get(getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE_MASK)
            advice = advice or (REMAKE_ADVICE if str(error).startswith(NOT_UTF_8_MESSAGE) else None)
            raise IndexFileError(f"{self.name}: {error}{f'; {advice}' if advice else ''}") from error
