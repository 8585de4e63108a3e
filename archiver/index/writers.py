"""Who writes to an index on a server, each with a number, and whether its last transaction was kept.

A writer holds an advisory lock of its number, and that of the archive (0), for as long as its connection lasts: alone,
or, as workers do, with others. When the connection is lost it takes them again: then its old connection is certain to
have ended, and its last transaction with it. A worker whose row was removed by another (`end`) keeps nothing any more.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg

from archiver.errors import LockedError
from archiver.index.database import LOST_STATE, TAKEN_OVER_REASON
from archiver.index.lock import POLL_SECONDS, START_FORMAT, TIMEOUT_SECONDS, Holder, command_line
from archiver.index.postgres_connection import row
from archiver.index.workers import MAX_SILENCE_MICROS
from archiver.processes import has_ended
from archiver.server_address import shown

if TYPE_CHECKING:
    from archiver.index.postgres_connection import Connection

ARCHIVE_LOCK = 0  # the number of the archive's own lock
# How often to look whether an old connection has ended; the seconds between two looks.
MAX_POLLS, OLD_CONNECTION_POLL_SECONDS = 250, 0.02
# The first key of our advisory locks: each schema has another.
_SPACE = "(hashtext(current_schema()) & 2147483647)"
_TAKE = f"SELECT pg_try_advisory_lock({_SPACE}, CAST($1 AS INTEGER))"
_SHARE = f"SELECT pg_try_advisory_lock_shared({_SPACE}, CAST($1 AS INTEGER))"
# A writer that has no row any more must keep nothing: then this divides by zero, and its transaction fails.
_KEEP = """WITH noted AS (UPDATE writers SET kept = $1 WHERE number = $2 RETURNING number)
           SELECT 1 / count(*) FROM noted"""
ENDED_STATE = "22012"  # division by zero
_IS_HELD = f"""EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND CAST(classid AS BIGINT) = {_SPACE} AND CAST(objid AS BIGINT) = number)"""
_HOLDERS = f"SELECT process, host, started, command FROM writers WHERE {_IS_HELD} ORDER BY number DESC"
# Workers that have not left, and were heard of lately, by the server's clock.
_HEARD_OF = f"""SELECT process, host FROM workers WHERE state NOT IN ('left', '{LOST_STATE}')
                AND heard > CAST(extract(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT) - CAST($1 AS BIGINT)"""
_END = f"""SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND CAST(classid AS BIGINT) = {_SPACE} AND CAST(objid AS BIGINT) = $1"""
AWAY_REASON = "the server was away, and another run has been at work since; run again: nothing is lost"


class Writer:
    """A process that writes to an index on a server."""

    def __init__(self, address: str, *, shared: bool = False) -> None:
        self._address = address
        self._shared = shared
        self.number = 0
        self._backend = 0  # the process of the server that serves it
        self.kept = 0  # its last transaction that is known to be kept

    def take_archive(self, connection: Connection) -> None:
        """Take the lock of the archive. Raises LockedError, which says who holds it."""
        patience = (
            TIMEOUT_SECONDS if self._shared else 0
        )  # another worker that is just starting has it alone for a moment
        while not ((taken := row(connection, _SHARE if self._shared else _TAKE, ARCHIVE_LOCK)) and taken[0]):
            if patience > 0:
                patience -= POLL_SECONDS
                time.sleep(POLL_SECONDS)
                continue
            holder = None
            with suppress(psycopg.errors.UndefinedTable):  # the holder is still making the tables
                holder = holder_of(connection)
            raise LockedError(
                f"{shown(self._address)}: another run is at work here: {holder or 'it has not said who it is yet'}",
                holder.since if holder else None,
            )

    def sign(self, connection: Connection) -> None:
        """Add the row of this writer; if it has the archive alone, remove the rows of writers that have ended."""
        me = Holder(os.getpid(), socket.gethostname(), time.strftime(START_FORMAT), command_line())
        with connection.transaction():
            if not self._shared:  # a worker without a lock may only have lost its connection
                self._refuse_workers(connection)
                connection.execute(f"DELETE FROM writers WHERE NOT {_IS_HELD}")
            signed = row(
                connection,
                "INSERT INTO writers (process, host, started, command) VALUES ($1, $2, $3, $4) RETURNING number",
                *me,
            )
        assert signed is not None
        self.number, self._backend = signed[0], connection.info.backend_pid
        row(connection, _TAKE, self.number)

    def _refuse_workers(self, connection: Connection) -> None:
        """Raise LockedError if workers may be at work: a server that was restarted has released their locks, and they
        go on asking hosts until they are connected again."""
        found = connection.execute(_HEARD_OF, (MAX_SILENCE_MICROS,)).fetchall()
        if any(host != socket.gethostname() or not has_ended(process) for process, host in found):
            raise LockedError(
                f"{shown(self._address)}: another run is at work here: workers (archiver status shows them), "
                "or they have not been heard of for a short time only"
            )

    def sign_again(self, connection: Connection) -> None:
        """Go on with another connection, once the old one has ended; then `kept` is the last transaction that was
        committed. Raises LockedError if somebody else has been at work meanwhile."""
        for _ in range(MAX_POLLS):
            taken = row(connection, _TAKE, self.number)
            if taken and taken[0]:
                break
            # The server may not have noticed yet that nobody is there any more.
            connection.execute("SELECT pg_terminate_backend(CAST($1 AS INTEGER))", (self._backend,))
            time.sleep(OLD_CONNECTION_POLL_SECONDS)
        else:
            raise psycopg.OperationalError("the connection that was lost has not ended yet")
        self._backend = connection.info.backend_pid
        self.take_archive(connection)
        signed = row(connection, "SELECT kept FROM writers WHERE number = $1", self.number)
        if signed is None:
            why = TAKEN_OVER_REASON if self._shared else AWAY_REASON
            raise LockedError(f"{shown(self._address)}: {why}")
        self.kept = signed[0]

    def keep(self, connection: Connection) -> int:
        """Note in a transaction its number, and return that: the number is kept if, and only if, the transaction is."""
        number = self.kept + 1
        connection.execute(_KEEP, (number, self.number))
        return number

    def sign_off(self, connection: Connection) -> None:
        """Remove the row of this writer, and give its locks back: it writes nothing more, and the server may take a
        while to notice that its connection has ended."""
        connection.execute("DELETE FROM writers WHERE number = $1", (self.number,))
        connection.execute("SELECT pg_advisory_unlock_all()")


def end(connection: Connection, number: int) -> None:
    """End the connection of a writer, so that nothing more of what it writes is kept. What it has committed already
    stays."""
    connection.execute(_END.encode(), (number,))
    connection.execute("DELETE FROM writers WHERE number = $1", (number,))


def holder_of(connection: Connection) -> Holder | None:
    """Return who is at work, None if nobody is."""
    found = row(connection, _HOLDERS)
    return Holder(*found) if found else None
