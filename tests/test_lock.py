"""The lock of an archive: whoever holds it is the only one who writes, and that includes the processes of a run."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import json
import os
import re
import socket
import subprocess
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from archiver.captures import Capture
from archiver.configuration import load_configuration
from archiver.errors import CaptureError, IndexFileError, LockedError
from archiver.index import Index, lock
from archiver.session import Session
from archiver.session_options import session_options

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path
    from typing import TextIO


async def start_storage(session: Session) -> Callable[[], Awaitable[None]]:
    """Start the process that writes posts, and return what ends it."""
    assert await session.storage.put([]) == []
    return session.storage.close


async def start_recorder(session: Session) -> Callable[[], Awaitable[None]]:
    """Start the process that writes captures, and return what ends it."""
    with suppress(CaptureError):
        await session.recorder.say_more(Capture("_captures/none.warc.gz", 0, 1, "", "http://a.example/", MOMENT), {})
    return session.recorder.close


MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def release(index: Index) -> None:
    """Let go of the lock as a run does that ends at once: its processes still have it."""
    assert index._lock
    index._lock.release()


@pytest.mark.parametrize("start", [start_storage, start_recorder])
def test_a_process_that_writes_holds_the_lock_until_it_has_ended(
    tmp_path: Path, start: Callable[[Session], Awaitable[Callable[[], Awaitable[None]]]]
) -> None:
    async def outlive() -> None:
        session = Session.open(tmp_path, session_options(load_configuration({"ARCHIVER_OUTPUT": str(tmp_path)}, {})))
        end = await start(session)
        await session.index.run(release)
        with pytest.raises(LockedError):
            Index.open(tmp_path)
        await end()
        Index.open(tmp_path).close()
        await session.close()

    asyncio.run(outlive())


@pytest.fixture
def held(tmp_path: Path) -> TextIO:
    """The lock's file, locked as by what is left of a run that was killed."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    file = (tmp_path / "lock").open("w", encoding="utf-8")
    json.dump(lock.Holder(ended.pid, socket.gethostname(), "2026-01-01 00:00:00 +0000", "crawl")._asdict(), file)
    file.flush()
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def test_what_is_left_of_a_killed_run_is_waited_for(
    tmp_path: Path, held: TextIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: held.close())
    mine = lock.Lock(tmp_path / "lock")
    mine.take()
    assert held.closed
    mine.release()


def test_it_is_not_waited_for_for_ever(tmp_path: Path, held: TextIO, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    with closing(held), pytest.raises(LockedError, match=r"another run is at work here: process \d+ on .* \(crawl\)"):
        lock.Lock(tmp_path / "lock").take()
    assert 4 < sum(waited) < 6


def test_a_run_that_lives_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    mine = lock.Lock(tmp_path / "lock")
    mine.take()
    with pytest.raises(LockedError):
        lock.Lock(tmp_path / "lock").take()
    assert waited == []
    mine.release()
    mine.take()
    mine.release()


# Who holds it. `flock` asks which opening of the file has the lock, so one process can be several here.


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits, none of which takes any time."""
    found: list[float] = []
    monkeypatch.setattr("time.sleep", found.append)
    return found


def worker(directory: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> lock.SharedLock:
    """Return the lock as the worker has it whose process has a number."""
    with monkeypatch.context() as patch:
        patch.setattr("os.getpid", lambda: number)
        return lock.SharedLock(directory)


def holds(taken: lock.Lock | lock.SharedLock) -> bool:
    """Return whether it has a descriptor that its processes can hold, too."""
    return taken.descriptor >= 0 and os.fstat(taken.descriptor).st_nlink == 1


def test_the_file_says_who_holds_the_lock_and_nobody_when_it_is_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "_index" / "lock"
    file.parent.mkdir()
    file.write_text(json.dumps(lock.Holder(1, "of-a-killed-run-" * 20, "long ago", "crawl")._asdict()))
    monkeypatch.setattr("sys.argv", ["/usr/bin/archiver", "crawl", "news", "--notify", "x" * 300])
    mine = lock.Lock(file)
    assert mine.descriptor == -1
    mine.take()
    assert holds(mine)
    holder = lock.holder_in(file)
    assert holder
    assert (holder.process, holder.host, holder.gone) == (os.getpid(), socket.gethostname(), False)
    assert holder.command.startswith("archiver crawl news --notify xxx")
    assert len(holder.command) == 200
    with pytest.raises(LockedError, match=rf"{re.escape(str(tmp_path))}: .* process {os.getpid()} on ") as error:
        lock.Lock(file).take()
    assert error.value.since is not None
    assert error.value.since == holder.since
    mine.release()
    assert (mine.descriptor, lock.holder_in(file), file.exists()) == (-1, None, True)


def test_only_on_its_own_machine_can_a_process_be_known_to_have_ended() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    here = lock.Holder(ended.pid, socket.gethostname(), "", "")
    assert here.gone
    assert not here._replace(host="elsewhere").gone
    assert not here._replace(process=os.getpid()).gone
    assert here.since is None


def test_a_directory_that_cannot_be_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexFileError, match="lock: cannot be opened for writing: "):
        lock.Lock(tmp_path / "file" / "lock").take()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, "Permission denied; only who may write to the archive can run this"),
        (errno.EROFS, "Read-only file system; make it writable, and run again: nothing is lost"),
    ],
)
def test_who_may_not_write_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(IndexFileError) as caught:
        lock.Lock(tmp_path / "lock").take()
    assert str(caught.value) == f"{tmp_path}/lock: cannot be opened for writing: {said}"


def test_workers_have_it_together_and_nobody_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waited: list[float]
) -> None:
    one, other = (worker(tmp_path, number, monkeypatch) for number in (11, 12))
    assert one.descriptor == -1
    one.take()
    other.take()
    assert waited == []
    assert holds(one)
    assert lock.is_held(lock.file_of_worker(tmp_path, socket.gethostname(), 11))
    assert one.descriptor != other.descriptor
    one.release()
    assert one.descriptor == -1
    assert not lock.file_of_worker(tmp_path, socket.gethostname(), 11).exists()
    with pytest.raises(LockedError, match="another run is at work here: workers"):
        lock.Lock(tmp_path / "lock").take()
    assert waited == []  # they live: nobody waits for them
    other.release()
    mine = lock.Lock(tmp_path / "lock")
    mine.take()
    mine.release()


def test_a_worker_waits_for_whoever_has_it_alone_and_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waited: list[float]
) -> None:
    alone, late = lock.Lock(tmp_path / "lock"), worker(tmp_path, 11, monkeypatch)
    alone.take()
    with pytest.raises(LockedError, match=rf"another run is at work here: process {os.getpid()} on "):
        late.take()
    assert 4 < sum(waited) < 6
    assert max(waited) < 0.1
    assert late.descriptor == -1
    alone.release()
    alone.take()  # nothing of the worker's is in the way
    monkeypatch.setattr("time.sleep", lambda _: alone.release())
    late.take()
    assert holds(late)
    late.release()


def test_two_workers_of_one_number_do_not_both_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waited: list[float]
) -> None:
    one, twin = (worker(tmp_path, 11, monkeypatch) for _ in range(2))
    one.take()
    with pytest.raises(LockedError, match="another run is at work here"):
        twin.take()
    one.release()


def test_what_a_worker_that_was_killed_left_at_work_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waited: list[float]
) -> None:
    """The process that writes for it has the worker's own file."""
    left = lock.file_of_worker(tmp_path, "a.host-7", 11)
    assert left.name == "worker-ahost7-11.lock"
    at_work = left.open("w")
    fcntl.flock(at_work, fcntl.LOCK_EX)
    with pytest.raises(LockedError, match="another run is at work here"):
        lock.Lock(tmp_path / "lock").take()
    assert 4 < sum(waited) < 6
    assert left.exists()
    monkeypatch.setattr("time.sleep", lambda _: at_work.close())
    mine = lock.Lock(tmp_path / "lock")
    mine.take()
    assert not left.exists()
    mine.release()


def test_a_lock_that_nobody_has_is_not_held(tmp_path: Path) -> None:
    file = tmp_path / "new" / "index" / "lock"
    assert not lock.is_held(file)
    mine = lock.Lock(file)
    mine.take()  # makes the directories
    mine.release()
    assert not lock.is_held(file)
    with file.open("r+") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        assert lock.is_held(file)
    assert not lock.is_held(file)
