"""Several processes that do the same, for jobs that come one by one."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Generic, TypeVar

from archiver.errors import WorkerError, WorkerLostError
from archiver.workers.batcher import Batcher
from archiver.workers.process import WorkerProcess
from archiver.workers.serve import MAX_PROCESSOR_SECONDS

MAX_TRIES = 3  # for a job whose process ends: something else may have killed it
MAX_BATCH = 64  # jobs in a list: with longer lists one process would work while the others wait
Job = TypeVar("Job")
Result = TypeVar("Result")


class WorkerPool(Generic[Job, Result]):
    """Processes that share the jobs: one that is free takes the jobs that have gathered."""

    def __init__(self, function: str, setup: Any, count: int, max_batch: int = MAX_BATCH) -> None:
        self._processes = [
            WorkerProcess[Job, Result](function, setup, limit=MAX_PROCESSOR_SECONDS) for _ in range(count)
        ]
        self.size = count
        workers = [partial(_work, process) for process in self._processes]
        self._batcher = Batcher[Job, Result](workers, max_batch)

    async def start(self) -> None:
        """Start the process that the first job goes to. Raises MachineError when it cannot be started."""
        await self._processes[0].start()

    async def submit(self, job: Job) -> Result:
        """Return the result of a job. Raises WorkerError when every process that worked on this job alone has ended
        before it was done, and when the job takes too long (then its process is ended)."""
        return await self._batcher.submit(job)

    async def close(self) -> None:
        """End the processes, when all jobs are done."""
        await self._batcher.drain()
        await asyncio.gather(*(process.close() for process in self._processes))

    def kill(self) -> None:
        """End the processes at once, whatever they are at, and start no other."""
        for process in self._processes:
            process.kill()


async def _work(process: WorkerProcess[Job, Result], jobs: list[Job]) -> list[Result | WorkerError]:
    """Return the results of `jobs`. If the process ends, each job is tried alone in a new process, up to MAX_TRIES
    times:
    so a job that ends its process costs no other job, and a process that somebody killed costs none at all."""
    failure = WorkerError("it was not tried")
    for _ in range(MAX_TRIES if len(jobs) == 1 else 1):
        try:
            return list(await process.call(jobs))
        except WorkerLostError as error:
            failure = error
        except WorkerError as error:
            failure = error
            break
    if len(jobs) == 1:
        return [failure]
    return [one for job in jobs for one in await _work(process, [job])]
