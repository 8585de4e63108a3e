"""A worker process, seen from the process that started it (`serve` is the other side)."""

from __future__ import annotations

import asyncio
import pickle
import signal
import sys
from contextlib import suppress
from typing import Any, Generic, TypeVar

from archiver.errors import MachineError, WorkerError, WorkerLostError, with_advice
from archiver.workers.serve import FINISH_WORD, LEAVE_WORD, LENGTH_BYTES, MAX_PROCESSOR_SECONDS

# A list may take this many times its limit of processor time by the clock on the wall: so a busy machine gets it done.
WALL_CLOCK_FACTOR = 20
ENDING_TIMEOUT_SECONDS = 30.0  # seconds that a process which has closed its end of the pipe gets to end by itself
Job = TypeVar("Job")
Result = TypeVar("Result")


class WorkerProcess(Generic[Job, Result]):
    """A process that takes lists of jobs and answers each with a list of results; it starts with the first list.

    function: `module:function`, as `archiver.workers.serve` takes it. setup: the argument of that function (it is sent
    as a pickle). descriptor: for a process that writes, the file descriptor of a lock that it holds, too, as long as it
    lives; -1 for one that does not write. limit: seconds of processor time that a list may take; a process that writes
    has no limit.
    """

    def __init__(self, function: str, setup: Any, descriptor: int = -1, limit: float = MAX_PROCESSOR_SECONDS) -> None:
        self._function = function
        self._setup = setup
        self._descriptor = descriptor
        self._limit = limit
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._killed = False

    @property
    def _writes(self) -> bool:
        return self._descriptor >= 0

    @property
    def arguments(self) -> list[str]:
        """The arguments that Python is started with."""
        # -P: the folder that a command is called in must not hide modules.
        how = [FINISH_WORD] if self._writes else [LEAVE_WORD, str(self._limit)]
        return ["-P", "-m", "archiver.workers.serve", self._function, *how]

    async def start(self) -> None:
        """Start the process, where a first list is sure to come soon. Raises MachineError when no process can be
        started. If it ends at once, the first list finds that out."""
        async with self._turn:
            if self._process is None and not self._killed:
                with suppress(OSError):
                    await self._start()

    async def call(self, jobs: list[Job]) -> list[Result]:
        """Return the results of `jobs`. Lists are worked on in the order in which they came.

        Raises WorkerLostError when the process has ended, and WorkerError when it took too long: in both cases the next
        list goes to a new process. Also WorkerError when the function itself failed, and MachineError when no process
        can be started.
        """
        async with self._turn:
            try:
                if self._process is None or self._process.returncode is not None:
                    await self._start()
                async with asyncio.timeout(None if self._writes else self._limit * WALL_CLOCK_FACTOR):
                    await self._send(jobs)
                    results = await self._receive()
            except TimeoutError as error:
                await self._forget()
                raise WorkerError(f"it took longer than {self._limit * WALL_CLOCK_FACTOR:.0f} s to read") from error
            except (OSError, EOFError, asyncio.IncompleteReadError, pickle.UnpicklingError) as error:
                is_ending = not isinstance(error, pickle.UnpicklingError)
                if await self._forget(ENDING_TIMEOUT_SECONDS if is_ending else 0) == -signal.SIGPROF:
                    raise WorkerError(f"it took more than {self._limit:.0f} s of processor time to read") from error
                said = getattr(error, "strerror", None) or str(error) or type(error).__name__
                raise WorkerLostError(f"the process for {self._function} ended: {said}") from error
        if isinstance(results, WorkerError):
            raise WorkerError(f"the process for {self._function} failed: {results}")
        return results

    async def close(self) -> None:
        """End the process, when its jobs are done."""
        async with self._turn:
            if self._process and self._process.stdin:
                self._process.stdin.close()
                await self._process.wait()
                self._process = None

    def kill(self) -> None:
        """End the process at once, whatever it is doing, and never start it again."""
        self._killed = True
        if self._process:
            _kill(self._process)

    async def _start(self) -> None:
        if self._killed:
            raise EOFError("it was given up")
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self.arguments,
                pass_fds=(self._descriptor,) if self._descriptor >= 0 else (),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise MachineError(f"no process can be started for {self._function}: {with_advice(error)}") from error
        await self._send(self._setup)

    async def _send(self, value: Any) -> None:
        assert self._process is not None
        stream = self._process.stdin
        assert stream is not None
        message = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
        stream.write(len(message).to_bytes(LENGTH_BYTES, "big"))
        stream.write(message)
        await stream.drain()

    async def _receive(self) -> list[Result] | WorkerError:
        assert self._process is not None
        stream = self._process.stdout
        assert stream is not None
        size = int.from_bytes(await stream.readexactly(LENGTH_BYTES), "big")
        results: list[Result] | WorkerError = pickle.loads(await stream.readexactly(size))
        return results

    async def _forget(self, patience: float = 0) -> int | None:
        """Give up a process that does not answer as it should, and return its exit status, None if there is no process.
        patience: seconds that it gets to end by itself, since killing a process that is just ending would hide why it
        ended."""
        process, self._process = self._process, None
        if process and process.stdin:
            process.stdin.close()
        if process is None:
            return None
        if patience:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    return await process.wait()
        _kill(process)
        return await process.wait()


def _kill(process: asyncio.subprocess.Process) -> None:
    """End a process at once, unless it has ended. It may have ended without asyncio knowing yet."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
