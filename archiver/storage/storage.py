"""The posts of an archive, as a run sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.errors import StoreError, WorkerError, with_advice
from archiver.places import POSTS
from archiver.storage.disk import Outcome, Put, sweep
from archiver.workers.process import WorkerProcess

if TYPE_CHECKING:
    from pathlib import Path


class Storage:
    """The posts in an archive's directory. A process of its own writes them (`disk`).

    descriptor: of a lock that the process holds too, for as long as it lives; -1 for none.
    """

    def __init__(self, output: Path, descriptor: int = -1) -> None:
        self._output = output
        self._process = WorkerProcess[Put, Outcome]("archiver.storage.disk:serve", str(output), descriptor)

    def prepare(self, *, swept: bool) -> None:
        """Make the directory of posts, and sweep away what a killed run left half-written, unless that is done.

        Raises StoreError.
        """
        directory = self._output / POSTS
        try:
            directory.mkdir(parents=True, exist_ok=True)
            if not swept:
                sweep(self._output)
        except OSError as error:
            raise StoreError(f"{directory}: cannot be made: {with_advice(error)}") from error

    async def put(self, puts: list[Put]) -> list[Outcome]:
        """Write posts, no two of one path, and return when they are durable, for each what became of it and, if it
        failed, why; what was at its place is still there then."""
        try:
            return await self._process.call(puts)
        except WorkerError as error:
            return [("failed", str(error))] * len(puts)

    def read(self, path: str) -> bytes | None:
        """Return what is in a file, None if there is none that can be read."""
        try:
            return (self._output / path).read_bytes()
        except OSError:
            return None

    async def close(self) -> None:
        """End the process, when all that was put is written."""
        await self._process.close()
