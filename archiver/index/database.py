"""The file of the index: SQLite, with errors that say which file and what to do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from archiver.errors import IndexFileError
from archiver.index.damage import find_damage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

VERSION = 2  # of the schema, in SQLite's user_version; 0 until the index is complete
ADVICE = {
    sqlite3.SQLITE_FULL: "make room, and run again: nothing is lost",
    sqlite3.SQLITE_READONLY: "make it writable",
    sqlite3.SQLITE_CANTOPEN: "is its directory there, and writable?",
    sqlite3.SQLITE_IOERR: "look at the disk, and run again",
    sqlite3.SQLITE_BUSY: "another program has it open for writing",
    sqlite3.SQLITE_NOTADB: "move it away: `archiver adopt` makes a new one from the posts",
    sqlite3.SQLITE_CORRUPT: "move it away: `archiver adopt` makes a new one from the posts",
}
FETCHED = 1000  # rows at a time
PRIMARY = 0xFF  # of SQLite's result codes: the rest says more of the same


class Database:
    """A connection. What is written counts when it is committed; each method raises IndexFileError."""

    def __init__(self, file: Path | None, *, read: bool = False) -> None:
        """Open `file`, made with its schema if it is not there; None: one in memory. read: nothing is written."""
        self.file = file
        self.failure: IndexFileError | None = None  # the first
        if file and read:
            self._open_for_reading(file)
            return
        try:
            if file:
                file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise IndexFileError(f"{file}: cannot be made: {error.strerror}") from error
        with self._named():
            self._connection = sqlite3.connect(file or ":memory:", timeout=5)
            self._connection.row_factory = sqlite3.Row
            # A commit survives the death of the process at once, and of the machine from the next checkpoint on:
            # what is lost then is on disk as posts, and is found there.
            self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
            tables = {row["name"] for row in self.rows("SELECT name FROM sqlite_schema")}
            if not tables:
                self._run_script("schema.sql")
            elif "captures" not in tables:
                self._run_script("upgrade-2.sql")
                if self.version:
                    self.complete()
        self._look_at_version()

    def _open_for_reading(self, file: Path) -> None:
        """Open `file` as it is. One of an earlier schema is read into memory, and brought up to date there."""
        with self._named():
            # Beside a file in WAL mode SQLite makes others, even to read it; on a disk that cannot be written to
            # nobody else can write either, and it does without (`immutable`).
            for options in ("mode=ro", "mode=ro&immutable=1"):
                self._connection = sqlite3.connect(f"{file.absolute().as_uri()}?{options}", timeout=5, uri=True)
                self._connection.row_factory = sqlite3.Row
                try:
                    tables = {row["name"] for row in self._connection.execute("SELECT name FROM sqlite_schema")}
                    break
                except sqlite3.OperationalError:
                    if "immutable" in options:
                        raise
                    self._connection.close()
            if tables and "captures" not in tables:
                with closing(self._connection) as old:
                    self._connection = sqlite3.connect(":memory:")
                    old.backup(self._connection)
                self._connection.row_factory = sqlite3.Row
                self._run_script("upgrade-2.sql")
        if not tables:
            raise IndexFileError(f"{file}: it is empty; move it away: `archiver adopt` makes a new one from the posts")
        self._look_at_version()

    def _look_at_version(self) -> None:
        version = self.version
        if version > VERSION:
            raise IndexFileError(f"{self.file}: made by a newer archiver (schema {version}); use that one")

    def _run_script(self, name: str) -> None:
        script = files(__package__).joinpath(name).read_text("utf-8")
        self._connection.executescript(f"BEGIN IMMEDIATE;{script}COMMIT;")  # all of it or nothing

    @property
    def version(self) -> int:
        """The schema's version; 0 while the index is not complete."""
        return int(self.rows("PRAGMA user_version")[0][0])

    def complete(self) -> None:
        """Say that the index knows all posts that are on disk."""
        self.write(f"PRAGMA user_version = {VERSION}")

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

    def commit(self) -> None:
        """Make what was written count."""
        if self._connection.in_transaction:
            with self._named():
                self._connection.commit()

    def close(self) -> None:
        """Close the connection; what is not committed is undone."""
        with self._named():
            self._connection.close()

    def _named(self) -> _Named:
        return _Named(self)


class _Named:
    """Turns SQLite's errors into ones that name the file and say what to do, and keeps the first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, sqlite3.Error):
            advice = ADVICE.get(getattr(error, "sqlite_errorcode", 0) & PRIMARY)
            file = self._database.file
            failure = IndexFileError(f"{file}: {error}{f'; {advice}' if advice else ''}")
            self._database.failure = self._database.failure or failure
            raise failure from error
