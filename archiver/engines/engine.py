"""What an engine is, and how it is found."""

from __future__ import annotations

from contextlib import asynccontextmanager
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol

from archiver.errors import EngineError, UsageError, in_a_line
from archiver.plugins import ENGINES, libraries_of
from archiver.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

SEPARATOR = "://"


class Pool(Protocol):
    """Processes that work at one function.

    Whatever ends one of them costs nothing but time: its jobs are done again by another. So a job may be done more than
    once, also one whose result has been returned, and must then leave behind what it would have left behind once.
    """

    @property
    def size(self) -> int:
        """How many jobs are worked on at once, as far as that is known now: 1 or more."""

    async def submit(self, job: Any) -> Any:
        """Return the result of a job; one that is an exception is raised.

        Raises WorkerLostError for a job that ends whatever works on it, WorkerError for a fault of the function,
        EngineError when the engine is no more.
        """

    async def close(self) -> None:
        """End the processes, or let the cluster go, when all jobs are done. Once closed it stays so."""

    def kill(self) -> None:
        """Give up all jobs: `close` comes next."""


class Engine(Protocol):
    """Starts pools."""

    async def __call__(self, function: str, setup: Any) -> Pool:
        """Return processes that work at `function` (`module:function`, as `archiver.workers.serve` takes it), which is
        set up with `setup` in each of them. Raises EngineError if there are none to be had."""


def load_engine(name: str, jobs: int | None) -> Engine:
    """Return the engine of that name (`processes`, `dask`) or address (`dask://host:port`).

    jobs: processes that it is to have; None: as it sees fit. Raises UsageError if there is
    no such engine, and EngineError if it cannot be loaded.
    """
    kind, separator, address = name.partition(SEPARATOR)
    found = {point.name: point for point in entry_points(group=ENGINES)}
    if kind not in found:
        raise UsageError(f"{name}: no such engine{did_you_mean(kind, found)}; there are {', '.join(sorted(found))}")
    point = found[kind]
    try:
        make = point.load()
    except ImportError as error:
        raise EngineError(f"{kind}: {error}{libraries_of(point)}") from error
    except Exception as error:  # whatever a plug-in fails with: it is not our code
        raise EngineError(f"{kind}: {point.value}: {in_a_line(error)}") from error
    if separator and not address:
        raise UsageError(f"{name}: expected an address after it, such as {kind}://192.0.2.1:8786")
    engine: Engine = make(address, jobs)
    return engine


@asynccontextmanager
async def started(engine: Engine, function: str, setup: Any) -> AsyncGenerator[Pool, None]:
    """A pool that is closed in the end, whatever was still to be done. Raises EngineError."""
    pool = await engine(function, setup)
    try:
        yield pool
    finally:
        pool.kill()
        await pool.close()
