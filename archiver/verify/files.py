"""The files of an archive, for checks and repairs: listing them without missing any, and keeping copies of them."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.errors import os_reason
from archiver.storage import directory_of, paths_below, sync_directory
from archiver.storage.atomic import TEMPORARY_NAME_PATTERN
from archiver.storage.regular import read
from archiver.storage.stored import StoredFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from archiver.storage import Location, Root


def walk(output: Root, directory: str, unreadable: dict[str, str]) -> Iterator[str]:
    """Yield the paths in the archive of all files below one of its directories, except those that are being written.

    unreadable: directories that cannot be read are added to it, with the reason.
    """

    def note(error: OSError) -> None:
        if error.errno != errno.ENOENT:
            unreadable[Path(error.filename).relative_to(directory_of(output)).as_posix()] = os_reason(error)

    for path in paths_below(output, directory, note):
        if not TEMPORARY_NAME_PATTERN.fullmatch(path.rpartition("/")[2]):
            yield path


def below(path: str, paths: Collection[str]) -> bool:
    """Return whether `path` is one of `paths`, or below one of them."""
    return bool(paths) and (path in paths or any(path.startswith(f"{one}/") for one in paths))


def keep_beside(file: Location, place: Path) -> Path:
    """Keep a copy of `file` at `place`, or under a similar name if there is something else, and return where it is.

    Raises OSError.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    for number in count():
        free = place.with_name(f"{place.name}.{number}") if number else place
        if free.is_file() and read(free) == read(file):
            return free
        try:
            _link(file, free)
        except FileExistsError:
            continue
        sync_directory(free.parent)
        return free
    raise AssertionError("numbers do not end")


def _link(file: Location, place: Path) -> None:
    try:
        if isinstance(file, StoredFile):
            raise OSError(errno.EXDEV, "it is in a store")
        os.link(file, place)
    except FileExistsError:
        raise
    except OSError:  # file systems without links
        with file.open("rb") as source, place.open("xb") as target:
            try:
                shutil.copyfileobj(source, target)
                target.flush()
                os.fsync(target.fileno())
            except OSError:
                with suppress(OSError):
                    place.unlink()
                raise
