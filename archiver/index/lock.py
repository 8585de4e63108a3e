"""One run at a time: a lock that is released when the process that holds it ends, however it ends."""

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

from archiver.errors import IndexFileError, LockedError, with_advice
from archiver.private import public_arguments
from archiver.processes import has_ended
from archiver.server_address import without_secrets
from archiver.storage.regular import size

TIMEOUT_SECONDS, POLL_SECONDS = 5.0, 0.05  # seconds
MAX_COMMAND_CHARACTERS = 200  # characters
START_FORMAT = "%Y-%m-%d %H:%M:%S %z"  # the form of the time at which a holder began
LOCK_FILE = "lock"  # the file, in the directory of the index


class Lock:
    """The lock of an archive, in a file that says who holds it. One process holds it, alone: no worker has the archive
    then."""

    def __init__(self, file: Path) -> None:
        self._path = file
        self._file: TextIO | None = None

    def take(self) -> None:
        """Take the lock. Raises LockedError, which says who holds it, and IndexFileError if the file of the lock cannot
        be made."""
        patience = TIMEOUT_SECONDS
        file = _opened(self._path)
        while True:
            holder = None
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if forget_workers(self._path.parent):
                    break
                is_ending = True
            except OSError:
                file.seek(0)
                holder = Holder.read(file)
                is_ending = holder is not None and holder.gone
            # After a run was killed, the process that writes its posts lives on until it has written all that it was
            # given.
            if not is_ending or patience <= 0:
                file.close()
                raise _locked(self._path, holder)
            patience -= POLL_SECONDS
            time.sleep(POLL_SECONDS)
        file.truncate(0)
        started = time.strftime(START_FORMAT)
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


class SharedLock:
    """The lock of an archive as workers hold it, together. Each worker also locks a file of its own beside it, and so
    do the processes that it starts: when nobody holds that file, all of them have ended."""

    def __init__(self, directory: Path) -> None:
        self._archive = directory / LOCK_FILE
        self._own = file_of_worker(directory, socket.gethostname(), os.getpid())
        self._files: list[TextIO] = []

    def take(self) -> None:
        """Take the lock. Raises LockedError if somebody has the archive alone, and IndexFileError."""
        patience = TIMEOUT_SECONDS
        for path, how in ((self._archive, fcntl.LOCK_SH), (self._own, fcntl.LOCK_EX)):
            file = _opened(path)
            self._files.append(file)
            while True:
                try:
                    fcntl.flock(file, how | fcntl.LOCK_NB)
                    break
                except OSError as error:
                    file.seek(0)
                    holder = Holder.read(file)
                    if patience <= 0:
                        self._close()
                        raise _locked(path, holder) from error
                # Another worker that is just starting may hold it for a moment.
                patience -= POLL_SECONDS
                time.sleep(POLL_SECONDS)

    @property
    def descriptor(self) -> int:
        """The descriptor of the worker's own file, -1 while it is not held."""
        return self._files[-1].fileno() if self._files else -1

    def release(self) -> None:
        """Give the lock back."""
        if self._files:
            self._own.unlink(missing_ok=True)
        self._close()

    def _close(self) -> None:
        for file in self._files:
            file.close()
        self._files.clear()


def file_of_worker(directory: Path, host: str, process: int) -> Path:
    """Return the file that a worker on this machine holds."""
    return directory / f"worker-{''.join(filter(str.isalnum, host))}-{process}.lock"


def is_held(file: Path) -> bool:
    """Return whether a process of this machine holds a lock."""
    try:
        size(file)
        with file.open("r+") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _opened(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            size(path)
        return path.open("a+", encoding="utf-8")
    except OSError as error:
        owner = "; only who may write to the archive can run this" if isinstance(error, PermissionError) else ""
        raise IndexFileError(f"{path}: cannot be opened for writing: {with_advice(error)}{owner}") from error


def _locked(path: Path, holder: Holder | None) -> LockedError:
    who = holder or "workers (archiver status shows them), or one that has not said who it is yet"
    message = f"{path.parent.parent}: another run is at work here: {who}"
    return LockedError(message, holder.since if holder else None)


def forget_workers(directory: Path) -> bool:
    """Remove the files of workers, and return True, if all of them have ended with the processes that they started,
    which may still write. To be called by the process that holds the lock of the archive."""
    files = list(directory.glob("worker-*.lock"))
    if any(map(is_held, files)):
        return False
    for file in files:
        file.unlink(missing_ok=True)
    return True


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
    def is_this_process(self) -> bool:
        """Whether it is the process that asks."""
        return (self.host, self.process) == (socket.gethostname(), os.getpid())

    @property
    def since(self) -> datetime | None:
        """Since when it holds the lock, None if `started` is not in the form START_FORMAT."""
        try:
            return datetime.strptime(self.started, START_FORMAT)
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"process {self.process} on {self.host}, since {self.started} ({self.command})"


def holder_in(file: Path) -> Holder | None:
    """Return who holds a lock, as far as its file says; None if nobody does. A killed holder is still named there: see
    `Holder.gone`."""
    try:
        size(file)
        with file.open(encoding="utf-8") as stream:
            return Holder.read(stream)
    except (OSError, ValueError):
        return None


def command_line() -> str:
    """Return how this process was called, for people, without credentials."""
    words = [Path(sys.argv[0]).name, *public_arguments(sys.argv[1:])]
    return without_secrets(" ".join(words))[:MAX_COMMAND_CHARACTERS]
