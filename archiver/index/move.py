"""Carrying an index from one database to another, row by row, and comparing each."""

from __future__ import annotations

from contextlib import closing
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, NamedTuple

from archiver.errors import IndexFileError, UsageError
from archiver.index import location
from archiver.index.database import PAGE_ROWS
from archiver.index.lock import LOCK_FILE, Lock
from archiver.index.sqlite import SqliteDatabase
from archiver.index.values import can_be_key
from archiver.places import INDEX
from archiver.storage import directory_of, sync_directory

if TYPE_CHECKING:
    from archiver.index.database import Database, Row
    from archiver.index.postgres import PostgresDatabase
    from archiver.storage import Root

NEW_FILE = "index.new.sqlite"  # the new file, while it is being written
# LAST_TABLE is copied last: while other tables are filled, triggers write into it.
ORIGIN_TABLE, LAST_TABLE = "origin", "changes"


class Moved(NamedTuple):
    """What was carried over. left_out: rows whose keys are too long for a server."""

    tables: int
    rows: int
    left_out: int


class MovedTable(NamedTuple):
    """A table; order: the columns that tell its rows apart. texts: the positions in a row of those among these that are
    texts."""

    name: str
    columns: tuple[str, ...]
    order: tuple[str, ...]
    texts: tuple[int, ...]

    @property
    def query(self) -> str:
        """All rows, in an order that is the same everywhere."""
        return f"SELECT {', '.join(self.columns)} FROM {self.name} ORDER BY {', '.join(self.order)}"

    def fits(self, row: Row) -> bool:
        """Return whether the key of a row is short enough for every database."""
        return can_be_key(*(row[place] for place in self.texts))


def move_index(output: Root, source: str, target: str) -> Moved:
    """Carry the index of the archive `output` from `source` to `target`: addresses of servers; empty: its file. All
    rows are compared before the old index is given up: a file is renamed and kept, tables on a server are removed.

    Raises LockedError while a run is at work; IndexFileError if it cannot be done, or there is an index at `target`
    already: then nothing is changed. UsageError if both are the same.
    """
    if source == target:
        raise UsageError("an index is moved from one place to another: both are the same")
    lock = Lock(directory_of(output) / INDEX / LOCK_FILE)
    lock.take()
    try:
        if not (location.server_database().is_there(source) if source else location.is_there(output, source)):
            raise IndexFileError(f"{output}: there is no index at {location.name_of(source)}")
        with closing(location.open_database(output, source)) as database:
            return _to_server(output, database, target) if target else _to_file(output, database)
    finally:
        lock.release()


def _to_server(output: Root, source: Database, at: str) -> Moved:
    kind = location.server_database()
    if kind.is_there(at) and not _is_empty(kind, at):
        raise IndexFileError(f"{location.name_of(at)}: there is an index already")
    with closing(kind(at)) as target:
        try:
            moved = _carry(source, target)
        except BaseException:
            target.let_go()
            raise
        ((origin,),) = target.rows("SELECT value FROM origin")
        location.note_server(output, at, origin)
    source.let_go()
    return moved


def _is_empty(kind: type[PostgresDatabase], at: str) -> bool:
    with closing(kind(at, read=True)) as database:
        return not any(
            database.rows(f"SELECT 1 FROM {one.name} LIMIT 1") for one in _tables() if one.name != ORIGIN_TABLE
        )


def _to_file(output: Root, source: Database) -> Moved:
    file = location.file_of(output)
    new = file.with_name(NEW_FILE)
    new.unlink(missing_ok=True)
    try:
        with closing(SqliteDatabase(new)) as target:
            moved = _carry(source, target)
        new.replace(file)
        sync_directory(file.parent)
        location.remove_note(output)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    source.let_go()
    return moved


def _carry(source: Database, target: Database) -> Moved:
    tables = _tables()
    rows, left_out = target.transact(lambda: _copy(source, target, tables))
    for table in tables:
        here = filter(table.fits, source.each(table.query))
        for one, other in zip_longest(here, target.each(table.query)):
            if one != other:
                raise IndexFileError(f"{target.name}: a row of {table.name} is not what it was; nothing was changed")
    return Moved(len(tables), rows, left_out)


def _copy(source: Database, target: Database, tables: list[MovedTable]) -> tuple[int, int]:
    """Return how many rows were copied, and how many were left out."""
    copied, left_out = 0, 0
    for table in tables:
        target.write(f"DELETE FROM {table.name}")
        places = ", ".join("?" * len(table.columns))
        statement = f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({places})"
        rows = source.each(table.query)
        while page := list(islice(rows, PAGE_ROWS)):
            fitting = [row for row in page if table.fits(row)]
            target.write_all(statement, fitting)
            target.rows("SELECT 1")  # a query waits until all that was sent before has been carried out
            copied += len(fitting)
            left_out += len(page) - len(fitting)
    target.go_on_numbering()
    if source.complete:
        target.mark_complete()
    return copied, left_out


def _tables() -> list[MovedTable]:
    """Return the tables that every index has."""
    with closing(SqliteDatabase(None)) as database:
        columns = database.rows(
            """SELECT tables.name, columns.name, columns.type, columns.pk
               FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
               WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite%' ORDER BY tables.name, columns.cid"""
        )
        unique = database.rows(
            """SELECT tables.name, columns.name FROM sqlite_schema AS tables, pragma_index_list(tables.name) AS indices,
                      pragma_index_info(indices.name) AS columns WHERE tables.type = 'table' AND indices."unique" = 1"""
        )
    found = []
    for name in sorted({row[0] for row in columns}, key=lambda name: (name == LAST_TABLE, name)):
        own = [row[1:] for row in columns if row[0] == name]
        key = [column for column, _, place in sorted(own, key=lambda one: one[2]) if place]
        order = [f'"{column}"' for column in key or [column for column, *_ in own]]
        keys = {*key, *(column for table, column in unique if table == name)}
        texts = [number for number, (column, kind, _) in enumerate(own) if column in keys and kind == "TEXT"]
        found.append(MovedTable(name, tuple(f'"{column}"' for column, *_ in own), tuple(order), tuple(texts)))
    return found
