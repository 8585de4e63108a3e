"""Damage to an index that SQLite can still read: values that this program never writes."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archiver.clock import micros

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

# What to do about an index that is damaged.
REMAKE_ADVICE = (
    "put a copy of it in its place; or move it away, and make one: `archiver adopt`, `archiver replay`, "
    "`archiver manifest`"
)
DIGEST_BYTES = 32  # bytes of a SHA-256
DIGEST_COLUMNS = {"sha256", "payload"}  # columns with a SHA-256
PACKED_COLUMNS = {"made"}  # columns with data that zlib has compressed
JSON_COLUMNS = {"rules", "report", "known", "content", "asked", "results"}  # columns with a JSON object
# The fields of these objects that other code relies on, with their types.
FIELD_TYPES: dict[str, dict[str, tuple[type, ...]]] = {
    "report": {"alarms": (list,)},
    "content": {
        **dict.fromkeys(("listed", "longest_gap", "moves", "saved"), (int,)),
        **dict.fromkeys(("filled_share", "articles"), (dict,)),
        "newest": (int, type(None)),
        "alarms": (list,),
    },
}
NEEDED_FIELDS = {"content": {"listed", "longest_gap", "moves", "alarms"}}
# Columns with times, in microseconds; with counts and positions, each with its least value; and the values of `state`.
TIME_COLUMNS = frozenset(
    "checked due ended fetched first_seen found heard last_seen modified resume saved started time until".split()
)
FIRST_MOMENT, LAST_MOMENT = micros(datetime.min.replace(tzinfo=UTC)), micros(datetime.max.replace(tzinfo=UTC))
MIN_OF_COLUMN = {"revision": 1, **dict.fromkeys(("height", "length", "offset", "size", "tries", "width"), 0)}
KNOWN_STATES = frozenset(
    "listed saved failed quarantined refused withdrawn united"  # of articles
    " busy idle over left lost".split()  # of workers
)
# All columns whose values can be wrong although they are of the right type, except digests.
CHECKED_COLUMNS = frozenset({*JSON_COLUMNS, *PACKED_COLUMNS, *TIME_COLUMNS, *MIN_OF_COLUMN, "published", "state"})
# Rows that refer to an article that is missing, or that lacks what it must have: the wrong column, and a query for
# them.
STRAY_ROW_QUERIES = (
    (("posts", "article"), "FROM posts WHERE article NOT IN (SELECT key FROM articles)"),
    (("revisions", "article"), "FROM revisions WHERE article NOT IN (SELECT key FROM articles)"),
    (
        ("articles", "published"),
        "FROM articles WHERE published IS NULL AND key IN (SELECT article FROM posts)",
    ),
)
MAX_SHOWN = 3
INTEGRITY_HEADING = "*** in database "  # the first line of what SQLite says of a file


def find_damage(connection: sqlite3.Connection) -> str:
    """Return a description of what is wrong with an index, empty if nothing is: what SQLite's own check finds, and each
    value that its column cannot have. Raises sqlite3.DatabaseError if the file cannot be read."""
    said = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({MAX_SHOWN})") if row[0] != "ok"]
    found = [line for text in said for line in text.splitlines() if not line.startswith(INTEGRITY_HEADING)]
    if not found:
        tables = _tables(connection)
        found = [problem for table in tables for problem in _in_table(connection, table)]
        if {"articles", "posts", "revisions"} <= {*tables}:
            found += astray(lambda query: connection.execute(query).fetchone()[0])
    more = f"; and {len(found) - MAX_SHOWN} more" if len(found) > MAX_SHOWN else ""
    return "; ".join(found[:MAX_SHOWN]) + more


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    return sorted(row[0] for row in rows)


def _in_table(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    """Yield a message for each column of a table that holds values which it cannot have, with their number."""
    columns = [(row[1], row[2], bool(row[3])) for row in connection.execute(f'PRAGMA table_info("{table}")')]
    counts = dict.fromkeys((name for name, _, _ in columns), 0)
    cursor = connection.cursor()
    cursor.row_factory = None
    # Read as bytes, since a text that is not UTF-8 could not be read at all.
    names = ", ".join(f'typeof("{name}"), CAST("{name}" AS BLOB)' for name, _, _ in columns)
    for row in cursor.execute(f'SELECT {names} FROM "{table}"'):
        for number, (name, kind, needed) in enumerate(columns):
            counts[name] += not _fits(name, kind, row[2 * number], row[2 * number + 1], needed=needed)
    for name, count in counts.items():
        if count:
            yield named_damage(table, name, count)


def astray(count: Callable[[str], int]) -> Iterator[str]:
    """Yield a message for each kind of stray rows (STRAY_ROW_QUERIES) that there are. count: returns the number that a
    query gives."""
    for (table, column), query in STRAY_ROW_QUERIES:
        if number := count(f"SELECT count(*) {query}"):
            yield named_damage(table, column, number)


def named_damage(table: str, column: str, count: int) -> str:
    """Return the message that so many values of a column are ones that it cannot have."""
    return f"{table}.{column}: {count} {'value' if count == 1 else 'values'} that the column cannot have"


def _fits(name: str, kind: str, stored: str, value: bytes | None, *, needed: bool) -> bool:
    """Return whether a column can have a value. stored: the type that SQLite has stored it as. needed: NULL is not
    allowed."""
    if value is None:
        return not needed
    if stored.upper() != kind:
        return False
    try:
        return can_be(name, int(value) if kind == "INTEGER" else value.decode() if kind == "TEXT" else value)
    except ValueError:
        return False


def can_be(name: str, value: object) -> bool:
    """Return whether the column `name` can have a value that is of the column's type."""
    if isinstance(value, bytes):
        return len(value) == DIGEST_BYTES if name in DIGEST_COLUMNS else name not in PACKED_COLUMNS or _unpacks(value)
    if isinstance(value, int):
        return (name not in TIME_COLUMNS or FIRST_MOMENT <= value <= LAST_MOMENT) and value >= MIN_OF_COLUMN.get(
            name, value
        )
    if not isinstance(value, str):
        return True
    if name in JSON_COLUMNS:
        return _holds_object(name, value)
    if name == "published":
        return _is_moment(value)
    return name != "state" or value in KNOWN_STATES


def _unpacks(value: bytes) -> bool:
    try:
        zlib.decompress(value)
    except zlib.error:
        return False
    return True


def _is_moment(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _holds_object(name: str, value: str) -> bool:
    """Return whether a text is a JSON object with the fields that objects of the column must have."""
    try:
        loaded = json.loads(value)
    except (ValueError, RecursionError):
        return False
    if not isinstance(loaded, dict) or not loaded.keys() >= NEEDED_FIELDS.get(name, set()):
        return False
    shape = FIELD_TYPES.get(name, {})
    return all(isinstance(one, shape[key]) for key, one in loaded.items() if key in shape)
