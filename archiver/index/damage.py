"""Damage to an index that SQLite can still read: values that nothing here wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

# What to do about an index that is damaged.
REMAKE = (
    "put a copy of it in its place; or move it away, and make one: `archiver adopt`, `archiver replay`, "
    "`archiver manifest`"
)
DIGEST = 32  # bytes of a SHA-256
DIGESTS = {"sha256", "payload"}  # columns of such
JSON = {"rules", "report", "known", "content"}  # columns of objects
SHOWN = 3


def find_damage(connection: sqlite3.Connection) -> str:
    """Return what is wrong with an index, nothing if all is well: what SQLite's own check finds, and each value that
    is not of its column's kind. Raises sqlite3.DatabaseError for one that cannot be read."""
    found = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({SHOWN})") if row[0] != "ok"]
    if not found:
        found = [problem for table in _tables(connection) for problem in _in_table(connection, table)]
    more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return "; ".join(found[:SHOWN]) + more


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    return sorted(row[0] for row in rows)


def _in_table(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    """Yield the columns of a table that hold values of another kind, and how many."""
    columns = [(row[1], row[2], bool(row[3])) for row in connection.execute(f'PRAGMA table_info("{table}")')]
    counts = dict.fromkeys((name for name, _, _ in columns), 0)
    cursor = connection.cursor()
    cursor.row_factory = None
    # As bytes, since a text that is not UTF-8 could not be read at all.
    names = ", ".join(f'typeof("{name}"), CAST("{name}" AS BLOB)' for name, _, _ in columns)
    for row in cursor.execute(f'SELECT {names} FROM "{table}"'):
        for number, (name, kind, needed) in enumerate(columns):
            counts[name] += not _fits(name, kind, row[2 * number], row[2 * number + 1], needed=needed)
    for name, count in counts.items():
        if count:
            yield named_damage(table, name, count)


def named_damage(table: str, column: str, count: int) -> str:
    """Return the words for so many values of a column that cannot be."""
    return f"{table}.{column}: {count} {'value is' if count == 1 else 'values are'} none that was ever written"


def _fits(name: str, kind: str, stored: str, value: bytes | None, *, needed: bool) -> bool:
    """Return whether a value can be one of its column. stored: the type that SQLite keeps it as."""
    if value is None:
        return not needed
    if stored.upper() != kind:
        return False
    if name in DIGESTS and kind == "BLOB":
        return len(value) == DIGEST
    return kind != "TEXT" or (holds_json(value) if name in JSON else _is_text(value))


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except ValueError:
        return False
    return True


def holds_json(value: bytes) -> bool:
    """Return whether a value is an object of JSON."""
    try:
        return isinstance(_read_json(value.decode()), dict)
    except ValueError:
        return False


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        return None
