"""Parts of an archive that are symbolic links to places outside of it: what is written there would land elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.errors import StoreError, os_reason
from archiver.places import INDEX, PARTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

LINKS_ADVICE = "if that is meant, set ARCHIVER_LINKS=True (-s, or in the archive's _archiver.yaml)"
MAX_DEPTH = 2  # levels of directories in a part: years and months


def refuse_links(output: Path, parts: Collection[str] = PARTS) -> None:
    """Raise StoreError for a symbolic link in these `parts` of the archive that `links_outside` finds."""
    for path, target in links_outside(output, parts):
        within = target.is_relative_to(os.path.realpath(output))
        link = "a link" if within else "a link out of the archive"
        raise StoreError(f"{output / path}: it is {link}, to {target}; {LINKS_ADVICE}")


def links_outside(output: Path, parts: Collection[str] = PARTS) -> Iterator[tuple[str, Path]]:
    """Yield the symbolic links in an archive that lead out of it, each with its path in the archive and its target.
    Parts, their directories, and the files of the index and of the lock are looked at. These files may not be links to
    other places in the archive either, since a lock is emptied. Posts are not looked at, since writing a post replaces
    a link. Raises StoreError for what cannot be looked at."""
    try:
        root = Path(os.path.realpath(output))
        for part in parts:
            for path in _links(output / part, MAX_DEPTH, files=part == INDEX):
                target = Path(os.path.realpath(path))  # unlike Path.resolve, it raises no error for links in a circle
                is_file = path.parent.name == INDEX and not path.is_dir()
                if is_file or not target.is_relative_to(root):
                    yield path.relative_to(output).as_posix(), target
    except OSError as error:
        raise StoreError(f"{output}: its parts cannot be looked at: {os_reason(error)}") from error


def _links(path: Path, depth: int, *, files: bool) -> Iterator[Path]:
    """Yield `path` if it is a link, else the links among its directories, and its files if they are wanted."""
    if path.is_symlink():
        yield path
    elif path.is_dir():
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_symlink() and (files or entry.is_dir()):
                    yield Path(entry.path)
                elif depth > 1 and entry.is_dir(follow_symlinks=False):
                    yield from _links(Path(entry.path), depth - 1, files=files)
