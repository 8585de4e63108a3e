"""`sqlite`: a database with full-text search that knows Chinese words, ready for Datasette (docs/export.md)."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from archiver.errors import ExportError
from archiver.exports.format import About, Format
from archiver.exports.record import CAPTURE_FIELDS, SCHEMA_VERSION, columns, record, utc
from archiver.exports.segment import segment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archiver.exports.entry import Entry

SEARCHED_COLUMNS = ("title", "source", "quote", "text")
# The file is new and is deleted if anything fails, so it needs no journal and no syncing. The cache is large enough for
# the pages that change often (of the keys), and for what the search index collects before it sorts and writes it.
WRITING_PRAGMAS = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -32768;
"""
FTS_HASH_BYTES = 32 * 1024 * 1024  # bytes


def write(entries: Iterator[Entry], target: Path, about: About) -> None:
    """Write the database `target`, in one transaction. Raises ExportError."""
    try:
        with closing(sqlite3.connect(target, isolation_level=None)) as connection:
            connection.executescript(WRITING_PRAGMAS)
            connection.execute("BEGIN")
            _run(connection, "sqlite.sql")
            connection.execute(
                "INSERT INTO articles_fts (articles_fts, rank) VALUES ('hashsize', ?)", (FTS_HASH_BYTES,)
            )
            for number, entry in enumerate(entries, 1):
                _insert(connection, number, entry)
            _run(connection, "sqlite-indexes.sql")
            connection.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
            connection.execute("ANALYZE")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise ExportError(f"{about.target}: cannot be written: {error}") from error


def _run(connection: sqlite3.Connection, name: str) -> None:
    """Run a script within the open transaction: `executescript` would commit that first."""
    statement = ""
    for line in files(__package__).joinpath(name).read_text("utf-8").splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def _insert(connection: sqlite3.Connection, number: int, entry: Entry) -> None:
    """Insert an entry, with all that belongs to it. number: of its row."""
    whole = record(entry)
    row: dict[str, Any] = columns(whole)
    del row["schema"], row["listings"], row["media"]
    row |= {
        "published_utc": utc(entry.published),
        "authors": _json(whole["authors"]),
        "tags": _json(whole["tags"]),
        "rules": _json(whole["rules"]),
    }
    _put(connection, "articles", {"rowid": number, **row})
    _put(connection, "articles_fts", {"rowid": number, **{name: segment(row[name]) for name in SEARCHED_COLUMNS}})
    for version in whole["versions"]:
        capture = version.pop("capture") or {}
        _put(
            connection,
            "versions",
            {"article": entry.key, **version, **{f"capture_{name}": capture.get(name) for name in CAPTURE_FIELDS}},
        )
    for place, medium in enumerate(whole["media"], 1):
        _put(connection, "media", {"article": entry.key, "place": place, **medium})
    for listing in whole["listings"]:
        connection.execute("INSERT OR IGNORE INTO listings VALUES (?)", (listing,))
        connection.execute("INSERT INTO article_listings VALUES (?, ?)", (entry.key, listing))


def _put(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


FORMAT = Format("a database with full-text search, Chinese words too, ready for Datasette", write, target="file")
