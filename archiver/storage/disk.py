"""Posts on a disk: a post is replaced if its file is as expected. Runs in a process of its own (`writing`).

A durable write takes several system calls. In a thread of the crawl these would wait for the interpreter lock and cost
a third of the crawl's speed; in a process of their own they cost none of it, and the posts of some milliseconds are
synced together. This module imports the standard library only, so that the process starts in milliseconds.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from archiver.errors import DISK_ADVICE, os_reason, with_advice
from archiver.places import PARTS, VERSIONS
from archiver.storage.atomic import (
    TEMPORARY_NAME_PATTERN,
    fill,
    remove,
    sync,
    sync_directory,
    temporary_for,
    write_atomically,
)
from archiver.storage.regular import read

_SYNCING = ThreadPoolExecutor(max_workers=16, thread_name_prefix="sync")


class Put(NamedTuple):
    """A post to write at `path`. expected: the SHA-256 of what should be there now, None if nothing should be. If
    something else is there, somebody has put it there, and it stays. force: write the post in any case, whatever is
    there, even if it is the same.
    """

    path: str
    content: bytes
    expected: bytes | None
    force: bool = False


DISK_FAILED_OUTCOME = "disk failed"  # because of the disk (or store) itself, so that every other post would fail, too
# ("written", "unchanged", "edited", "failed" or DISK_FAILED_OUTCOME, why it failed)
Outcome = tuple[str, str]


def put_all(root: Path, puts: list[Put]) -> list[Outcome]:
    """Write posts below `root`, each of them atomically, all of them durably, and return what became of each.

    No two may have the same path. A post goes to a temporary file beside its place, is synced, and is renamed; then its
    directory is synced. The syncs are asked for together, so that the file system can put them in one transaction. A
    post that is replaced is kept in `_versions` first.
    """
    outcomes: list[Outcome] = [("", "")] * len(puts)
    pending: list[tuple[int, int, Path, Path]] = []
    for number, put in enumerate(puts):
        place = root / put.path
        temporary = temporary_for(place, number)
        try:
            outcome = _make_way(root, place, put)
            if outcome:
                outcomes[number] = (outcome, "")
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            pending.append((number, fill(temporary, put.content), temporary, place))
        except OSError as error:
            outcomes[number] = _failure(error, temporary)
    syncs = [_SYNCING.submit(sync, descriptor) for _, descriptor, _, _ in pending]
    written: dict[Path, list[int]] = {}
    for (number, _, temporary, place), done in zip(pending, syncs, strict=True):
        try:
            done.result()
            temporary.replace(place)
            outcomes[number] = ("written", "")
            written.setdefault(place.parent, []).append(number)
        except OSError as error:
            outcomes[number] = _failure(error, temporary)
    for directory, numbers in written.items():
        try:
            sync_directory(directory)
        except OSError as error:
            for number in numbers:
                outcomes[number] = _failure(error)
    return outcomes


def versions(root: Path, path: str) -> list[Path]:
    """Return the files with the earlier contents of the post at `path`, the oldest first."""
    directory = root / VERSIONS / Path(path).stem
    files = [file for file in directory.glob("*.md") if file.stem.isdecimal()] if directory.is_dir() else []
    return sorted(files, key=lambda file: int(file.stem))


def keep_version(root: Path, path: str, content: bytes) -> None:
    """Keep an earlier content of the post at `path` in `_versions`, durably. If the newest version kept is this very
    content, nothing is written.

    Raises OSError.
    """
    known = versions(root, path)
    if known and read(known[-1]) == content:
        return
    name = f"{int(known[-1].stem) + 1 if known else 1}.md"
    write_atomically(root / VERSIONS / Path(path).stem / name, content)


def sweep(root: Path) -> None:
    """Remove the temporary files that killed runs left. Only the holder of the archive's lock may call this.

    One that cannot be removed stays: it does no harm.
    """
    for part in PARTS:
        for folder, _, names in os.walk(root / part):
            for name in names:
                if TEMPORARY_NAME_PATTERN.fullmatch(name):
                    remove(Path(folder, name))


def _make_way(root: Path, place: Path, put: Put) -> str:
    """Return "unchanged" or "edited" if what is at the place of a post must stay. Return "" if the post is to be
    written; a different one that is there has been kept as an earlier version then."""
    try:
        present = read(place)
    except FileNotFoundError:
        return ""
    if present == put.content:
        return "" if put.force else "unchanged"
    if not put.force and (put.expected is None or hashlib.sha256(present).digest() != put.expected):
        return "edited"
    keep_version(root, put.path, present)
    return ""


def _failure(error: OSError, temporary: Path | None = None) -> Outcome:
    if temporary:
        remove(temporary)
    if error.errno in DISK_ADVICE:
        return (DISK_FAILED_OUTCOME, with_advice(error))
    return ("failed", os_reason(error))
