"""Manifests: what a run added or changed, as lines that `sha256sum --check` reads, each chained to the one before.

    # archiver manifest 1
    <SHA-256>  _manifests/2026/11/000041-20261122T100000Z.sha256     the manifest before this one
    <SHA-256>  _posts/2026-11-22-NW….md
    # removed  _posts/…                                                  a file that an earlier one has, and is gone
    # rewritten  <SHA-256>  _captures/…      what that file was: it was written anew without a credential, and is gone

With the SHA-256 of one manifest, kept elsewhere, anybody can show that no file in it or in an earlier one was changed
since.
"""

from __future__ import annotations

import re
import time
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from archiver.errors import StoreError, with_advice
from archiver.places import MANIFESTS
from archiver.storage import fail, paths_below, write_atomically
from archiver.storage.regular import read, read_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archiver.index import Index
    from archiver.storage import Location, Root

SUFFIX = ".sha256"
MANIFEST_NAME_PATTERN = re.compile(rf"\d+-\w+{re.escape(SUFFIX)}", re.ASCII)
MANIFEST_PATH_PATTERN = re.compile(rf"{MANIFESTS}/\d+/\d+/{MANIFEST_NAME_PATTERN.pattern}", re.ASCII)  # years, months
TITLE_LINE = "# archiver manifest 1"
REMOVED_PREFIX = "# removed  "
REWRITTEN_PREFIX = "# rewritten  "
NO_FILES: Mapping[str, str] = MappingProxyType({})


class Head(NamedTuple):
    """The last manifest: its path in the archive, and its SHA-256 in hexadecimal digits."""

    path: str
    sha256: str


def manifests(output: Root) -> list[str]:
    """Return the paths of an archive's manifests, the oldest first. Raises OSError."""
    if isinstance(output, Path):
        found = [output / MANIFESTS] if (output / MANIFESTS).exists() else []
        for _ in range(2):  # years, months
            # Unlike a glob, this raises an error for a directory that cannot be read. Otherwise manifests would be
            # missed, and a new chain begun.
            found = [one for directory in found for one in directory.iterdir() if one.name.isdecimal()]
        files = [one for directory in found for one in directory.iterdir() if MANIFEST_NAME_PATTERN.fullmatch(one.name)]
        paths = [file.relative_to(output).as_posix() for file in files]
    else:
        paths = [path for path in paths_below(output, MANIFESTS, fail) if MANIFEST_PATH_PATTERN.fullmatch(path)]
    return sorted(paths, key=lambda path: (_number(path), path))


def head(output: Root) -> Head | None:
    """Return the last manifest, None if there is none. Raises OSError."""
    files = manifests(output)
    if not files:
        return None
    return Head(files[-1], sha256(read_in(output, files[-1])).hexdigest())


def add_manifest(output: Root, index: Index, rewritten: Mapping[str, str] = NO_FILES) -> Head | None:
    """Write a manifest of all files that are in none yet, note it in `index`, and return it; None if there are none.

    rewritten: paths of captures that were written anew without a credential, with the SHA-256 that each had before.
    Raises StoreError; then no manifest was written.
    """
    lines = [*(f"{digest.hex()}  {path}" for path, digest in index.manifests.unlisted())]
    removed = index.manifests.removed()
    if not (lines or removed):
        return None
    try:
        before = head(output)
        number = _number(before.path) + 1 if before else 1
        chain = [f"{before.sha256}  {before.path}"] if before else []
        # Removed files come first: if a path is in the manifest twice, its last line counts, which says that it exists.
        anew = [f"{REWRITTEN_PREFIX}{was}  {path}" for path, was in rewritten.items()]
        text = "\n".join([TITLE_LINE, *chain, *anew, *(f"{REMOVED_PREFIX}{path}" for path in removed), *lines, ""])
        now = time.gmtime()
        folder = f"{MANIFESTS}/{time.strftime('%Y/%m', now)}"
        if before and folder < before.path.rpartition("/")[0]:  # the clock went back
            folder = before.path.rpartition("/")[0]
        path = f"{folder}/{number:06}-{time.strftime('%Y%m%dT%H%M%SZ', now)}{SUFFIX}"
        write_atomically(output / path, text.encode())
    except OSError as error:
        raise StoreError(f"{output / MANIFESTS}: no manifest can be written: {with_advice(error)}") from error
    except ValueError as error:
        raise StoreError(f"{output / MANIFESTS}: no manifest can be written: {error}") from error
    index.manifests.list_all(number)
    return Head(path, sha256(text.encode()).hexdigest())


def read_lines(file: Location) -> Iterator[tuple[str, str]]:
    """Yield the files in a manifest: path and SHA-256, which is empty for a file that was removed. Raises OSError,
    ValueError."""
    for line in read(file).decode("utf-8").splitlines():
        if line.startswith(REMOVED_PREFIX):
            yield line.removeprefix(REMOVED_PREFIX), ""
        elif not line.startswith("#"):
            digest, space, path = line.partition("  ")
            if not space or len(digest) != 64:
                raise ValueError(f"no line of a manifest: {line[:100]}")
            yield path, digest


def read_rewritten(file: Location) -> Iterator[str]:
    """Yield the SHA-256 that captures had before they were written anew. Raises OSError, ValueError."""
    for line in read(file).decode("utf-8").splitlines():
        if line.startswith(REWRITTEN_PREFIX):
            yield line.removeprefix(REWRITTEN_PREFIX).partition("  ")[0]


def _number(path: str) -> int:
    return int(path.rpartition("/")[2].partition("-")[0])
