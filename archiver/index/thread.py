"""The index in a thread of its own: an event loop never waits for the disk, and verbs are carried out in turn."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from archiver.index.index import Index

P = ParamSpec("P")
T = TypeVar("T")


class IndexThread:
    """Owns an index that is open: from here on nobody else uses it.

    failure: the first error that there was, None as long as all is well.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="index")
        self.failure: Exception | None = None

    async def run(self, verb: Callable[Concatenate[Index, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `verb` returns for the index and what else is given; raise what it raises.

            new = await thread.run(Index.see, sightings, now(), every_form=True)
            run = await thread.run(lambda index: index.runs.begin(command, now()))

        Once this was called the verb is carried out, even if the task that waits for it is cancelled.
        """
        done = self._executor.submit(self._carry_out, lambda: verb(self._index, *args, **kwargs))
        return await asyncio.shield(asyncio.wrap_future(done))

    async def close(self) -> None:
        """Close the index when all that was asked for is done."""
        try:
            await self.run(lambda index: index.close())
        finally:
            self._executor.shutdown()

    def _carry_out(self, verb: Callable[[], T]) -> T:
        try:
            return verb()
        except Exception as error:
            self.failure = self.failure or error
            raise
