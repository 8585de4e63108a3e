"""The lock of an archive: whoever holds it is the only one who writes, and that includes the processes of a run."""

from __future__ import annotations

import asyncio
import fcntl
import json
import socket
import subprocess
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from archiver.captures import Capture
from archiver.configuration import load_configuration
from archiver.errors import CaptureError, LockedError
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
