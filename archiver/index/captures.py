"""Which WARC records the archive's posts were made of, and the files that they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.clock import micros
from archiver.index.values import CAPTURE_COLUMNS, as_capture, json_text, put_captures, storable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from archiver.captures import Capture
    from archiver.index.database import Database

MAX_PARAMETERS = 500  # parameters of a query; SQLite takes some thousands
_SEAL = """INSERT INTO warcs (path, size, sha256) VALUES (?, ?, ?)
           ON CONFLICT (path) DO UPDATE SET size = excluded.size, sha256 = excluded.sha256, listed = 0"""

_AT_MOMENTS = f"""SELECT {CAPTURE_COLUMNS} FROM json_each(?) AS asked
                  CROSS JOIN captures ON url = asked.value ->> 0 AND time = CAST(asked.value ->> 1 AS BIGINT)
                  ORDER BY captures.key DESC"""


class Sealed(NamedTuple):
    """A WARC file to which nothing is added any more."""

    path: str  # in the output directory
    size: int
    sha256: bytes


class Captures:
    """The captures of an archive."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, captures: Iterable[Capture]) -> None:
        """Note records; one that is known stays as it is."""
        put_captures(self._database, captures)

    def with_payload(self, payloads: Collection[str], directory: str = "") -> dict[str, Capture]:
        """Return the first record with each payload (SHA-256, hexadecimal digits) among the files in `directory`; if
        that is empty, among all. A payload that no record has is left out."""
        return self.known((), payloads, directory)[1]

    def at(self, moments: Collection[tuple[str, datetime]]) -> dict[tuple[str, datetime], Capture]:
        """Return the record of each target URI and date; one that is not known is not in the answer."""
        return self.known(moments, (), "")[0]

    def known(
        self, moments: Collection[tuple[str, datetime]], payloads: Collection[str], directory: str
    ) -> tuple[dict[tuple[str, datetime], Capture], dict[str, Capture]]:
        """Return the same as `at` and `with_payload`, asked together."""
        asked = {(storable(url), micros(time)): (url, time) for url, time in moments}
        of_moments, *of_payloads = self._database.ask(
            (_AT_MOMENTS, json_text(list(asked))), *_asking_payloads(payloads, directory)
        )
        return (
            {asked[one.url, micros(one.time)]: one for row in of_moments if (one := as_capture(*row))},
            {one.payload: one for rows in of_payloads for row in rows if (one := as_capture(*row))},
        )

    def of_address(self, url: str) -> list[Capture]:
        """Return the records of a target URI, the first of all first."""
        rows = self._database.rows(f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE url = ? ORDER BY time", storable(url))
        return [one for row in rows if (one := as_capture(*row))]

    def count(self) -> int:
        """Return how many records are known."""
        return int(self._database.rows("SELECT count(*) FROM captures")[0][0])

    def has(self, warc: str) -> bool:
        """Return whether there are records in a file."""
        return self._database.row("SELECT 1 FROM captures WHERE warc = ? LIMIT 1", warc) is not None

    def used(self, warc: str = "") -> Iterator[tuple[Capture, int]]:
        """Yield the records that posts and earlier contents were made of, each with the number of these. warc: only
        records in this file; empty: in any."""
        for row in self._database.each(
            f"""SELECT {CAPTURE_COLUMNS}, uses FROM
                (SELECT capture, count(*) AS uses FROM
                 (SELECT capture FROM posts UNION ALL SELECT capture FROM revisions) AS made
                 WHERE capture IS NOT NULL GROUP BY capture) AS used
                CROSS JOIN captures ON captures.key = capture WHERE ?1 = '' OR warc = ?1""",
            storable(warc),
        ):
            *columns, uses = row
            if one := as_capture(*columns):
                yield one, uses

    def lost(self) -> list[str]:
        """Return the paths of posts whose present or earlier content was made of a record that is missing from the
        index."""
        rows = self._database.rows(
            """SELECT path FROM posts WHERE capture IS NOT NULL AND capture NOT IN (SELECT key FROM captures)
               UNION SELECT path FROM revisions JOIN posts USING (article, form)
               WHERE revisions.capture IS NOT NULL AND revisions.capture NOT IN (SELECT key FROM captures)
               ORDER BY path"""
        )
        return [path for (path,) in rows]

    def in_file(self, warc: str) -> list[Capture]:
        """Return the records in a file, in their order."""
        rows = self._database.rows(
            f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE warc = ? ORDER BY captures.offset", warc
        )
        return [one for row in rows if (one := as_capture(*row))]

    def seal(self, sealed: Sealed) -> None:
        """Note that nothing is added to a file any more."""
        self._database.write(_SEAL, *sealed)

    def unsealed(self, directory: str) -> list[str]:
        """Return the files in `directory` that records are known of and that are not sealed, sorted."""
        rows = self._database.rows(
            """WITH RECURSIVE files (warc) AS (  -- one look for each file, however many records are in it
                   SELECT min(warc) FROM captures
                   UNION ALL SELECT (SELECT min(warc) FROM captures WHERE captures.warc > files.warc) FROM files
                   WHERE warc IS NOT NULL)
               SELECT warc FROM files WHERE substr(warc, 1, length(?1) + 1) = ?1 || '/'
               AND warc NOT IN (SELECT path FROM warcs)""",
            storable(directory),
        )
        return [path for (path,) in rows]

    def replace_file(self, path: str, sealed: Sealed, places: Mapping[int, tuple[int, int, str]]) -> None:
        """Note that the file `path` is gone, and that its records are now in the file `sealed`. places: the offset,
        length and target URI that each record has there, by its old offset."""
        self._database.transact(lambda: self._replace_file(path, sealed, places))

    def _replace_file(self, path: str, sealed: Sealed, places: Mapping[int, tuple[int, int, str]]) -> None:
        self._database.write_all(
            'UPDATE captures SET warc = ?, "offset" = ?, length = ?, url = ? WHERE warc = ? AND "offset" = ?',
            [(sealed.path, *places[one.offset], path, one.offset) for one in self.in_file(path)],
        )
        self._database.write("DELETE FROM warcs WHERE path = ?", path)
        self._database.write("INSERT INTO removed (path) VALUES (?) ON CONFLICT DO NOTHING", path)
        self._database.write(_SEAL, *sealed)

    def sealed(self) -> dict[str, Sealed]:
        """Return the files that are sealed, by path."""
        rows = self._database.rows("SELECT path, size, sha256 FROM warcs ORDER BY path")
        return {one.path: one for one in (Sealed(*row) for row in rows)}


def _asking_payloads(payloads: Iterable[str], directory: str) -> Iterator[tuple[Any, ...]]:
    """Yield queries for the first record with each payload among the files in `directory`."""
    asked = sorted({bytes.fromhex(payload) for payload in payloads})
    for batch in (asked[start : start + MAX_PARAMETERS] for start in range(0, len(asked), MAX_PARAMETERS)):
        yield (
            f"""SELECT {CAPTURE_COLUMNS} FROM captures WHERE key IN
                (SELECT min(key) FROM captures WHERE payload IN ({", ".join("?" * len(batch))})
                 AND (? = '' OR substr(warc, 1, length(?) + 1) = ? || '/') GROUP BY payload)""",
            *batch,
            *(storable(directory),) * 3,
        )
