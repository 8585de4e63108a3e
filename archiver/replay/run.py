"""A whole replay: the archive is opened, and closed when all is done."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from archiver.engines import started
from archiver.index import Index, IndexThread
from archiver.interrupts import run_until_stopped
from archiver.replay.replay import Replay
from archiver.replay.serve import ReplaySetup
from archiver.replay.spool import Spool
from archiver.session import Session
from archiver.storage.storage import Storage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from archiver.engines import Engine
    from archiver.replay.replay import Change, Summary
    from archiver.session import SessionOptions
    from archiver.storage import Location, Root

SERVE_FUNCTION = "archiver.replay.serve:serve"


def replay(
    output: Root,
    options: SessionOptions,
    files: Sequence[Location],
    engine: Engine,
    listener: Callable[[Change], None],
    *,
    scratch: str = "",
    dry: bool = False,
) -> Summary:
    """Make the posts of the archive `output` from captures: WARC and WACZ files.

    engine: runs the processes that read them. listener: is called with each change. scratch: a directory where
    candidates may wait; empty: where temporary files are. dry: only report what would change.
    Raises ArchiverError; StoppedError after a signal, when everything is in good order.
    """
    return run_until_stopped(_run(output, options, files, engine, listener, scratch, dry=dry))


async def _run(
    output: Root,
    options: SessionOptions,
    files: Sequence[Location],
    engine: Engine,
    listener: Callable[[Change], None],
    scratch: str,
    *,
    dry: bool,
) -> Summary:
    """Start the engine first, so that no archive is made if it cannot be started."""
    with Spool(scratch) as spool:
        setup = ReplaySetup(options.extract, output.absolute(), spool.directory)
        async with (
            started(engine, SERVE_FUNCTION, setup) as pool,
            (_look if dry else _open)(output, options, listener) as work,
        ):
            return await work.run(files, pool, spool)


@asynccontextmanager
async def _open(
    output: Root, options: SessionOptions, listener: Callable[[Change], None]
) -> AsyncGenerator[Replay, None]:
    session = await asyncio.to_thread(Session.open, output, options)
    try:
        storage = session.storage
        yield Replay(output, session.index, options, session.ingester, storage.read, storage, listener)
    finally:
        await session.close()


@asynccontextmanager
async def _look(
    output: Root, options: SessionOptions, listener: Callable[[Change], None]
) -> AsyncGenerator[Replay, None]:
    index = IndexThread(await asyncio.to_thread(Index.read, output, options.index))
    try:
        yield Replay(output, index, options, None, Storage(output).read, None, listener)
    finally:
        await index.close()
