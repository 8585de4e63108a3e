"""Durable writes that happen as a whole or not at all: if one fails, at whatever moment, the old content stays."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
from typing import TYPE_CHECKING
from zlib import crc32

from archiver.processes import has_ended
from archiver.storage.stored import StoredFile

if TYPE_CHECKING:
    from pathlib import Path

    from archiver.storage.location import Location

TEMPORARY_PREFIX, TEMPORARY_SUFFIX = ".archiver-", ".tmp"
TEMPORARY_NAME_PATTERN = re.compile(
    rf"{re.escape(TEMPORARY_PREFIX)}(\d+)(?:-\d+)*{re.escape(TEMPORARY_SUFFIX)}", re.ASCII
)
_MACHINE = crc32(socket.gethostname().encode())


def temporary_for(place: Path, number: int | None = None) -> Path:
    """Return where a file is written before it gets its name: in the same directory, under a name with the id of this
    process and a number of this machine (processes of two machines may have the same id).

    number: tells apart files that one process writes at the same time.
    """
    tail = "" if number is None else f"-{number}"
    return place.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{_MACHINE}{tail}{TEMPORARY_SUFFIX}")


def write_atomically(place: Location, content: bytes) -> None:
    """Write a file durably; its directory is made if there is none. Raises OSError, and StoreError for a store."""
    if isinstance(place, StoredFile):
        place.write(content)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_for(place)
    try:
        sync(fill(temporary, content))
        temporary.replace(place)
        sync_directory(place.parent)
    except OSError:
        remove(temporary)
        raise


def fill(temporary: Path | str, content: bytes) -> int:
    """Write `content` to the new file `temporary` and return its descriptor. Raises OSError."""
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def sync(descriptor: int) -> None:
    """Make what was written to an open file durable, and close it. Raises OSError."""
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directory(directory: Path) -> None:
    """Make what was renamed in `directory`, or removed from it, durable. Raises OSError."""
    sync(os.open(directory, os.O_RDONLY))


def sync_file(file: Path) -> None:
    """Make durable what others (a library, say) have written to a file. Raises OSError."""
    sync(os.open(file, os.O_RDONLY))


def remove(temporary: Path) -> None:
    """Remove a file, or a directory with all that is in it, if it is there and that is possible."""
    if temporary.is_dir() and not temporary.is_symlink():
        shutil.rmtree(temporary, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        temporary.unlink(missing_ok=True)


def sweep_beside(place: Path) -> None:
    """Remove the temporary files that processes which have ended left in the directory of `place`. One that cannot be
    removed stays: it may be another user's, and does no harm."""
    with contextlib.suppress(OSError):
        for file in list(place.parent.iterdir()):
            if (match := TEMPORARY_NAME_PATTERN.fullmatch(file.name)) and has_ended(int(match[1])):
                remove(file)
