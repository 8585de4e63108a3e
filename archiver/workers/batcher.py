"""Jobs that come one by one, handed over in batches: while one is worked on, the next gathers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

Job = TypeVar("Job")
Result = TypeVar("Result")


class Batcher(Generic[Job, Result]):
    """Gives the jobs that have gathered to the first worker that is free. A worker is a function that takes a list of
    jobs and returns a result for each. A result that is an exception is raised to the caller that waits for its job;
    what the worker itself raises is raised to the callers of all the jobs in its list.

    max_batch: the most jobs in a list. between: seconds after a list is handed over in which no worker begins another,
    where a list costs much, however short it is. The first job does not wait. Then the first worker takes all that have
    gathered; without `between`, the workers share them.
    """

    def __init__(
        self,
        workers: Sequence[Callable[[list[Job]], Awaitable[Sequence[Result | Exception]]]],
        max_batch: int,
        between: float = 0,
    ) -> None:
        self._workers = workers
        self._max_batch = max_batch
        self._between = between
        self._next = 0.0  # when the next list may be taken, by the clock of the event loop
        self._queue: list[tuple[Job, asyncio.Future[Result]]] = []
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def submit(self, job: Job) -> Result:
        """Return the result of a job."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._queue.append((job, done))
        free = next((number for number in range(len(self._workers)) if number not in self._tasks), None)
        if free is not None:
            self._tasks[free] = asyncio.create_task(self._work(free))
        return await done

    async def drain(self) -> None:
        """Return when all jobs are done."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values())

    async def _work(self, number: int) -> None:
        clock = asyncio.get_running_loop().time
        try:
            while self._queue:
                # At least one round of the loop, so that jobs submitted at the same moment go into one list.
                await asyncio.sleep(self._next - clock())
                self._next = clock() + self._between
                batch = self._take()
                if not batch:  # other workers have taken all jobs meanwhile
                    return
                try:
                    results = await self._workers[number]([job for job, _ in batch])
                except Exception as error:  # whatever it is: a caller waits for each job
                    for _, done in batch:
                        if not done.done():
                            done.set_exception(error)
                    continue
                for (_, done), result in zip(batch, results, strict=True):
                    if done.done():
                        continue
                    if isinstance(result, Exception):
                        done.set_exception(result)
                    else:
                        done.set_result(result)
        finally:
            del self._tasks[number]

    def _take(self) -> list[tuple[Job, asyncio.Future[Result]]]:
        """Return the jobs that are next: a fair share, so that all workers have some, or all, where a list costs
        much."""
        workers = 1 if self._between else len(self._workers)
        count = min(self._max_batch, -(-len(self._queue) // workers))
        batch, self._queue = self._queue[:count], self._queue[count:]
        return batch
