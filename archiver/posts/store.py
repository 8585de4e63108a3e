"""The posts on disk, as the crawl sees them: a post goes in, and comes back when it is durable."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from archiver.batches import Batches
from archiver.errors import ArchiverError, StoreError
from archiver.posts import disk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archiver.posts.disk import Job


class Store:
    """The posts of an archive. One process of its own writes them (see `disk`).

    before_batch: called before each batch of posts is handed over, to make count what must be known of it by then.
    descriptor: of a lock that the writing process holds too, for as long as it lives; -1 for none.
    """

    def __init__(self, output: Path, before_batch: Callable[[], None] = lambda: None, descriptor: int = -1) -> None:
        self.output = output
        # -P: its folder must not hide modules of the standard library.
        command = (sys.executable, "-P", disk.__file__, str(output))
        self._batches: Batches[Job, disk.Outcome] = Batches(command, before_batch, descriptor)

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
        try:
            outcome, why = await self._batches.put(job)
        except ArchiverError as error:
            outcome, why = "failed", str(error)
        if outcome == "failed":
            raise StoreError(f"{self.output / job.path}: not written: {why}")
        return outcome

    async def close(self) -> None:
        """End the writing process, when all that was put is written."""
        await self._batches.close()
