"""Opening the file of the index: made if it is not there, brought up to date if an earlier version made it.

All here raises `sqlite3.Error`; and IndexFileError where the file is not one that can be used.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from importlib.resources import files
from threading import get_ident
from typing import TYPE_CHECKING

from archiver.clock import machine_time
from archiver.errors import IndexFileError, os_reason
from archiver.index.damage import REMAKE_ADVICE
from archiver.storage.atomic import remove, sweep_beside, temporary_for
from archiver.storage.regular import size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION = 8  # of the schema, in SQLite's user_version; 0 until the index is complete
# Earlier schemas, whose version may be 0 too: a table that each lacks, by which it is recognised, and its upgrade
# script.
UPGRADES = (
    ("captures", "upgrade-2.sql"),
    ("listing_stats", "upgrade-3.sql"),
    ("changes", "upgrade-4.sql"),
    ("aliases", "upgrade-5.sql"),
    ("sources", "upgrade-6.sql"),
    ("signatures", "upgrade-7.sql"),
    ("workers", "upgrade-8.sql"),
)
IMMUTABLE = "mode=ro&immutable=1"
WRITES = {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}
TIMEOUT_SECONDS = 5.0  # seconds, for another program that has the file open for writing


def open_for_writing(file: Path | None, patience: float = TIMEOUT_SECONDS) -> sqlite3.Connection:
    """Return a connection to `file`, or to a database in memory if that is None. patience: seconds to wait for others
    that write."""
    if file and file.exists():
        _refuse_what_is_no_file(file)
    elif file:
        _make(file)
    connection = _connect(file or ":memory:", patience)
    with _closed_on_errors(connection):
        # A commit survives the death of the process at once, and the death of the machine from the next checkpoint on:
        # the posts of commits that are lost then are on disk, and are found there.
        connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
        _look_at_version(connection, file)
        if not _tables(connection):
            _run_script(connection, "schema.sql", "schema-sqlite.sql")
        _upgrade(connection)
    return connection


def _make(file: Path) -> None:
    """Make an index that is whole from the beginning: whoever reads while the first run starts finds none, or all of
    it. Where that is not possible (a directory cannot have links, say), nothing is made, and SQLite makes the file in
    its place, or says why it cannot."""
    sweep_beside(file)
    directory = temporary_for(file, get_ident())  # SQLite makes other files beside it
    try:
        with suppress(OSError):  # or others have made it meanwhile
            directory.mkdir()
            with closing(_connect(directory / file.name)) as connection:
                connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF")
                _run_script(connection, "schema.sql", "schema-sqlite.sql")
                _upgrade(connection)
            file.hardlink_to(directory / file.name)
    finally:
        remove(directory)


def open_for_reading(file: Path) -> sqlite3.Connection:
    """Return a connection that writes nothing, and that leaves nothing beside the file when it is closed. A file of an
    earlier schema is read into memory, and brought up to date there."""
    _refuse_what_is_no_file(file)
    try:
        return _open_for_reading(file, _way_to_read(file))
    except sqlite3.OperationalError:
        return _open_for_reading(file, IMMUTABLE)


def _way_to_read(file: Path) -> str:
    """Return how to open a file for reading, as options of SQLite.

    Beside a file in WAL mode SQLite makes two others, even to read it, and whoever may only read cannot remove them
    again. So a reader may write, too, where that is possible; but not where a run was killed: its last commits are in
    one of these files, and closing would carry them into the index. Where nothing can be written, nobody else can write
    either, and SQLite does without them.
    """
    place = file.resolve()  # beside which SQLite makes them, and not beside a link
    try:
        if size(place.with_name(f"{place.name}-wal")):
            return "mode=ro"
    except OSError:  # there is none
        pass
    return "mode=rw" if os.access(place, os.W_OK) and os.access(place.parent, os.W_OK) else IMMUTABLE


def _open_for_reading(file: Path, options: str) -> sqlite3.Connection:
    connection = _connect(f"{file.absolute().as_uri()}?{options}")
    connection.set_authorizer(_refuse_to_write)
    with _closed_on_errors(connection):
        tables = _tables(connection)
        if not tables:
            raise IndexFileError(f"{file}: it is empty; {REMAKE_ADVICE}")
        _look_at_version(connection, file)
        if all(table in tables for table, _ in UPGRADES):
            return connection
        copy = _connect(":memory:")
        with closing(connection), _closed_on_errors(copy):
            connection.backup(copy)
            _upgrade(copy)
    return copy


@contextmanager
def _closed_on_errors(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def missing_parts(connection: sqlite3.Connection) -> list[str]:
    """Return the tables and columns of the schema that a database has not, in words."""
    with closing(open_for_writing(None)) as sound:
        expected = {table: _columns(sound, table) for table in sorted(_tables(sound))}
    found = []
    for table, columns in expected.items():
        missing = columns - _columns(connection, table)
        if columns and missing == columns:
            found.append(f"the table {table} is not there")
        else:
            found += [f"{table}.{column} is not there" for column in sorted(missing)]
    return found


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    """Return the names of the columns of a table, or of an index; none if there is none."""
    return {row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')}


def _refuse_what_is_no_file(file: Path) -> None:
    try:
        size(file)
    except FileNotFoundError:
        return  # which SQLite says, too
    except OSError as error:
        raise IndexFileError(f"{file}: cannot be read: {os_reason(error)}") from error


def _connect(file: Path | str, patience: float = TIMEOUT_SECONDS) -> sqlite3.Connection:
    """Return a connection to a file or a `file:` URI. Transactions begin and end only by explicit statements; threads
    may use it in turn."""
    uri = isinstance(file, str) and file.startswith("file:")
    connection = sqlite3.connect(file, timeout=patience, isolation_level=None, check_same_thread=False, uri=uri)
    for name, function in (("least", min), ("greatest", max)):
        connection.create_function(name, 2, function, deterministic=True)
    connection.create_function("present", 0, machine_time)
    return connection


def _refuse_to_write(action: int, table: str | None, _: str | None, database: str | None, __: str | None) -> int:
    """Tell SQLite whether a statement may do something: write to temporary tables, but not to those in the file. (It
    names its list of tables here when a query only uses a function that gives rows.)"""
    refused = action in WRITES and database == "main" and table != "sqlite_master"
    return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK


def _look_at_version(connection: sqlite3.Connection, file: Path | None) -> None:
    version = _version(connection)
    if version > VERSION:
        raise IndexFileError(f"{file}: made by a newer archiver (schema {version}); use that one")


def _upgrade(connection: sqlite3.Connection) -> None:
    for table, script in UPGRADES:
        if table not in _tables(connection):
            _run_script(connection, script)
    if 0 < _version(connection) < VERSION:
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _run_script(connection: sqlite3.Connection, *names: str) -> None:
    script = "".join(files(__package__).joinpath(name).read_text("utf-8") for name in names)
    connection.executescript(f"BEGIN IMMEDIATE;{script}COMMIT;")  # all of it or nothing


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)
