"""Posts on a disk: compared with what should be there, and swapped. Runs in a process of its own (`writing`).

A durable write costs the interpreter several system calls: in a thread of a crawl they wait for the interpreter lock
and take a third of its speed, in a process they take none, and the posts of some milliseconds are synced together. It
imports the standard library only, so that it starts in milliseconds.
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
    TEMPORARY,
    fill,
    remove,
    sync,
    sync_directory,
    temporary_for,
    write_atomically,
)

_SYNCING = ThreadPoolExecutor(max_workers=16, thread_name_prefix="sync")


class Put(NamedTuple):
    """A post to write at `path`. expected: SHA-256 of what should be there, None if nothing should be: what is there
    instead was put there by somebody and stays. force: it is replaced all the same, and written even if it is the same.
    """

    path: str
    content: bytes
    expected: bytes | None
    force: bool = False


DISK_FAILED = "disk failed"  # every other post will, too
# ("written", "unchanged", "edited", "failed" or DISK_FAILED, why it failed)
Outcome = tuple[str, str]


def put_all(root: Path, puts: list[Put]) -> list[Outcome]:
    """Write posts below `root`, atomically each and durably all, and return what became of them.

    No two of one path. A post goes to a temporary file beside its place, is synced, and is renamed; then its directory
    is synced. The syncs are asked for together, so that the file system can put them in one transaction. A post that is
    replaced is kept in `_versions` first.
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
    """Return the files of the earlier contents of the post at `path`, the first of all first."""
    directory = root / VERSIONS / Path(path).stem
    found = [file for file in directory.glob("*.md") if file.stem.isdecimal()] if directory.is_dir() else []
    return sorted(found, key=lambda file: int(file.stem))


def keep_version(root: Path, path: str, content: bytes) -> None:
    """Keep an earlier content of the post at `path` in `_versions`, durably; once, however often it is kept.

    Raises OSError.
    """
    known = versions(root, path)
    if known and known[-1].read_bytes() == content:
        return
    name = f"{int(known[-1].stem) + 1 if known else 1}.md"
    write_atomically(root / VERSIONS / Path(path).stem / name, content)


def sweep(root: Path) -> None:
    """Remove what killed runs left of files that they were writing. To be called only by who holds the archive's lock.

    What cannot be removed stays: it does no harm.
    """
    for part in PARTS:
        for folder, _, names in os.walk(root / part):
            for name in names:
                if TEMPORARY.fullmatch(name):
                    remove(Path(folder, name))


def _make_way(root: Path, place: Path, put: Put) -> str:
    """Return what becomes of the post because of the one at its place, or nothing if it must be written: then the
    one that was there is kept as an earlier version."""
    try:
        present = place.read_bytes()
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
        return (DISK_FAILED, with_advice(error))
    return ("failed", os_reason(error))
