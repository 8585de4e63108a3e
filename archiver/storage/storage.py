"""The posts of an archive, as a run sees them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archiver.errors import StoreError, WorkerError, with_advice
from archiver.places import POSTS
from archiver.storage.disk import Outcome, Put, sweep
from archiver.storage.location import directory_of
from archiver.storage.regular import read_in
from archiver.workers.process import WorkerProcess

if TYPE_CHECKING:
    from archiver.storage.location import Root


class Storage:
    """The posts of an archive. A process of its own writes them (`writing`).

    output: the root of the archive. descriptor: the file descriptor of a lock that the process holds, too, as long as
    it lives; -1 for none.
    """

    def __init__(self, output: Root, descriptor: int = -1) -> None:
        self._output = output
        self._process = WorkerProcess[Put, Outcome]("archiver.storage.writing:serve", output, descriptor)

    def prepare(self, *, swept: bool) -> None:
        """Make the directory of posts (of the archive, if the posts are in a store). Remove the temporary files that
        killed runs left, unless that was done already (`swept`).

        Raises StoreError.
        """
        directory = directory_of(self._output)
        if isinstance(self._output, Path):
            directory = directory / POSTS
        try:
            directory.mkdir(parents=True, exist_ok=True)
            if not swept:
                sweep(directory_of(self._output))
        except OSError as error:
            raise StoreError(f"{directory}: cannot be made: {with_advice(error)}") from error

    async def put(self, puts: list[Put]) -> list[Outcome]:
        """Write posts, of which no two may have the same path. Return when they are durable, with what became of each
        and, if it failed, the reason; what was at its place is still there then."""
        try:
            return await self._process.call(puts)
        except WorkerError as error:
            return [("failed", str(error))] * len(puts)

    def read(self, path: str) -> bytes | None:
        """Return what is in a file, None if there is none that can be read."""
        try:
            return read_in(self._output, path)
        except OSError:
            return None

    async def close(self) -> None:
        """End the process, when all that was put is written."""
        await self._process.close()
