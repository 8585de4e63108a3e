"""A connection to a PostgreSQL server, and messages for its errors."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.numeric import Int8Dumper

from archiver.errors import IndexServerError
from archiver.server_address import is_misread, shown, without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg.abc import PQGen

    from archiver.index.database import Row

T = TypeVar("T")
# In a pipeline psycopg logs warnings about errors that only follow from the first one.
logging.getLogger("psycopg").setLevel(logging.ERROR)

MAX_SILENCE_SECONDS = 5.0  # seconds without a word, after which a server is asked whether it is at work for us
MIN_VERSION = 15  # the version of the server
# Options of the connection, unless the address has others. A server that has vanished from the network is noticed after
# half a minute.
CONNECTION_OPTIONS = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
    "application_name": "archiver",
    "client_encoding": "UTF8",
}
RIGHTS_ADVICE = "it needs a schema of its own in which it may make tables: docs/scale.md"
# Names of tables are looked up in one schema only. A client that has vanished from the network is noticed after a
# minute.
_BEGIN = """SELECT current_schema(), set_config('search_path', coalesce(quote_ident(current_schema()), ''), false),
                   set_config('tcp_keepalives_idle', '30', false), set_config('tcp_keepalives_interval', '10', false),
                   set_config('tcp_keepalives_count', '3', false)"""
# A server's process is also `active` between the statements of a pipeline, while it waits for its client.
_AT_WORK = """SELECT state = 'active' AND wait_event_type IS DISTINCT FROM 'Client' FROM pg_stat_activity
              WHERE pid = $1"""
FULL_ADVICE = "the server takes no more connections; run again later, have fewer workers, or raise max_connections"
ADVICE_OF_STATE = {
    "42501": RIGHTS_ADVICE,  # insufficient privilege
    "3F000": RIGHTS_ADVICE,  # no schema
    "25006": "it takes no writes: is it a standby?",
    "53100": "make room on the server, and run again: nothing is lost",
    "53200": "the server has no memory left; run again: nothing is lost",
    "53300": FULL_ADVICE,
    "42P01": "a part of the index is not there; put a dump of it back, or make an index anew: docs/scale.md",
}
REPEATED_STATES = ("40001", "40P01")  # the server undid a transaction because of another one: it is done again
# Words of the message of a server that refuses a connection: it has no SQLSTATE then. The first that is found counts.
_REFUSALS = (
    ("the database system is", "run again later: nothing is lost"),  # starting up, shutting down, in recovery mode
    ("too many", FULL_ADVICE),
    ("connection slots", FULL_ADVICE),
    ("password", "is the password right? It may stand in the address, or in ~/.pgpass"),
    ("pg_hba.conf", "the server does not let this user in from here"),
    ("database", "is the database there?"),
    ("role", "is the role there?"),
)
_FAILURES = (  # words of the message of our own side, where it did not come as far as the server's answer
    ("no password supplied", "put it into the address, or into ~/.pgpass"),
    ("invalid", "correct the address"),
    ("SSL", "look at sslmode and the certificates"),
)
_ASKED = "Is the server running"  # the beginning of what a message asks at its end, as we do


class Connection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that notices a server which has fallen silent, although the network keeps the connection open.

    A statement may take as long as it takes. But after MAX_SILENCE_SECONDS seconds without a word the server is asked
    whether it is at work for this connection (`is_at_work`). If it is not, or cannot be asked, and no word comes within
    as long again, the connection is lost. A server that is just being connected to has no work to do.
    """

    is_at_work: Callable[[], bool] = staticmethod(lambda: False)

    def wait(self, gen: PQGen[T], *arguments: Any, **options: Any) -> T:
        """Carry out `gen`, for as long as the server is there. psycopg calls this for all that it waits for."""
        return super().wait(self._listen(gen), *arguments, **options)

    def _listen(self, work: PQGen[T]) -> PQGen[T]:
        since, idle = time.monotonic(), False
        try:
            wanted = next(work)
            while True:
                ready = yield wanted
                if ready:
                    since, idle = time.monotonic(), False
                elif time.monotonic() - since > MAX_SILENCE_SECONDS:
                    if idle:
                        self.pgconn.finish()
                        raise psycopg.OperationalError("the server does not answer")
                    idle = not self.is_at_work()
                    since = time.monotonic()
                wanted = work.send(ready)
        except StopIteration as end:
            result: T = end.value
            return result


def connect(address: str) -> Connection:
    """Return a connection in autocommit mode, which uses the tables of the first schema in the role's search path.
    Raises IndexServerError; psycopg.OperationalError if the server cannot be reached or does not let us in."""
    if is_misread(address):
        raise IndexServerError(f"{shown(address)}: write a / in its password as %2F, and an @ as %40")
    try:
        options: dict[str, Any] = {**CONNECTION_OPTIONS, **conninfo_to_dict(address)}
    except psycopg.Error as error:
        raise IndexServerError(
            f"{shown(address)}: is no address of a PostgreSQL database; expected postgresql://USER@HOST:PORT/DATABASE, "
            "and behind a ? only parameters of libpq (such as sslmode)"
        ) from error
    connection = Connection.connect(**options, autocommit=True, cursor_factory=psycopg.RawCursor)
    try:
        # One type for all numbers: else a statement is prepared for each size of them.
        connection.adapters.register_dumper(int, Int8Dumper)
        if connection.info.server_version < MIN_VERSION * 10_000:
            version = connection.info.server_version // 10_000
            raise IndexServerError(
                f"{shown(address)}: the server is PostgreSQL {version}; it must be {MIN_VERSION} or newer"
            )
        ((schema, *_),) = connection.execute(_BEGIN).fetchall()
        if schema is None:
            user = connection.info.user
            raise IndexServerError(f"{shown(address)}: there is no schema for {user}; {RIGHTS_ADVICE}")
        process = connection.info.backend_pid
        connection.is_at_work = lambda: _is_at_work(address, process)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_at_work(address: str, process: int) -> bool:
    """Return whether a process of the server is at work. A server that refuses another connection is there, so it may
    be at work."""
    try:
        with connect(address) as other:
            found = row(other, _AT_WORK, process)
    except psycopg.Error as error:
        return "FATAL:" in str(error)
    return bool(found and found[0])


def is_lost(connection: Connection, error: psycopg.Error) -> bool:
    """Return whether an error means that the connection is lost. An error that the server itself reports carries an
    SQLSTATE; an OperationalError without one comes from the connection."""
    if isinstance(error, psycopg.OperationalError) and not error.sqlstate:
        return True
    return connection.closed or (error.sqlstate or "").startswith(("08", "57P"))


def named(address: str, error: psycopg.Error) -> IndexServerError:
    """Return an IndexServerError for an error of the server; it names the server, and says what to do."""
    lines = [line.strip() for line in str(error).splitlines() if not line.strip().startswith(_ASKED)]
    lines = list(filter(None, lines)) or [type(error).__name__]
    message = without_secrets(lines[0] if error.sqlstate else " ".join(lines))
    advice = ADVICE_OF_STATE.get(error.sqlstate or "", "")
    if isinstance(error, psycopg.OperationalError) and not error.sqlstate:
        _, refused, why = message.rpartition("FATAL:")
        message = f"cannot be opened: {why.strip()}"
        known, otherwise = (_REFUSALS, "") if refused else (_FAILURES, "is the server running there?")
        advice = next((one for word, one in known if word in why), otherwise)
    return IndexServerError(f"{shown(address)}: {message}{f'; {advice}' if advice else ''}")


def row(connection: Connection, sql: str, *values: Any) -> Row | None:
    """Return the first row of a query."""
    return connection.execute(sql.encode(), values).fetchone()
