"""What an engine is, and how it is found."""

from __future__ import annotations

from contextlib import asynccontextmanager
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol

from archiver.errors import EngineError, UsageError, in_a_line
from archiver.plugins import ENGINES_GROUP, libraries_of
from archiver.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

SCHEME_SEPARATOR = "://"


class Pool(Protocol):
    """Processes that work at one function.

    If one of them ends, only time is lost: another does its jobs again. So a job may be done more than once, even one
    whose result was returned already, and doing it again must have no further effect.
    """

    @property
    def size(self) -> int:
        """How many jobs are done at the same time, as far as it is known now: 1 or more."""

    async def submit(self, job: Any) -> Any:
        """Return the result of a job; if the result is an exception, it is raised.

        Raises WorkerLostError for a job that ends every process that works on it, WorkerError for an error in the
        function, EngineError if the engine has ended.
        """

    async def close(self) -> None:
        """End the processes, or disconnect from the cluster, when all jobs are done. A closed pool cannot be used
        again."""

    def kill(self) -> None:
        """Give up all jobs: `close` comes next."""


class Engine(Protocol):
    """Starts pools."""

    async def __call__(self, function: str, setup: Any) -> Pool:
        """Return a pool of processes that run `function` (`module:function`, as `archiver.workers.serve` takes it),
        which is set up with `setup` in each of them. Raises EngineError if there are no processes."""


def load_engine(name: str, jobs: int | None) -> Engine:
    """Return the engine of that name (`processes`, `dask`) or address (`dask://host:port`).

    jobs: how many processes it is to have; None: it decides itself. Raises UsageError if there is no such engine, and
    EngineError if it cannot be loaded.
    """
    kind, separator, address = name.partition(SCHEME_SEPARATOR)
    found = {point.name: point for point in entry_points(group=ENGINES_GROUP)}
    if kind not in found:
        raise UsageError(f"{name}: no such engine{did_you_mean(kind, found)}; there are {', '.join(sorted(found))}")
    point = found[kind]
    try:
        make = point.load()
    except ImportError as error:
        raise EngineError(f"{kind}: {error}{libraries_of(point)}") from error
    except Exception as error:  # a plug-in is not our code: it may raise anything
        raise EngineError(f"{kind}: {point.value}: {in_a_line(error)}") from error
    if separator and not address:
        raise UsageError(f"{name}: expected an address after it, such as {kind}://192.0.2.1:8786")
    engine: Engine = make(address, jobs)
    return engine


@asynccontextmanager
async def started(engine: Engine, function: str, setup: Any) -> AsyncGenerator[Pool, None]:
    """A context with a pool, which is closed at its end; jobs that are not done by then are given up. Raises
    EngineError."""
    pool = await engine(function, setup)
    try:
        yield pool
    finally:
        pool.kill()
        await pool.close()
