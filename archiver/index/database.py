"""The database that an index is in: what the verbs need of one.

The verbs are written once, in the SQL that SQLite and PostgreSQL both understand. Where the two differ, each
implementation has an attribute with its own SQL (`new_articles`, `passing_over_locked`), or PostgreSQL's translates
(`dialect`).

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
Statement = tuple[Any, ...]  # SQL, and its values
PAGE_ROWS = 1000  # rows that are read at a time
LOST_STATE = "lost"  # the state of a worker that others took over from
TAKEN_OVER_REASON = (
    "this worker was not heard of for too long, and others have taken over what it was at: nothing is lost"
)


class Database(ABC):
    """A connection, for one thread at a time. Each method raises IndexFileError.

    worker: the number of the worker whose connection it is; 0: no worker, but a process that has the archive alone.
    Once others have taken a worker for dead, `transact` raises LockedError, so that nothing it writes is kept. writer:
    the number of the writer, on a server; else 0. name: for messages to people. session: a number that changes when a
    connection is made anew, and so its temporary tables (`scratch`) are lost. new_articles: a query for keys that new
    articles may have; its parameter says how many at least. present: an SQL expression for the time, by the clock that
    all writers share. passing_over_locked: SQL that has a subquery skip rows that another writer is changing.
    locking_rows: SQL that has a query lock its rows: it waits for writers that are changing them, and others wait for
    it.
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
        """Note that the index knows all posts that were on disk before it was made."""

    @abstractmethod
    def holder(self) -> Holder | None:
        """Return who writes, None if nobody does."""

    @abstractmethod
    def clock_ahead(self) -> int:
        """Return by how much (microseconds) the clock that all writers share is ahead of this machine's."""

    @abstractmethod
    def compare_clocks(self, statements: Sequence[Statement]) -> tuple[int, list[list[Row]]]:
        """Carry out statements that may be carried out twice (`carry_out`). Return the same as `clock_ahead`, and the
        rows of each statement."""

    @abstractmethod
    def end_writer(self, number: int) -> None:
        """Have nothing more kept of what the writer of that number writes, even a transaction that is open now."""

    @abstractmethod
    def ask(self, *queries: Sequence[Any]) -> list[list[Row]]:
        """Return the rows of each of several queries, each given as the SQL and its values. None may depend on the
        result of another: they are sent together."""

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
        """Yield the rows of a query, PAGE_ROWS of them at a time. All rows are as they were at the beginning, whatever
        is written meanwhile."""

    @abstractmethod
    def check(self) -> str:
        """Return a description of what is wrong with the stored data; empty if nothing is."""

    def write(self, sql: str, *values: Any) -> None:
        """Run a statement."""
        self.transact(lambda: self._write(sql, [values]))

    def write_all(self, sql: str, values: Iterable[Row]) -> None:
        """Run a statement for each of `values`."""
        if given := list(values):
            self.transact(lambda: self._write(sql, given))

    @abstractmethod
    def carry_out(self, statements: Callable[[bool], Sequence[Statement]]) -> list[list[Row]]:
        """Carry out statements, and return the rows of each; keep all that they write, or nothing of it. Within a
        transaction they are a part of that.

        None may depend on the result of another: they are sent together with the end of their transaction, so a server
        is waited for once, and not twice as by `transact` for work that reads. But where that one answer is lost, all
        may be kept, and its rows are not known. So `statements` returns what to carry out, and is called again for each
        further try: with True if an earlier one was kept. What was done twice must be the same as what was done once.
        """

    @abstractmethod
    def scratch(self, sql: str, *values: Any) -> None:
        """Run a statement about a temporary table, which is there for as long as the session is."""

    @abstractmethod
    def transact(self, work: Callable[[], T]) -> T:
        """Return what `work` returns; keep all that it writes, or nothing of it if it raises. Within another
        transaction it is a part of that one. `work` may be called again when the server has lost what it did, so it
        must change nothing but the index.
        """

    @abstractmethod
    def snapshot(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, which sees the index as it is at one moment, whatever a run writes meanwhile."""

    @abstractmethod
    def go_on_numbering(self) -> None:
        """Have new rows numbered after those that were inserted with numbers of their own."""

    @abstractmethod
    def forget_replaced(self) -> None:
        """Have what was replaced or removed be nowhere any more, as far as that can be said here."""

    @abstractmethod
    def let_go(self) -> None:
        """Remove this index, or move it aside: its content has been moved to another database."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection; what is not kept is undone."""

    @abstractmethod
    def _write(self, sql: str, values: list[Row]) -> None:
        """Run a statement for each of `values`, within a transaction."""
