"""One run at a time: a lock that ends with the process that holds it, however that ends."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TextIO

from archiver.errors import IndexFileError, LockedError
from archiver.private import public_arguments
from archiver.processes import has_ended
from archiver.server_address import without_secrets

PATIENCE, STEP = 5.0, 0.05  # seconds
LONGEST_COMMAND = 200  # characters
STARTED = "%Y-%m-%d %H:%M:%S %z"  # when a holder began
LOCK = "lock"  # the file, in the directory of the index


class Lock:
    """The lock of an archive, in a file that says who holds it."""

    def __init__(self, file: Path) -> None:
        self._path = file
        self._file: TextIO | None = None

    def take(self) -> None:
        """Take the lock. Raises LockedError, which says who holds it, and IndexFileError if there can be none."""
        patience = PATIENCE
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._path.open("a+", encoding="utf-8")
        except OSError as error:
            raise IndexFileError(f"{self._path}: cannot be opened for writing: {error.strerror}") from error
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                file.seek(0)
                holder = Holder.read(file)
                # Of a killed run, the process that writes posts lives on until it has written what it was given.
                if holder and holder.gone and patience > 0:
                    patience -= STEP
                    time.sleep(STEP)
                    continue
                file.close()
                who = holder or "it has not said who it is yet"
                message = f"{self._path.parent.parent}: another run is at work here: {who}"
                raise LockedError(message, holder.since if holder else None) from error
        file.truncate(0)
        started = time.strftime(STARTED)
        me = Holder(os.getpid(), socket.gethostname(), started, command_line())
        json.dump(me._asdict(), file)
        file.flush()
        self._file = file

    @property
    def descriptor(self) -> int:
        """The descriptor of the lock file, -1 while the lock is not held."""
        return self._file.fileno() if self._file else -1

    def release(self) -> None:
        """Give the lock back; the file stays, so that nobody waits for one that is gone."""
        if self._file:
            self._file.truncate(0)
            self._file.close()
            self._file = None


class Holder(NamedTuple):
    """The process that holds a lock. started: `2026-11-27 10:40:11 +0800`."""

    process: int
    host: str
    started: str
    command: str

    @classmethod
    def read(cls, file: TextIO) -> Holder | None:
        """Return who wrote itself into the lock's file, None if nobody did."""
        try:
            return cls(**json.loads(file.read()))
        except (ValueError, TypeError):
            return None

    @property
    def gone(self) -> bool:
        """Whether the process is known to have ended."""
        return self.host == socket.gethostname() and has_ended(self.process)

    @property
    def since(self) -> datetime | None:
        """Since when it holds the lock, None if it has not said it well."""
        try:
            return datetime.strptime(self.started, STARTED)
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"process {self.process} on {self.host}, since {self.started} ({self.command})"


def holder_in(file: Path) -> Holder | None:
    """Return who holds a lock, as far as its file says; None if nobody does. One that was killed is still in the file:
    see `Holder.gone`."""
    try:
        with file.open(encoding="utf-8") as stream:
            return Holder.read(stream)
    except (OSError, ValueError):
        return None


def command_line() -> str:
    """Return how this process was called, for people, without credentials."""
    words = [Path(sys.argv[0]).name, *public_arguments(sys.argv[1:])]
    return without_secrets(" ".join(words))[:LONGEST_COMMAND]
