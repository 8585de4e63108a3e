"""Jobs for a process of its own, handed over in batches: while it works on one, the next gathers."""

from __future__ import annotations

import asyncio
import pickle
from typing import TYPE_CHECKING, Generic, TypeVar

from archiver.errors import ArchiverError, BatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GATHER = 0.01  # seconds for a batch to gather: a batch costs both processes a switch, whatever its size
MOST = 128  # jobs in a batch: with more of them the process that gathers and the one that works take turns
LENGTH = 4  # bytes before each message, which say how long it is

Job = TypeVar("Job", bound=tuple)  # type: ignore[type-arg]  # of any fields
Result = TypeVar("Result")


class Batches(Generic[Job, Result]):
    """A process that takes lists of jobs (plain tuples, pickled) and answers each with a list of results.

    command: starts it; with the first job. before_batch: called before each batch is handed over, to make count what
    must be known of it by then. descriptor: of a lock that the process holds too, for as long as it lives; -1 for none.
    """

    def __init__(
        self, command: Sequence[str], before_batch: Callable[[], None] = lambda: None, descriptor: int = -1
    ) -> None:
        self._command = command
        self._before_batch = before_batch
        self._descriptor = descriptor
        self._queue: list[tuple[Job, asyncio.Future[Result]]] = []
        self._process: asyncio.subprocess.Process | None = None
        self._working: asyncio.Task[None] | None = None

    async def put(self, job: Job) -> Result:
        """Return the result of a job. Raises BatchError when the process has ended, and what `before_batch` raises."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._queue.append((job, done))
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return await done

    async def close(self) -> None:
        """End the process, when all jobs are done."""
        if self._working:
            await self._working
        if self._process and self._process.stdin:
            self._process.stdin.close()
            await self._process.wait()

    async def _work(self) -> None:
        """Hand over batch after batch until no job is left."""
        try:
            while self._queue:
                if len(self._queue) < MOST:
                    await asyncio.sleep(GATHER)
                batch, self._queue = self._queue[:MOST], self._queue[MOST:]
                try:
                    self._before_batch()
                    results = await self._exchange([job for job, _ in batch])
                except Exception as error:  # whatever it is: somebody waits for each job
                    failure = error
                    if not isinstance(error, ArchiverError):
                        self._process = None
                        failure = BatchError(f"the writing process ended: {error}")
                    for _, done in batch:
                        if not done.cancelled():
                            done.set_exception(failure)
                    continue
                for (_, done), result in zip(batch, results, strict=True):
                    if not done.cancelled():
                        done.set_result(result)
        finally:
            self._working = None

    async def _exchange(self, jobs: list[Job]) -> list[Result]:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                pass_fds=(self._descriptor,) if self._descriptor >= 0 else (),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        requests, replies = self._process.stdin, self._process.stdout
        assert requests is not None
        assert replies is not None
        message = pickle.dumps([tuple(job) for job in jobs], protocol=pickle.HIGHEST_PROTOCOL)
        requests.write(len(message).to_bytes(LENGTH, "big"))
        requests.write(message)
        await requests.drain()
        size = int.from_bytes(await replies.readexactly(LENGTH), "big")
        results: list[Result] = pickle.loads(await replies.readexactly(size))
        return results
