"""Making articles outside the event loop of a crawl: in processes of their own, or in a thread."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from archiver.errors import WorkerError
from archiver.extraction.outcome import Unusable
from archiver.workers.pool import WorkerPool

if TYPE_CHECKING:
    from archiver.answer import Answer, Asked
    from archiver.extraction.extractor import Extractor
    from archiver.extraction.options import ExtractOptions
    from archiver.extraction.outcome import Extracted


class Extractors:
    """Processes that make articles of answers. count: how many; 0: a thread of this process makes them."""

    def __init__(self, options: ExtractOptions, count: int) -> None:
        """With `count` 0, raises PluginError for a step of a plug-in that cannot be used; else the processes report
        that."""
        self._pool: WorkerPool[tuple[Answer, Asked], Extracted] | None = None
        self._extractor: Extractor | None = None
        if count:
            self._pool = WorkerPool("archiver.extraction.serve:serve", options, count)
        else:
            from archiver.extraction.extractor import Extractor  # only needed if there are no processes

            self._extractor = Extractor(options)

    async def start(self) -> None:
        """Start a process, where answers are sure to come soon. Raises MachineError when it cannot be started."""
        if self._pool:
            await self._pool.start()

    async def extract(self, answer: Answer, asked: Asked) -> Extracted:
        """Return what is made of an answer. An answer that kills the process that reads it is unusable."""
        if self._extractor:
            return await asyncio.to_thread(self._extractor.extract, answer, asked)
        assert self._pool is not None
        try:
            return await self._pool.submit((answer, asked))
        except WorkerError as error:
            return Unusable(str(error))

    async def close(self) -> None:
        """End the processes when all answers are dealt with."""
        if self._pool:
            await self._pool.close()

    def kill(self) -> None:
        """End the processes at once; a thread ends when it is done."""
        if self._pool:
            self._pool.kill()
