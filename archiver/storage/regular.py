"""Reading regular files only: a named pipe in the place of a file would keep its reader waiting for ever."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING

from archiver.storage.stored import StoredFile

if TYPE_CHECKING:
    from typing import BinaryIO

    from archiver.storage.location import Location, Root


def size(file: Location | str) -> int:
    """Return the size of a file in bytes. Raises OSError, also if it is no regular file."""
    if isinstance(file, StoredFile):
        return file.stat().st_size
    status = os.stat(file)  # noqa: PTH116 - as in `read`
    if S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "Is a directory", str(file))
    if not S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no file", str(file))
    return status.st_size


def read(file: Location | str) -> bytes:
    """Return what is in a file. Raises OSError, also if it is no regular file."""
    if isinstance(file, StoredFile):
        return file.read_bytes()
    size(file)
    with open(file, "rb", buffering=0) as stream:  # noqa: PTH123 - twice as fast
        return stream.readall()


def read_in(root: Root, path: str) -> bytes:
    """Return what is in a file of the archive. Raises OSError, also if it is no regular file."""
    return read(f"{root}/{path}" if isinstance(root, Path) else root / path)


def opened(file: Location, offset: int, length: int = 0) -> BinaryIO:
    """Open a file for reading, at `offset`. length: how many bytes will be read there, 0 if that is not known; a store
    is asked for just these. Raises OSError."""
    if isinstance(file, StoredFile):
        return file.open("rb", offset=offset, length=length)
    size(file)
    stream = file.open("rb")
    stream.seek(offset)
    return stream
