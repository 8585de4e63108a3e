"""The database that an index is in: what the verbs need of one.

The verbs are written once, in the SQL that SQLite and PostgreSQL both understand. What they say differently each
implementation says for itself: `new_articles`, `passing_over_locked`, and what PostgreSQL's translates (`dialect`).

For both: parameters are `?`, or `?1` where one comes several times. A set is one parameter, a JSON array: of arrays, in
`json_each(?) AS asked`, with `asked.value ->> 0`; or of single values, in `json_each(?) AS one`, with `one.value`. Both
give texts (`CAST(… AS BIGINT)` makes numbers of them). A parameter that may be NULL and does not stand beside a column
is cast, too. A query from a set to a table is written with CROSS JOIN: SQLite keeps to that order. Arrays are made by
`json_group_array`, of a subquery that has a name. The smaller of two values is `least`, the larger `greatest`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from archiver.index.lock import Holder

T = TypeVar("T")
Row = tuple[Any, ...]
PAGE = 1000  # rows that are read at a time
LOST = "lost"  # the state of a worker that others took over from
TAKEN_OVER = "this worker was not heard of for too long, and others have taken over what it was at: nothing is lost"


class Database(ABC):
    """A connection, for one thread at a time. Each method raises IndexFileError.

    worker: the number of the worker that it is of; 0: who writes has the archive alone. Of a worker that was taken for
    dead nothing is kept any more: `transact` raises LockedError. writer: the number of who writes, on a server; else 0.
    name: for people. session: changes when what is only there for a connection (`scratch`) is lost. new_articles: a
    query for keys that new articles may have; its parameter says how many at least. present: the
    time, as an expression, by the clock that all who write go by. passing_over_locked: what keeps a
    subquery from waiting for rows that somebody else is about to change. locking_rows: what has a query wait for them,
    and others for it.
    """

    name: str
    session: int
    worker: int = 0
    writer: int = 0
    new_articles: str
    present: str
    passing_over_locked: str
    locking_rows: str

    @property
    @abstractmethod
    def complete(self) -> bool:
        """Whether the index knows all posts that were on disk before it was made."""

    @abstractmethod
    def mark_complete(self) -> None:
        """Note that it knows them."""

    @abstractmethod
    def holder(self) -> Holder | None:
        """Return who writes, None if nobody does."""

    @abstractmethod
    def clock_ahead(self) -> int:
        """Return by how much (microseconds) the clock that all who write here go by is ahead of this machine's."""

    @abstractmethod
    def end_writer(self, number: int) -> None:
        """Have the writer of that number keep nothing more, whatever it is at."""

    @abstractmethod
    def ask(self, *queries: Sequence[Any]) -> list[list[Row]]:
        """Return the rows of each of several queries, each given with its values; none needs what another gives."""

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """Return the rows of a query."""
        return self.ask((sql, *values))[0]

    def row(self, sql: str, *values: Any) -> Row | None:
        """Return the first row of a query, None if there is none."""
        return next(iter(self.rows(sql, *values)), None)

    @abstractmethod
    def each(self, sql: str, *values: Any) -> Iterator[Row]:
        """Yield the rows of a query one by one: for those that may be too many for a list."""

    @abstractmethod
    def pages(self, sql: str, *values: Any) -> Iterator[list[Row]]:
        """Yield the rows of a query, PAGE of them at a time. They are what they are at the beginning, whatever is
        written meanwhile."""

    @abstractmethod
    def check(self) -> str:
        """Return what is wrong with what is stored, nothing if all is well."""

    def write(self, sql: str, *values: Any) -> None:
        """Run a statement."""
        self.transact(lambda: self._write(sql, [values]))

    def write_all(self, sql: str, values: Iterable[Row]) -> None:
        """Run a statement for each of `values`."""
        if given := list(values):
            self.transact(lambda: self._write(sql, given))

    @abstractmethod
    def scratch(self, sql: str, *values: Any) -> None:
        """Run a statement about a temporary table, which is there for as long as the session is."""

    @abstractmethod
    def transact(self, work: Callable[[], T]) -> T:
        """Return what `work` returns; keep all that it writes, or nothing of it if it raises. Inside another it is a
        part of that. It may be called again when the database has lost what it did: it changes nothing but the index.
        """

    @abstractmethod
    def snapshot(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, which sees the index as it is at one moment, whatever a run writes meanwhile."""

    @abstractmethod
    def go_on_numbering(self) -> None:
        """Give rows that are new numbers after those that were put in with theirs."""

    @abstractmethod
    def forget_replaced(self) -> None:
        """Have what was replaced or removed be nowhere any more, as far as that can be said here."""

    @abstractmethod
    def let_go(self) -> None:
        """Have it be no index any more: what it has is somewhere else."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection; what is not kept is undone."""

    @abstractmethod
    def _write(self, sql: str, values: list[Row]) -> None:
        """Run a statement for each of `values`, within a transaction."""
