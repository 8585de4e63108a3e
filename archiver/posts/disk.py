"""The process that writes posts: batches of them in, what became of each out.

It is a process of its own because each durable write costs the interpreter several system calls: in a thread of the
crawl they wait for the interpreter lock and take a third of its speed, here they take none. It runs as a script
and imports the standard library only, so that it starts in milliseconds and needs no package on its path.

Protocol, on standard input and output: a length of four bytes (big-endian), then a pickle. In: a list of
plain tuples with the fields of `Job`. Out: a list of (outcome, reason) for each, in their order.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import re
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, NamedTuple

LENGTH = 4
POSTS, VERSIONS = "_posts", "_versions"
PREFIX, SUFFIX = ".archiver-", ".tmp"
TEMPORARY = re.compile(rf"{re.escape(PREFIX)}(\d+)(?:-\d+)?{re.escape(SUFFIX)}", re.ASCII)
_SYNCING = ThreadPoolExecutor(max_workers=16, thread_name_prefix="sync")


class Job(NamedTuple):
    """A post to write: where, what, and what to do with one that is there.

    mode: `update` it, `keep` it, or `rewrite` even the same one. expected: the SHA-256 of the one that should be there,
    nothing if there should be none; an update of any other is not made: somebody edited it.
    """

    path: str
    content: bytes
    mode: str = "update"
    expected: bytes = b""


# ("written", "unchanged", "kept", "edited" or "failed", why it failed)
Outcome = tuple[str, str]


def commit(root: Path, jobs: list[Job]) -> list[Outcome]:
    """Write the posts of `jobs` below `root`, atomically each and durably all, and return what became of them.

    A post goes to a temporary file beside its place, is synced, and is renamed; then its directory is synced. The
    syncs of a batch are asked for together, so that the file system can put them in one transaction. A post that is
    replaced is kept in `_versions` first.
    """
    outcomes: list[Outcome] = [("", "")] * len(jobs)
    pending: list[tuple[int, int, Path, Path]] = []
    for number, job in enumerate(jobs):
        place = root / job.path
        temporary = place.with_name(f"{PREFIX}{os.getpid()}-{number}{SUFFIX}")
        try:
            outcome = _made_way(root, place, job)
            if outcome:
                outcomes[number] = (outcome, "")
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            pending.append((number, _fill(temporary, job.content), temporary, place))
        except OSError as error:
            outcomes[number] = _failure(error, temporary)
    syncs = [_SYNCING.submit(_sync, descriptor) for _, descriptor, _, _ in pending]
    written: dict[Path, list[int]] = {}
    for (number, _, temporary, place), sync in zip(pending, syncs, strict=True):
        try:
            sync.result()
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
    """Keep an earlier content of the post at `path` in `_versions`, durably; once, however often it is kept."""
    known = versions(root, path)
    if known and known[-1].read_bytes() == content:
        return
    directory = root / VERSIONS / Path(path).stem
    directory.mkdir(parents=True, exist_ok=True)
    place = directory / f"{int(known[-1].stem) + 1 if known else 1}.md"
    temporary = place.with_name(f"{PREFIX}{os.getpid()}{SUFFIX}")
    try:
        _sync(_fill(temporary, content))
        temporary.replace(place)
        sync_directory(directory)
    except OSError:
        _remove(temporary)
        raise


def sweep(root: Path) -> None:
    """Remove the temporary files of processes that are no more."""
    for part in (POSTS, VERSIONS):
        for file in (root / part).rglob(f"{PREFIX}*{SUFFIX}"):
            found = TEMPORARY.fullmatch(file.name)
            if found is None:  # not one of ours
                continue
            try:
                os.kill(int(found[1]), 0)
            except ProcessLookupError:
                file.unlink(missing_ok=True)
            except PermissionError:  # it lives, and is another user's
                pass


def _made_way(root: Path, place: Path, job: Job) -> str:
    """Return what becomes of the post because of the one at its place, or nothing if it must be written: then the
    one that was there is kept as an earlier version."""
    try:
        present = place.read_bytes()
    except FileNotFoundError:
        return ""
    if present == job.content:
        return "" if job.mode == "rewrite" else "unchanged"
    if job.mode == "keep":
        return "kept"
    if job.mode == "update" and hashlib.sha256(present).digest() != job.expected:
        return "edited"
    keep_version(root, job.path, present)
    return ""


def _fill(temporary: Path, content: bytes) -> int:
    """Write `content` to the new file `temporary` and return its descriptor."""
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _sync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directory(directory: Path) -> None:
    """Make what was renamed in `directory`, or removed from it, durable. Raises OSError."""
    if os.name == "nt":  # directories cannot be opened there, and renames are durable with the file
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(temporary: Path) -> None:
    with contextlib.suppress(OSError):
        temporary.unlink(missing_ok=True)


def _failure(error: OSError, temporary: Path | None = None) -> Outcome:
    if temporary:
        _remove(temporary)
    return ("failed", error.strerror or str(error))


def _serve(root: Path, requests: BinaryIO, replies: BinaryIO) -> None:
    while header := requests.read(LENGTH):
        jobs = [Job(*job) for job in pickle.loads(requests.read(int.from_bytes(header, "big")))]
        reply = pickle.dumps(commit(root, jobs))
        replies.write(len(reply).to_bytes(LENGTH, "big") + reply)
        replies.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the crawl ends first, and then this process's input
    _serve(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
