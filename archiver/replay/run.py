"""A replay from its beginning to its end: the archive is opened, and closed when all is done."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from archiver.index import Index, IndexThread
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
    Raises ArchiverError.
    """
    return asyncio.run((_look if dry else _replay)(output, options, files, jobs, listener))


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
    index = IndexThread(await asyncio.to_thread(Index.read, output))
    try:
        return await Replay(output, index, options, None, Storage(output).read, listener).run(files, jobs)
    finally:
        await index.close()
