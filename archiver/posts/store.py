"""The posts on disk, as the crawl sees them: a post goes in, and comes back when it is durable."""

from __future__ import annotations

import asyncio
import pickle
import sys
from typing import TYPE_CHECKING

from archiver.errors import ArchiverError, StoreError
from archiver.posts import disk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archiver.posts.disk import Job

GATHER = 0.01  # seconds for a batch to gather: a batch costs both processes a switch, whatever its size


class Store:
    """The posts of an archive. One process of its own writes them (see `disk`), in batches: while it syncs one, the
    next gathers.

    before_batch: called before each batch is handed over, to make count what must be known of it by then.
    descriptor: of a lock that the writing process holds too, for as long as it lives; -1 for none.
    """

    def __init__(self, output: Path, before_batch: Callable[[], None] = lambda: None, descriptor: int = -1) -> None:
        self.output = output
        self._before_batch = before_batch
        self._descriptor = descriptor
        self._queue: list[tuple[Job, asyncio.Future[str]]] = []
        self._process: asyncio.subprocess.Process | None = None
        self._writing: asyncio.Task[None] | None = None

    def prepare(self, *, sweep: bool) -> None:
        """Make the directory of posts, and `sweep` away what a killed run left half-written. Raises StoreError."""
        directory = self.output / disk.POSTS
        try:
            directory.mkdir(parents=True, exist_ok=True)
            if sweep:
                disk.sweep(self.output)
        except OSError as error:
            raise StoreError(f"{directory}: cannot be made: {error.strerror}") from error

    async def put(self, job: Job) -> str:
        """Write a post, and return when it is durable: `written`, `unchanged`, `kept` or `edited` (by somebody else).

        Raises StoreError; what was at its place is still there then.
        """
        done: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._queue.append((job, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await done

    async def close(self) -> None:
        """End the writing process, when all that was put is written."""
        if self._writing:
            await self._writing
        if self._process and self._process.stdin:
            self._process.stdin.close()
            await self._process.wait()

    async def _write(self) -> None:
        """Write batch after batch until nothing is left to write."""
        try:
            while self._queue:
                await asyncio.sleep(GATHER)
                batch, self._queue = self._queue, []
                try:
                    self._before_batch()
                    outcomes = await self._exchange([job for job, _ in batch])
                except ArchiverError as error:
                    outcomes = [("failed", str(error))] * len(batch)
                except (OSError, EOFError) as error:
                    outcomes = [("failed", f"the writing process ended: {error}")] * len(batch)
                    self._process = None
                for (job, done), (outcome, why) in zip(batch, outcomes, strict=True):
                    if done.cancelled():
                        continue
                    if outcome == "failed":
                        done.set_exception(StoreError(f"{self.output / job.path}: not written: {why}"))
                    else:
                        done.set_result(outcome)
        finally:
            self._writing = None

    async def _exchange(self, jobs: list[Job]) -> list[disk.Outcome]:
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # its folder must not hide modules of the standard library
                disk.__file__,
                str(self.output),
                pass_fds=(self._descriptor,) if self._descriptor >= 0 else (),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        requests, replies = self._process.stdin, self._process.stdout
        assert requests is not None
        assert replies is not None
        message = pickle.dumps([tuple(job) for job in jobs], protocol=pickle.HIGHEST_PROTOCOL)
        requests.write(len(message).to_bytes(disk.LENGTH, "big"))
        requests.write(message)
        await requests.drain()
        size = int.from_bytes(await replies.readexactly(disk.LENGTH), "big")
        outcomes: list[disk.Outcome] = pickle.loads(await replies.readexactly(size))
        return outcomes
