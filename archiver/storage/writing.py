"""Writing posts, whether an archive has them on a disk or in a store. `serve` is for a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archiver.errors import StoreError
from archiver.storage import disk, objects

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from archiver.storage.disk import Outcome, Put
    from archiver.storage.location import Location, Root


MARKER_FILE = "archiver-store.txt"
MARKER_TEXT = b"""This is the store of an archive of news-share-archiver: its posts, captures, pictures and manifests.
Its index, its settings and its locks are in a directory that names this place in ARCHIVER_STORE.
"""


def serve(root: Root) -> Callable[[list[Put]], list[Outcome]]:
    """Return the function that a worker process runs for each list of posts: it writes them below `root`."""
    if not isinstance(root, Path):
        root.store.expect()
    return lambda puts: put_all(root, puts)


def reach(root: Root) -> None:
    """Check that the store of an archive, if it has one, can be reached and written to, and that it obeys conditional
    requests: otherwise a run could overwrite what another one has just written. Raises StoreError."""
    if isinstance(root, Path):
        return
    mark = root.store / MARKER_FILE
    if mark.create(MARKER_TEXT) and mark.create(MARKER_TEXT):
        raise StoreError(f"{root.store}: the store does not keep to If-None-Match; posts in it would not be safe")


def put_all(root: Root, puts: list[Put]) -> list[Outcome]:
    """Write posts below `root`, each of them atomically, all of them durably, and return what became of each. No two
    may have the same path. A post that is replaced is kept in `_versions` first."""
    return disk.put_all(root, puts) if isinstance(root, Path) else objects.put_all(root, puts)


def versions(root: Root, path: str) -> Sequence[Location]:
    """Return the files with the earlier contents of the post at `path`, the oldest first."""
    return disk.versions(root, path) if isinstance(root, Path) else objects.versions(root, path)


def keep_version(root: Root, path: str, content: bytes) -> None:
    """Keep an earlier content of the post at `path` in `_versions`, durably. If the newest version kept is this very
    content, nothing is written.

    Raises OSError, and StoreError for a store.
    """
    if isinstance(root, Path):
        disk.keep_version(root, path, content)
    else:
        objects.keep_version(root, path, content)
