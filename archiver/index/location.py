"""Where the index of an archive is: in a file in it, or on a server, which a note in the archive names.

The note keeps an archive from being used with a wrong index: without it, a user who forgets to name the server would
begin with an empty index, and one who names the index of another archive would spoil both.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from archiver.errors import IndexFileError, IndexServerError, os_reason
from archiver.index.schema import TIMEOUT_SECONDS
from archiver.index.sqlite import SqliteDatabase
from archiver.places import INDEX
from archiver.server_address import shown
from archiver.storage import directory_of, write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from archiver.index.database import Database
    from archiver.index.postgres import PostgresDatabase
    from archiver.storage import Root

INDEX_FILE = "index.sqlite"
NOTE_FILE = "server.json"  # the note
FILE_WORD = "sqlite"  # the word for the file
SHARED_TIMEOUT_SECONDS = 60.0  # seconds that a worker waits for others that write to the file


def file_of(output: Root) -> Path:
    """Return where the file of the index is, if it has one."""
    return directory_of(output) / INDEX / INDEX_FILE


def name_of(at: str) -> str:
    """Return where an index is, for people: a file in the archive, or the address of a server."""
    return shown(at) if at else f"{INDEX}/{INDEX_FILE}"


def is_there(output: Root, at: str) -> bool:
    """Return whether there is an index of `output`. at: the address of a server; empty: in its file. Raises
    IndexFileError if it is known to be somewhere else."""
    if not at:
        _refuse_note(output)
        return file_of(output).exists()
    if server_database().is_there(at):
        return True
    noted = _noted(output)
    if noted:  # a new one would be taken for that of the archive
        raise IndexServerError(
            f"{shown(at)}: has no index, and that of {output} was at {noted['address']}; put a dump of it back, or "
            "make another (docs/operations.md: Restore)"
        )
    _refuse_file(output, at)
    return False


def open_database(output: Root, at: str, *, read: bool = False, keep: bool = True, shared: bool = False) -> Database:
    """Open the index of `output`. It is made if it is not there; to be read it must be there. keep: what is written is
    kept. shared: others write, too.

    Raises LockedError, and IndexFileError also where the index is not that of this archive, or not where it was.
    """
    file = file_of(output)
    if not at:
        _refuse_note(output)
        return SqliteDatabase(
            file, read=read, keep=keep, patience=SHARED_TIMEOUT_SECONDS if shared else TIMEOUT_SECONDS
        )
    noted = _noted(output)
    if noted is None:
        _refuse_file(output, at)
    database: PostgresDatabase = server_database()(at, read=read, keep=keep, shared=shared)
    try:
        ((origin,),) = database.rows("SELECT value FROM origin")
        if noted and noted["origin"] != origin:
            raise IndexServerError(f"{shown(at)}: this is not the index of {output}, which was at {noted['address']}")
        posts = database.rows("SELECT path FROM posts LIMIT 1") if noted is None else []
        if posts and not (output / posts[0][0]).exists():
            raise IndexServerError(f"{shown(at)}: the index of another archive: {output} has no {posts[0][0]}")
        if noted is None and keep and not read:
            note_server(output, at, origin)
    except BaseException:
        database.close()
        raise
    return database


def server_database() -> type[PostgresDatabase]:
    """Return the class for an index on a server. Raises IndexServerError if the library for it is missing."""
    try:
        # The library takes longer to load than most commands take to run, and is installed only where it is wanted.
        from archiver.index.postgres import PostgresDatabase
    except ImportError as error:
        raise IndexServerError(
            f"an index on PostgreSQL needs psycopg ({error}): pip install 'news-share-archiver[postgres]'"
        ) from error
    return PostgresDatabase


def note_server(output: Root, at: str, origin: str) -> None:
    """Note in `output` that its index is on a server."""
    text = json.dumps({"address": shown(at), "origin": origin}, indent=1)
    try:
        write_atomically(output / INDEX / NOTE_FILE, f"{text}\n".encode())
    except OSError as error:
        raise IndexFileError(f"{output / INDEX / NOTE_FILE}: cannot be written: {os_reason(error)}") from error


def remove_note(output: Root) -> None:
    """Note that the index is on no server any more."""
    with suppress(FileNotFoundError):
        (output / INDEX / NOTE_FILE).unlink()


def _refuse_note(output: Root) -> None:
    if noted := _noted(output):
        raise IndexFileError(
            f"{output}: the index of this archive is at {noted['address']}: name it in ARCHIVER_INDEX, or carry it "
            f"back: archiver index move {noted['address']} {FILE_WORD}"
        )


def _refuse_file(output: Root, at: str) -> None:
    file = file_of(output)
    if file.exists():
        raise IndexServerError(
            f"{file}: the index of this archive is here; name no other in ARCHIVER_INDEX, or carry it to the server: "
            f"archiver index move {FILE_WORD} {shown(at)}"
        )


def _noted(output: Root) -> dict[str, str] | None:
    file = output / INDEX / NOTE_FILE
    try:
        noted = json.loads(file.read_bytes())
        return {"address": str(noted["address"]), "origin": str(noted["origin"])}
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise IndexFileError(f"{file}: cannot be read: {os_reason(error)}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise IndexFileError(f"{file}: does not say where the index is; move it away, and name the server") from error
