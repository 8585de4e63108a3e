"""An index on a PostgreSQL server, which may go away for a while."""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import psycopg

from archiver.clock import SECOND, machine_time, steady
from archiver.errors import IndexServerError, LockedError
from archiver.index import postgres_schema
from archiver.index.database import PAGE_ROWS, TAKEN_OVER_REASON, Database
from archiver.index.dialect import for_postgres
from archiver.index.postgres_check import find_damage
from archiver.index.postgres_connection import REPEATED_STATES, Connection, connect, is_lost, named
from archiver.index.writers import ENDED_STATE, Writer, end, holder_of
from archiver.server_address import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from archiver.index.database import Row, Statement
    from archiver.index.lock import Holder

T = TypeVar("T")
IDLE_STATUS = psycopg.pq.TransactionStatus.IDLE
MIN_WAIT_SECONDS, MAX_WAIT_SECONDS = 0.1, 5.0  # seconds, between two tries to reach the server
# Of clocks: how often; an answer that takes this long is compared with another.
MAX_COMPARISONS, SLOW_MICROS = 5, SECOND // 10
MAX_TRIES = 20  # of a transaction that the server undoes, because of a deadlock for example


class _End(NamedTuple):
    """How a try to do a transaction ended: whether it was kept, and the error that there was. With both, it was kept
    and the server went away before it said so."""

    is_kept: bool
    error: psycopg.Error | None = None


class PostgresDatabase(Database):
    """A schema of a database of a server.

    Statements within a transaction are sent without waiting for their results, until a query needs rows or the
    transaction ends (pipeline mode). A lost connection is made anew, for up to `patience` seconds, and what was being
    done is done again; if it was a transaction that may have been committed, it is looked up first whether it was.
    """

    new_articles = "SELECT nextval(pg_get_serial_sequence('articles', 'key')) FROM generate_series(1, ?)"
    present = "CAST(extract(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
    passing_over_locked = "FOR UPDATE SKIP LOCKED"
    locking_rows = "FOR UPDATE"
    patience = 180.0

    def __init__(self, address: str, *, read: bool = False, keep: bool = True, shared: bool = False) -> None:
        """Connect to the server at `address`; the tables are made if they are not there.

        read: nothing is written, and the tables are there. keep: what is written is kept; without it, all is undone
        when it is closed. shared: others write, too. Raises LockedError if another process has the archive alone; and
        if `shared` is off, also if others share it.
        """
        self.name = shown(address)
        self.session = 1
        self._address = address
        self._keep = keep
        self._shared = shared
        self._pipeline: psycopg.Pipeline | None = None  # that of the transaction that is open
        self._given_up: IndexServerError | None = None  # why the server is not waited for any more
        self._selections = 0
        self._writer: Writer | None = None
        with self._named():
            self._connection: Connection = connect(address)
        try:
            with self._named():
                if read:
                    postgres_schema.look_at_version_to_read(self._connection, address)
                else:
                    self._begin_to_write(Writer(address, shared=shared))
        except BaseException:
            self._connection.close()
            raise

    @staticmethod
    def is_there(address: str) -> bool:
        """Return whether there is an index at `address`."""
        try:
            with connect(address) as connection:
                return postgres_schema.is_there(connection)
        except psycopg.Error as error:
            raise named(address, error) from error

    @property
    def complete(self) -> bool:
        """Whether the index knows all posts that were on disk before it was made."""
        return bool(self.rows("SELECT complete FROM about")[0][0])

    def mark_complete(self) -> None:
        """Note that the index knows all posts that were on disk before it was made."""
        self.write("UPDATE about SET complete = true")

    def holder(self) -> Holder | None:
        """Return who writes, None if nobody does."""
        return self._again(lambda: holder_of(self._connection))

    def clock_ahead(self) -> int:
        """Return by how much the server's clock is ahead of this machine's. The quickest of several answers counts,
        since a server that goes away meanwhile answers minutes later."""
        compared = []
        for _ in range(MAX_COMPARISONS):
            begun, before = steady(), machine_time()
            ((there,),) = self.rows(f"SELECT {self.present}")
            took = steady() - begun
            compared.append((took, int(there) - before - took // 2))
            if took < SLOW_MICROS:
                break
        return min(compared)[1]

    def compare_clocks(self, statements: Sequence[Statement]) -> tuple[int, list[list[Row]]]:
        """Carry out statements, and read the server's clock with the same trip. An answer that was long on its way
        tells no time: then it is read once more."""
        begun, before = steady(), machine_time()
        ((there,),), *rows = self.carry_out(lambda _: [(f"SELECT {self.present}",), *statements])
        took = steady() - begun
        return int(there) - before - took // 2 if took < SLOW_MICROS else self.clock_ahead(), rows

    def end_writer(self, number: int) -> None:
        """Have nothing more kept of what the writer of that number writes, even a transaction that is open now."""
        self._again(lambda: end(self._connection, number))

    def ask(self, *queries: Sequence[Any]) -> list[list[Row]]:
        """Return the rows of each of several queries, which are sent together."""
        return self._ask(queries) if self._pipeline else self._again(lambda: self._ask(queries))

    def each(self, sql: str, *values: Any) -> Iterator[Row]:
        """Yield the rows of a query one by one."""
        for page in self.pages(sql, *values):
            yield from page

    def pages(self, sql: str, *values: Any) -> Iterator[list[Row]]:
        """Yield the rows of a query, PAGE_ROWS of them at a time. The server stores them first (a cursor WITH HOLD),
        and they are lost with the connection."""
        self._selections += 1
        name = f"selection_{self._selections}"
        self._again(lambda: self.scratch(f"DECLARE {name} CURSOR WITH HOLD FOR {sql}", *values))
        try:
            while True:
                try:
                    rows = self._connection.execute(f"FETCH {PAGE_ROWS} FROM {name}".encode()).fetchall()
                except psycopg.Error as error:
                    message = f"{self.name}: the server went away while it was read; run it again"
                    raise IndexServerError(message) from error
                if not rows:
                    return
                yield rows
        finally:
            with suppress(psycopg.Error):  # it is lost with its connection
                self.scratch(f"CLOSE {name}")

    def check(self) -> str:
        """Return a description of what is wrong with the stored data; empty if nothing is."""
        return find_damage(self)

    def scratch(self, sql: str, *values: Any) -> None:
        """Run a statement about a temporary table."""
        self._connection.execute(for_postgres(sql).encode(), values)

    def transact(self, work: Callable[[], T]) -> T:
        """Return what `work` returns; keep all that it writes, or nothing of it if it raises. It is called again when
        what it did is lost."""
        if self._pipeline:
            return work()
        if not self._keep:
            return self._again(lambda: self._unkept(work))
        result: list[T] = []

        def attempt() -> None:
            result[:] = [work()]

        for _ in range(MAX_TRIES):
            end = self._try(attempt)
            if end.is_kept:
                return result[0]
        raise self._given_up_after(end)

    def carry_out(self, statements: Callable[[bool], Sequence[Statement]]) -> list[list[Row]]:
        """Carry out statements as one transaction, with one trip to the server, and return the rows of each."""
        if self._pipeline:
            return self._ask(statements(False))
        if not self._keep:
            return self._again(lambda: self._unkept(lambda: self._ask(statements(False))))
        was_kept = False
        sent: list[psycopg.Cursor[Row]] = []

        def attempt() -> None:
            sent[:] = self._send(statements(was_kept))

        for _ in range(MAX_TRIES):
            end = self._try(attempt)
            if end.error is None:
                return [_rows_of(cursor) for cursor in sent]
            was_kept = was_kept or end.is_kept
        raise self._given_up_after(end)

    def snapshot(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, which sees the index as it is at one moment."""
        alone = self._writer and not self._shared  # then nobody else changes it
        return work() if alone or self._pipeline else self._again(lambda: self._at_one_moment(work))

    def go_on_numbering(self) -> None:
        """Have the server number after the largest number of each table."""
        postgres_schema.go_on_numbering(self._connection)

    def forget_replaced(self) -> None:
        """The server does, when it tidies up (autovacuum)."""

    def let_go(self) -> None:
        """Remove the tables."""
        self._connection.rollback()
        with self._named():
            postgres_schema.remove(self._connection)

    def close(self) -> None:
        """Close the connection; what is not kept is undone."""
        with suppress(psycopg.Error):  # the server itself notices that a client has gone
            if self._writer:
                self._connection.rollback()
                self._writer.sign_off(self._connection)
        self._connection.close()

    def _write(self, sql: str, values: list[Row]) -> None:
        statement = for_postgres(sql).encode()
        if len(values) == 1:
            self._connection.execute(statement, values[0])
        else:
            self._connection.cursor().executemany(statement, values)

    def _ask(self, queries: Sequence[Sequence[Any]]) -> list[list[Row]]:
        if self._pipeline:
            cursors = self._send(queries)
            self._pipeline.sync()
        else:  # reading the rows within the pipeline would wait twice: for them, and where it ends
            with nullcontext() if len(queries) == 1 else self._connection.pipeline():
                cursors = self._send(queries)
        return [_rows_of(cursor) for cursor in cursors]

    def _send(self, statements: Sequence[Sequence[Any]]) -> list[psycopg.Cursor[Row]]:
        return [self._connection.execute(for_postgres(sql).encode(), values) for sql, *values in statements]

    def _try(self, work: Callable[[], None]) -> _End:
        """Try once to do `work` as a transaction, and return how that ended. Raises what does not end by repeating
        it."""
        assert self._writer, "it was opened for reading"
        number = 0
        try:
            with self._open("BEGIN"):
                work()
                number = self._writer.keep(self._connection)
                self._connection.execute("COMMIT")
        except psycopg.Error as error:
            if error.sqlstate in REPEATED_STATES:
                return _End(is_kept=False, error=error)
            if error.sqlstate == ENDED_STATE:
                raise LockedError(f"{self.name}: {TAKEN_OVER_REASON}") from error
            if not is_lost(self._connection, error):
                raise named(self._address, error) from error
            self._reconnect()
            return _End(is_kept=0 < number <= self._writer.kept, error=error)
        self._writer.kept = number
        return _End(is_kept=True)

    def _given_up_after(self, end: _End) -> IndexServerError:
        assert end.error
        return named(self._address, end.error)

    def _unkept(self, work: Callable[[], T]) -> T:
        """Return what `work` returns. All is done in one transaction, which is undone when the connection is closed."""
        if self._connection.info.transaction_status == IDLE_STATUS:
            self._connection.execute("BEGIN")
        try:
            with self._connection.pipeline() as self._pipeline:
                return work()
        finally:
            self._pipeline = None

    def _at_one_moment(self, work: Callable[[], T]) -> T:
        with self._open("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"):
            result = work()
            self._connection.execute("COMMIT")
        return result

    @contextmanager
    def _open(self, begin: str) -> Iterator[None]:
        """Open a transaction, which is undone if it is not committed within."""
        try:
            with self._connection.pipeline() as self._pipeline:
                self._connection.execute(begin.encode())
                yield
        finally:
            self._pipeline = None
            with suppress(psycopg.Error):  # it is undone with its connection, too
                self._connection.rollback()

    def _again(self, work: Callable[[], T]) -> T:
        """Return what `work` returns; call it again when the server has gone away. `work` writes nothing that is
        kept."""
        for _ in range(MAX_TRIES):
            try:
                return work()
            except psycopg.Error as error:
                last = error
                if not is_lost(self._connection, error):
                    raise named(self._address, error) from error
                self._reconnect()
        raise named(self._address, last) from last

    def _begin_to_write(self, writer: Writer) -> None:
        writer.take_archive(self._connection)
        postgres_schema.make(self._connection, self._address)
        writer.sign(self._connection)
        self._writer, self.writer = writer, writer.number

    def _reconnect(self) -> None:
        """Connect anew, as soon as the server is there. Raises IndexServerError if it stays away, LockedError if
        somebody else has been at work meanwhile."""
        self._connection.close()
        if self._given_up:
            raise self._given_up
        if not self._keep:
            raise IndexServerError(f"{self.name}: the server went away during the dry run; run it again")
        end, wait = time.monotonic() + self.patience, MIN_WAIT_SECONDS
        while True:
            try:
                self._connection = self._connect_again()
            except psycopg.OperationalError as error:
                if time.monotonic() + wait > end:
                    message = f"{named(self._address, error)}; it went away, and stays away"
                    self._given_up = IndexServerError(f"{message}: run again when it is there, nothing is lost")
                    raise self._given_up from error
            except psycopg.Error as error:
                raise named(self._address, error) from error
            else:
                self.session += 1
                return
            time.sleep(wait)
            wait = min(2 * wait, MAX_WAIT_SECONDS)

    def _connect_again(self) -> Connection:
        connection = connect(self._address)
        try:
            if self._writer:
                self._writer.sign_again(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Turn errors of the server into ones that name it and say what to do."""
        try:
            yield
        except psycopg.Error as error:
            raise named(self._address, error) from error


def _rows_of(cursor: psycopg.Cursor[Row]) -> list[Row]:
    return cursor.fetchall() if cursor.description else []
