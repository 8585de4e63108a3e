"""Where the files of an archive are: on a disk, or in an object store. Both are read with the same methods.

The index, the settings and the locks of an archive are always in its directory. Its posts with their earlier versions,
its captures, pictures and manifests are either in its directory, too, or in a store.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from archiver.places import ASSETS, CAPTURES, MANIFESTS, OLD_POSTS, POSTS, VERSIONS
from archiver.storage.stored import StoredFile, is_stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# The parts that are in the store, if one is set.
STORED_PARTS = (POSTS, OLD_POSTS, VERSIONS, CAPTURES, ASSETS, MANIFESTS)

Location = Path | StoredFile


class SplitRoot:
    """The root of an archive that has its parts named in `STORED_PARTS` in an object store. It is used in place of the
    `Path` that is the root of other archives.

    directory: where the other parts are. store: the address `s3://BUCKET/PREFIX`.
    """

    def __init__(self, directory: Path, store: str) -> None:
        self.directory = directory
        self.store = StoredFile(store)

    def __truediv__(self, path: str) -> Location:
        """Return where a file or a part of the archive is, by its path in it."""
        return self.store / path if path.partition("/")[0] in STORED_PARTS else self.directory / path

    def __str__(self) -> str:
        return f"{self.directory} ({self.store})"

    def absolute(self) -> SplitRoot:
        """Return the same with an absolute path, for processes that work in other directories."""
        return SplitRoot(self.directory.absolute(), str(self.store))


Root = Path | SplitRoot


def located(name: str | Path) -> Location:
    """Return the file or directory that a name stands for. name: a path, or an address `s3://BUCKET/KEY`."""
    if isinstance(name, str) and is_stored(name):
        bucket, _, key = name.partition("://")[2].partition("/")
        return StoredFile(f"s3://{bucket}", key)
    return Path(name)


def file_at(root: Root, path: str) -> Location:
    """Return the file at a path. path: relative to the root of the archive; or, for a file outside of it, an absolute
    path or an address `s3://BUCKET/KEY`."""
    return located(path) if is_stored(path) else root / path


def directory_of(root: Root) -> Path:
    """Return the directory of an archive, where its index, its settings and its locks are."""
    return root if isinstance(root, Path) else root.directory


def is_there(root: Root, path: str) -> bool:
    """Return whether there is anything at a path in the archive, even if it is a broken link. Raises OSError."""
    place = root / path
    return place.exists() if isinstance(place, StoredFile) else os.path.lexists(place)


def fail(error: OSError) -> NoReturn:
    """Raise the error of a directory that cannot be read (for `paths_below`)."""
    raise error


def pass_over(_: OSError) -> None:
    """Ignore a directory that cannot be read (for `paths_below`), where another check reports it."""


def paths_below(root: Root, part: str, fail: Callable[[OSError], None]) -> Iterator[str]:
    """Yield the paths of all files below one of an archive's directories, relative to the archive's root; nothing if
    there is no such directory.

    fail: is called with the error of each directory that cannot be read (`fail` or `pass_over`, say).
    """
    place = root / part
    if isinstance(place, StoredFile):
        yield from (f"{part}/{path}" for path in place.below())
        return
    directory = directory_of(root)
    for folder, _, names in os.walk(place, onerror=fail):
        prefix = os.path.relpath(folder, directory).replace(os.sep, "/")
        yield from (f"{prefix}/{name}" for name in names)
