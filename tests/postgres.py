"""A PostgreSQL server of the tests' own: started when the first test needs it, ended with them, and gone without a
trace, also when they are killed."""

from __future__ import annotations

import atexit
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST = 15
MISSING = "needs PostgreSQL 15 or newer: apt-get install postgresql"
# Ends the server, and removes what it wrote, when its standard input does: when the tests have ended, however that was.
KEEPER = 'directory=$1; shift; "$@" & read _; kill -QUIT $!; wait; rm -rf "$directory"'
QUICK = ("fsync=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=16MB")
# Who has to say a password, and who needs none.
WHO = "host all guarded 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"
# A server that fell has tables left that were temporary.
GONE = """DO $$ BEGIN
    DROP SCHEMA IF EXISTS guarded CASCADE;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'guarded') THEN
        DROP OWNED BY guarded CASCADE;
        DROP ROLE guarded;
    END IF;
    GRANT USAGE ON SCHEMA public TO PUBLIC;
END $$"""
# In seconds: far more than a start needs on a machine that has other work, so that none decides a test.
LONGEST_START = 180
OWNER, DATABASE = "tests", "archives"


def programs() -> Path | None:
    """Where the programs of the newest server are that is installed, None if there is none."""
    found = [Path(program).parent for program in [shutil.which("initdb")] if program]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name), reverse=True)
    for directory in found:
        version = subprocess.run([directory / "postgres", "--version"], capture_output=True, text=True, check=False)
        number = re.search(r"(\d+)", version.stdout)
        if number and int(number[1]) >= OLDEST:
            return directory
    return None


def someone() -> str | None:
    """Who runs the server: an ordinary user of the system if we are root, whom it refuses; else we do."""
    if os.geteuid() != 0:
        return None
    users = [one.pw_name for one in pwd.getpwall()]
    return next(name for name in ("postgres", "nobody") if name in users)


class Server:
    """The server, at a port of its own. durable: it waits for the disk, as one does that is not for tests."""

    def __init__(self, programs: Path, *, durable: bool = False) -> None:
        self._settings = () if durable else QUICK
        self._programs, self._user = programs, someone()
        self._directory = Path(tempfile.mkdtemp(prefix="archiver-postgres-"))
        if self._user:
            shutil.chown(self._directory, self._user)
        self._data = self._directory / "data"
        options = ("-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
        self._run("initdb", "-D", str(self._data), *options)
        (self._data / "pg_hba.conf").write_text(WHO)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._keepers: list[subprocess.Popen[bytes]] = []
        self.start()
        self.sql(f"CREATE DATABASE {DATABASE}", database="postgres")

    @property
    def process(self) -> int:
        """The process that has started the server last: its processes come from it."""
        return self._keepers[-1].pid

    def address(self, schema: str = "", user: str = OWNER, port: int = 0, database: str = DATABASE) -> str:
        """The address of a schema, as a setting has it. user: with a colon and a password, if it needs one."""
        options = f"?options=-c%20search_path%3D{schema}" if schema else ""
        return f"postgresql://{user}@127.0.0.1:{port or self.port}/{database}{options}"

    def sql(self, *statements: str, schema: str = "", database: str = DATABASE) -> list[tuple[Any, ...]]:
        """Carry out statements as the owner of all, and return the rows of the last."""
        with psycopg.connect(self.address(schema, database=database), autocommit=True) as connection:
            cursors = [connection.execute(statement.encode()) for statement in statements]
            return cursors[-1].fetchall() if cursors[-1].description else []

    @contextmanager
    def guarded(self, password: str) -> Iterator[None]:
        """Have an empty schema `guarded` with a role of that name that owns it, needs a password, and can do nothing
        else."""
        self.sql(
            GONE, f"CREATE ROLE guarded LOGIN PASSWORD '{password}'", "CREATE SCHEMA guarded AUTHORIZATION guarded"
        )
        yield
        self.sql(GONE)

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        settings = (
            *self._settings,
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            f"unix_socket_directories={self._data}",
        )
        options = [word for setting in settings for word in ("-c", setting)]
        program = ["sh", "-c", KEEPER, "sh", self._directory, self._programs / "postgres", "-D", self._data]
        words = [*map(str, program), *options]
        log = (self._directory / "log").open("ab")
        with log:  # in a session of its own: what ends the tests leaves it to tidy up
            self._keepers.append(
                subprocess.Popen(
                    words,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    user=self._user,
                    start_new_session=True,
                )
            )
        given_up = time.monotonic() + LONGEST_START
        while time.monotonic() < given_up:
            try:
                psycopg.connect(self.address(database="postgres")).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError((self._directory / "log").read_text()[-5000:])

    def stop(self, mode: str = "immediate") -> None:
        """End the server: at once, as a fall of its machine would, or `fast`, as its owner does. What other tests have
        done on it is written down before: it is not what the next start has to recover."""
        self.sql("CHECKPOINT", database="postgres")
        self._run("pg_ctl", "-D", str(self._data), "-m", mode, "-w", "stop")

    def end(self) -> None:
        """End the server for good, and remove what it wrote."""
        for keeper in reversed(self._keepers):
            assert keeper.stdin
            keeper.stdin.close()
            keeper.wait(30)

    def _run(self, program: str, *arguments: str) -> None:
        words = [str(self._programs / program), *arguments]
        subprocess.run(words, check=True, cwd="/", user=self._user, capture_output=True)


@cache
def server() -> Server:
    """The server, started if it is not. Skips the test where there is none, and says how to get it."""
    directory = programs()
    if directory is None:
        pytest.skip(MISSING)
    started = Server(directory)
    atexit.register(started.end)
    return started
