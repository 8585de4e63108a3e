"""Which WARC records the archive's posts were made of, and the files that they are in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from archiver.captures import Capture

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from archiver.index.database import Database

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Sealed(NamedTuple):
    """A WARC file to which nothing is added any more."""

    path: str  # in the output directory
    size: int
    sha256: bytes


class Captures:
    """The captures of an archive."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, capture: Capture) -> int:
        """Note a record, and return its key; one that is known keeps its own."""
        row = self._database.row(
            """INSERT INTO captures (warc, offset, length, payload, url, time) VALUES (?, ?, ?, ?, ?, ?)
               ON CONFLICT DO NOTHING RETURNING key""",
            capture.warc,
            capture.offset,
            capture.length,
            bytes.fromhex(capture.payload),
            capture.url,
            (capture.time - EPOCH) // MICROSECOND,
        )
        row = row or self._database.row(
            "SELECT key FROM captures WHERE warc = ? AND offset = ?", capture.warc, capture.offset
        )
        assert row is not None, "it was put in"
        return int(row["key"])

    def get(self, key: int) -> Capture | None:
        """Return the record with that key."""
        row = self._database.row("SELECT * FROM captures WHERE key = ?", key)
        return as_capture(row) if row else None

    def same(self, payload: str, directory: str = "") -> Capture | None:
        """Return the first record with that payload (SHA-256, hexadecimal digits), of the files in `directory`."""
        row = self._database.row(
            "SELECT * FROM captures WHERE payload = ?1 AND (?2 = '' OR substr(warc, 1, length(?2) + 1) = ?2 || '/')"
            " ORDER BY key LIMIT 1",
            bytes.fromhex(payload),
            directory,
        )
        return as_capture(row) if row else None

    def at(self, url: str, time: datetime) -> Capture | None:
        """Return the record of that target URI and date."""
        row = self._database.row(
            "SELECT * FROM captures WHERE url = ? AND time = ?", url, (time - EPOCH) // MICROSECOND
        )
        return as_capture(row) if row else None

    def has(self, warc: str) -> bool:
        """Return whether there are records in a file."""
        return self._database.row("SELECT 1 FROM captures WHERE warc = ? LIMIT 1", warc) is not None

    def all(self) -> Iterator[tuple[int, Capture]]:
        """Yield every record with its key."""
        for row in self._database.each("SELECT * FROM captures"):
            yield row["key"], as_capture(row)

    def in_file(self, warc: str) -> dict[int, Capture]:
        """Return the records in a file by key, in their order."""
        rows = self._database.rows("SELECT * FROM captures WHERE warc = ? ORDER BY offset", warc)
        return {row["key"]: as_capture(row) for row in rows}

    def seal(self, sealed: Sealed) -> None:
        """Note that nothing is added to a file any more."""
        self._database.write("INSERT OR REPLACE INTO warcs (path, size, sha256) VALUES (?, ?, ?)", *sealed)

    def replace_file(self, path: str, sealed: Sealed, places: Mapping[int, tuple[int, int, str]]) -> None:
        """Note that the file `path` was written anew, and is gone. places: offset, length and target URI that each
        record has now, by its old offset."""
        for capture in self.in_file(path).values():
            self._database.write(
                "UPDATE captures SET warc = ?, offset = ?, length = ?, url = ? WHERE warc = ? AND offset = ?",
                sealed.path,
                *places[capture.offset],
                path,
                capture.offset,
            )
        self._database.write("DELETE FROM warcs WHERE path = ?", path)
        self._database.write("INSERT OR IGNORE INTO removed (path) VALUES (?)", path)
        self.seal(sealed)

    def sealed(self) -> dict[str, Sealed]:
        """Return the files that are sealed, by path."""
        rows = self._database.rows("SELECT path, size, sha256 FROM warcs ORDER BY path")
        return {row["path"]: Sealed(*row) for row in rows}


def as_capture(row: sqlite3.Row) -> Capture:
    """Return the capture that is in a row: the columns of the table `captures`."""
    return Capture(
        row["warc"],
        row["offset"],
        row["length"],
        row["payload"].hex(),
        row["url"],
        EPOCH + row["time"] * MICROSECOND,
    )
