"""The process that writes posts: batches of them in, what became of each out.

It is a process of its own because each durable write costs the interpreter several system calls: in a thread of the
crawl they wait for the interpreter lock and take a third of its speed, here they take none. It runs as a script
and imports the standard library only, so that it starts in milliseconds and needs no package on its path.

Protocol, on standard input and output: a length of four bytes (big-endian), then a pickle. In: a list of `Job`
tuples. Out: a list of (outcome, reason) for each, in their order.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

LENGTH = 4
PREFIX, SUFFIX = ".archiver-", ".tmp"
_SYNCING = ThreadPoolExecutor(max_workers=16, thread_name_prefix="sync")

# (name of the post, its content, what to do with one that is there: "update", "keep" or "rewrite")
Job = tuple[str, bytes, str]
# ("written", "unchanged", "kept" or "failed", why it failed)
Outcome = tuple[str, str]


def commit(directory: Path, jobs: list[Job]) -> list[Outcome]:
    """Write the posts of `jobs` into `directory`, atomically each and durably all, and return what became of them.

    A post goes to a temporary file beside its place, is synced, and is renamed; then the directory is synced. The
    syncs of a batch are asked for together, so that the file system can put them in one transaction.
    """
    outcomes: list[Outcome] = [("", "")] * len(jobs)
    pending: list[tuple[int, int, Path, Path]] = []
    for number, (name, content, mode) in enumerate(jobs):
        place = directory / name
        outcome = _existing(place, content, mode)
        if outcome:
            outcomes[number] = (outcome, "")
            continue
        temporary = directory / f"{PREFIX}{os.getpid()}-{number}{SUFFIX}"
        try:
            pending.append((number, _fill(temporary, content), temporary, place))
        except OSError as error:
            outcomes[number] = _failure(error, temporary)
    syncs = [_SYNCING.submit(_sync, descriptor) for _, descriptor, _, _ in pending]
    for (number, _, temporary, place), sync in zip(pending, syncs, strict=True):
        try:
            sync.result()
            temporary.replace(place)
            outcomes[number] = ("written", "")
        except OSError as error:
            outcomes[number] = _failure(error, temporary)
    if pending:
        try:
            _sync_directory(directory)
        except OSError as error:
            outcomes = [_failure(error) if outcome == "written" else (outcome, why) for outcome, why in outcomes]
    return outcomes


def sweep(directory: Path) -> None:
    """Remove the temporary files of processes that are no more."""
    for file in directory.glob(f"{PREFIX}*{SUFFIX}"):
        process = int(file.name.removeprefix(PREFIX).partition("-")[0])
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            file.unlink(missing_ok=True)
        except PermissionError:  # it lives, and is another user's
            pass


def _existing(place: Path, content: bytes, mode: str) -> str:
    """Return what becomes of the post because of the one at its place, or nothing if it must be written."""
    if mode == "rewrite":
        return ""
    try:
        present = place.read_bytes()
    except FileNotFoundError:
        return ""
    except OSError:
        return ""  # not readable: writing tells more
    if present == content:
        return "unchanged"
    return "kept" if mode == "keep" else ""


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


def _sync_directory(directory: Path) -> None:
    if os.name == "nt":  # directories cannot be opened there, and renames are durable with the file
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _failure(error: OSError, temporary: Path | None = None) -> Outcome:
    if temporary:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return ("failed", error.strerror or str(error))


def _serve(directory: Path, requests: BinaryIO, replies: BinaryIO) -> None:
    while header := requests.read(LENGTH):
        jobs: list[Job] = pickle.loads(requests.read(int.from_bytes(header, "big")))
        reply = pickle.dumps(commit(directory, jobs))
        replies.write(len(reply).to_bytes(LENGTH, "big") + reply)
        replies.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the crawl ends first, and then this process's input
    sweep(Path(sys.argv[1]))
    _serve(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
