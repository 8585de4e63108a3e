"""The record of a site: what the last build made of which articles. It is a small database in the site's directory.

A build is one transaction. So one that is killed leaves the record as it was, and the next build does its work again.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from archiver.errors import LockedError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Any, Self

RECORD_FILE = ".archiver-site.sqlite"
RECORD_VERSION = "3"
# Addresses in a sitemap; 50,000 are allowed, but the last one is written again at each change.
ADDRESSES_PER_SITEMAP = 10_000
ENTRY_COLUMNS = "number, key, recipe, id, form, path, moment, published, changed, title, source, language, state"
PUT_ENTRY = f"""INSERT OR REPLACE INTO entries ({ENTRY_COLUMNS}, sha256, category, day, digest)
    VALUES ({", ".join("?" * (ENTRY_COLUMNS.count(",") + 5))})"""
COUNT_NAME = """INSERT INTO names VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET size = size + excluded.size"""
MAX_WAITING = 1000  # statements of one kind that wait


# Articles with a post that could not be read: each build tries again. (Records of earlier versions lack this table.)
CREATE_UNREAD = "CREATE TABLE IF NOT EXISTS unread (recipe TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (recipe, id))"


class Row(NamedTuple):
    """An article in the record, with what lists show of it. number: its place in the order in which articles came.
    moment: when it was published, in microseconds since 1970."""

    number: int
    key: str
    recipe: str
    id: str
    form: str
    path: str
    moment: int
    published: str
    changed: str
    title: str
    source: str
    language: str
    state: str


class New(NamedTuple):
    """An article that is to be put into the record. labels: who published it, and its category and its first tag as its
    post spells them."""

    key: str
    recipe: str
    id: str
    form: str
    sha256: str
    path: str
    moment: int
    published: str
    changed: str
    title: str
    source: str
    language: str
    state: str
    category: str
    day: str
    digest: str | None
    labels: tuple[str, str, str]


class ListOf(NamedTuple):
    """A list of articles: of a category, or of a day."""

    number: int
    kind: str
    name: str
    title: str
    size: int


class DamagedRecordError(StoreError):
    """The record is no database any more, or not all of it is."""


class SiteRecord:
    """The record of the site in a directory. Each method may raise StoreError."""

    def __init__(self, directory: Path, *, anew: bool = False) -> None:
        """Open the record for one build. An empty one is begun if there is none of this version, if the file is
        damaged, or if `anew` is true. Raises LockedError while another build is at work."""
        self._file = directory / RECORD_FILE
        self._lists: dict[tuple[str, str], int] = {}  # numbers of lists, by kind and name: a cache
        self._waiting: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)  # values, by statement
        self._has_doubts = False
        try:
            self._open()
            if anew or self._fact("version") != RECORD_VERSION:
                self._begin_anew()
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise self._named(error) from error
            self._begin_anew()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()  # what is not committed is undone

    def commit(self) -> None:
        """Keep all that this build noted. To be called when the pages are on disk."""
        for table in ("touched", "touched_digests", "touched_near", "touched_sitemaps", "staged"):
            self.run(f"DELETE FROM {table}")
        self.run("COMMIT")

    def doubt(self) -> None:
        """Mark all articles as doubted: those that are not put in again from now on are returned by `doubted`."""
        self._has_doubts = True
        self.run("UPDATE entries SET sha256 = ''")
        self.run("DELETE FROM unread")

    def doubted(self) -> list[Row]:
        """Return the articles that were not put in again since `doubt` was called in this build. To look for them means
        to look at all."""
        return self.entries("WHERE sha256 = '' ORDER BY number") if self._has_doubts else []

    def fact(self, name: str) -> str:
        """Return the value of a fact, empty if it was never set."""
        try:
            return self._fact(name)
        except sqlite3.Error as error:
            raise self._named(error) from error

    def set(self, name: str, value: str) -> None:
        """Set the value of a fact."""
        self.run("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, value)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise self._named(error) from error

    def run(self, sql: str, *values: Any) -> int:
        """Run a statement, and return the row id of the row that it inserted (without meaning if it inserted none)."""
        try:
            return self._connection.execute(sql, values).lastrowid or 0
        except sqlite3.Error as error:
            raise self._named(error) from error

    def each(self, sql: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query, a thousand at a time in memory."""
        try:
            cursor = self._connection.execute(sql, values)
            while rows := cursor.fetchmany(1000):
                yield from rows
        except sqlite3.Error as error:
            raise self._named(error) from error

    def entries(self, condition: str, *values: Any) -> list[Row]:
        """Return the articles that a WHERE clause (with ORDER BY, LIMIT) selects."""
        return [Row(*row) for row in self.rows(f"SELECT {ENTRY_COLUMNS} FROM entries {condition}", *values)]

    def put(self, new: New) -> Row:
        """Put an article into the record, or replace what is there of it, and return its row. Its page stays at the
        path that it got first."""
        before = self._remove_from_lists(new.key, new.digest)
        category, day = self._list("category", new.category), self._list("day", new.day)
        path = before.path if before else self._free(new.path)
        row = Row(
            *(before.number if before else 0, new.key, new.recipe, new.id, new.form, path, new.moment, new.published),
            *(new.changed, new.title, new.source, new.language, new.state),
        )
        number = self.run(PUT_ENTRY, row.number or None, *row[1:], new.sha256, category, day, new.digest)
        for one in (category, day):
            self.run("INSERT INTO members VALUES (?, ?, ?)", one, new.moment, number)
            self._later("UPDATE lists SET size = size + 1 WHERE number = ?", one)
            self._touch(one, new.moment, number)
        for kind, name in zip(("source", "spelling", "tag"), new.labels, strict=True):
            self._later(COUNT_NAME, category, kind, name, 1)
        self._touch_shared(number, new.digest)
        return row._replace(number=number)

    def sha256(self, row: Row) -> str:
        """Return the SHA-256 of the post that an article's page was last made of, in hexadecimal digits."""
        return str(self.rows("SELECT sha256 FROM entries WHERE number = ?", row.number)[0][0])

    def remove(self, key: str) -> Row | None:
        """Take an article out of the record, and return its row, None if there was none."""
        before = self._remove_from_lists(key, None)
        if before:
            self.run("DELETE FROM entries WHERE number = ?", before.number)
        return before

    def touch_near(self, number: int) -> None:
        """Note an article with near-duplicates: when all articles are in the record, its page is made again so that it
        shows all of them."""
        self._later("INSERT OR IGNORE INTO touched_near VALUES (?)", number)

    def settle(self) -> None:
        """Carry out what waits: the numbers of articles in lists and of names, and what is touched. It is to be called
        when all articles are in the record, before any of this is read."""
        for sql in self._waiting:
            self._carry_out(sql)

    def _later(self, sql: str, *values: Any) -> None:
        """Run a statement later, together with others of its kind: one by one they would take much of a build's time.
        For statements whose order does not matter."""
        waiting = self._waiting[sql]
        waiting.append(values)
        if len(waiting) >= MAX_WAITING:
            self._carry_out(sql)

    def _carry_out(self, sql: str) -> None:
        try:
            self._connection.executemany(sql, self._waiting[sql])
        except sqlite3.Error as error:
            raise self._named(error) from error
        self._waiting[sql].clear()

    def _fact(self, name: str) -> str:
        for (value,) in self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)):
            return str(value)
        return ""

    def _remove_from_lists(self, key: str, then: str | None) -> Row | None:
        """Take an article out of the lists, and return its row, None if there was none. then: the digest of its new
        text, None if it has none."""
        found = self.rows(f"SELECT category, day, digest, {ENTRY_COLUMNS} FROM entries WHERE key = ?", key)
        if not found:
            return None
        category, day, digest, *columns = found[0]
        row = Row(*columns)
        for one in (category, day):
            self.run("DELETE FROM members WHERE (list, moment, entry) = (?, ?, ?)", one, row.moment, row.number)
            self._later("UPDATE lists SET size = size - 1 WHERE number = ?", one)
            self._touch(one, row.moment, row.number)
        self._later(COUNT_NAME, category, "source", row.source, -1)
        self._touch_shared(row.number, digest, gone=digest != then)
        return row

    def _touch(self, list_: int, moment: int, entry: int) -> None:
        self._later("INSERT OR IGNORE INTO touched VALUES (?, ?, ?)", list_, moment, entry)

    def _touch_shared(self, number: int, digest: str | None, *, gone: bool = False) -> None:
        self._later("INSERT OR IGNORE INTO touched_sitemaps VALUES (?)", (number - 1) // ADDRESSES_PER_SITEMAP + 1)
        if digest:
            self._later(
                """INSERT INTO touched_digests VALUES (?, ?)
                   ON CONFLICT DO UPDATE SET gone = max(gone, excluded.gone)""",
                *(digest, gone),
            )

    def _list(self, kind: str, name: str) -> int:
        if (kind, name) not in self._lists:
            found = self.rows("SELECT number FROM lists WHERE (kind, name) = (?, ?)", kind, name)
            new = "INSERT INTO lists (kind, name) VALUES (?, ?)"
            self._lists[kind, name] = int(found[0][0]) if found else self.run(new, kind, name)
        return self._lists[kind, name]

    def _free(self, path: str) -> str:
        """Return `path` if no other article has it, else a similar one that is free."""
        stem, found, number = path.removesuffix(".html"), path, 1
        while self.rows("SELECT 1 FROM entries WHERE path = ?", found):
            number += 1
            found = f"{stem}-{number}.html"
        return found

    def _open(self) -> None:
        self._connection = sqlite3.connect(self._file, timeout=1, isolation_level=None)
        try:
            self._connection.executescript(
                "PRAGMA synchronous = NORMAL; PRAGMA temp_store = FILE; PRAGMA cache_size = -32768"
            )
            self._connection.execute("BEGIN IMMEDIATE")
            if not self._connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
                script = files(__package__).joinpath("record.sql").read_text("utf-8")
                for statement in script.split(";\n"):
                    self._connection.execute(statement)
                self.set("version", RECORD_VERSION)
            self._connection.execute(CREATE_UNREAD)
        except BaseException:
            self._connection.close()
            raise

    def _begin_anew(self) -> None:
        self._connection.close()
        try:
            self._file.unlink()
            self._open()
        except (OSError, sqlite3.Error) as error:
            raise self._named(error) from error

    def _named(self, error: Exception) -> StoreError | LockedError:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            return LockedError(f"{self._file.parent}: another build of this site is at work")
        kind = DamagedRecordError if _is_damage(error) else StoreError
        return kind(f"{self._file}: cannot be used: {error}; the pages that are there stay as they are")


def _is_damage(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
