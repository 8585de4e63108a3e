"""A replay from its beginning to its end: the archive is opened, and closed when all is done."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from archiver.index import Index, IndexThread
from archiver.interrupts import STOPPING, Interrupts, StoppedError
from archiver.replay.replay import Replay
from archiver.session import Session
from archiver.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from archiver.replay.replay import Change, Summary
    from archiver.session import SessionOptions


def replay(
    output: Path,
    options: SessionOptions,
    files: Sequence[Path],
    jobs: int,
    listener: Callable[[Change], None],
    *,
    dry: bool = False,
) -> Summary:
    """Make the posts of the archive `output` from captures: WARC and WACZ files.

    jobs: processes that read. listener: is told of each change. dry: say what would change, and write nothing.
    Raises ArchiverError; StoppedError at a signal, when all is in order.
    """
    work = (_look if dry else _replay)(output, options, files, jobs, listener)
    runner = asyncio.Runner()
    loop = runner.get_loop()
    task = loop.create_task(work)
    interrupts = Interrupts(lambda: loop.call_soon_threadsafe(task.cancel), STOPPING)
    with interrupts.taken(), runner:
        try:
            return loop.run_until_complete(task)
        except asyncio.CancelledError as error:
            raise StoppedError(interrupts.status) if interrupts.signal else error from None


async def _replay(
    output: Path,
    options: SessionOptions,
    files: Sequence[Path],
    jobs: int,
    listener: Callable[[Change], None],
) -> Summary:
    session = await asyncio.to_thread(Session.open, output, options)
    try:
        work = Replay(output, session.index, options, session.road, session.storage.read, listener)
        return await work.run(files, jobs)
    finally:
        await session.close()


async def _look(
    output: Path,
    options: SessionOptions,
    files: Sequence[Path],
    jobs: int,
    listener: Callable[[Change], None],
) -> Summary:
    index = IndexThread(await asyncio.to_thread(Index.read, output, options.index))
    try:
        return await Replay(output, index, options, None, Storage(output).read, listener).run(files, jobs)
    finally:
        await index.close()
