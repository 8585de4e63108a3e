"""The files of an archive, for reading only."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.errors import StoreError, os_reason
from archiver.places import OLD_POSTS, POSTS, VERSIONS
from archiver.posts.read import ReadPost, read
from archiver.storage import TEMPORARY_PREFIX, fail, paths_below, regular, versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.adoption.names import Named, Names
    from archiver.storage import Root


def post_files(output: Root) -> list[str]:
    """Return the files below `_posts` and `old_post` of `output`, whichever is there, as paths in it, sorted by name:
    those with a date in their names first, and a post before its copies. Pipes, links that lead nowhere and the like
    are among them: whoever reads them is told that they are no files. Raises StoreError."""
    names: list[str] = []
    if isinstance(output, Path):
        for part in (POSTS, OLD_POSTS):
            if (output / part).is_dir():
                _add_files(output / part, part, names)
    else:
        names += (path for part in (POSTS, OLD_POSTS) for path in paths_below(output, part, fail))
    return sorted(names, key=_order)


def is_utf8(path: str) -> bool:
    """Return whether a path is valid text, which can be stored and shown."""
    return path.isascii() or not any("\ud800" <= character <= "\udfff" for character in path)


def stems_with_versions(output: Root) -> set[str]:
    """Return the names, without their endings, of the posts that have earlier contents. Raises StoreError."""
    if not isinstance(output, Path):
        return {path.split("/")[1] for path in paths_below(output, VERSIONS, fail)}
    try:
        return set(os.listdir(output / VERSIONS))  # noqa: PTH208 - names are what is wanted
    except FileNotFoundError:
        return set()
    except OSError as error:
        raise StoreError(f"{output / VERSIONS}: cannot be read: {os_reason(error)}") from error


def earlier(output: Root, path: str) -> Sequence[tuple[bytes, int]]:
    """Return SHA-256 and time of the earlier contents of a post, the first of all first. Raises StoreError."""
    try:
        return [
            (sha256(regular.read(file)).digest(), file.stat().st_mtime_ns // 1000) for file in versions(output, path)
        ]
    except OSError as error:
        raise StoreError(f"{error.filename}: cannot be read: {os_reason(error)}") from error


def read_file(output: Root, path: str, named: Named) -> ReadPost:
    """Return what the post in the file `path` says; a file that cannot be read counts as a damaged post."""
    try:
        return read(regular.read_in(output, path), quoted=named.form.quote is not None)
    except OSError as error:
        return ReadPost(damage=f"cannot be read: {os_reason(error)}")


def named_file(output: Root, path: str, names: Names) -> tuple[Named, ReadPost] | None:
    """Return which article the file `path` is the post of, and what it says; None if it is no post."""
    named = names.named(path.rpartition("/")[2])
    post = read_file(output, path, named) if named else None
    known = named.of(post) if named and post else None
    return (known, post) if known and post else None


def _add_files(directory: str | os.PathLike[str], name: str, names: list[str]) -> None:
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                path = f"{name}/{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    _add_files(entry.path, path, names)
                elif not entry.name.startswith(TEMPORARY_PREFIX):
                    names.append(path)
    except OSError as error:
        raise StoreError(f"{error.filename or directory}: cannot be read: {os_reason(error)}") from error


def _order(path: str) -> tuple[bool, str, str]:
    stem = path.rpartition("/")[2].removesuffix(".md")
    return not stem[:1].isdigit(), stem, path
