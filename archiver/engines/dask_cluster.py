"""`dask`: a cluster on this machine, which is started for the run; `dask://host:port`: an existing one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import pickle
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import dask
from distributed import Client, KilledWorker, LocalCluster
from distributed.client import FutureCancelledError

import archiver
from archiver.engines.task import run
from archiver.errors import ArchiverError, EngineError, UsageError, WorkerLostError, in_a_line

if TYPE_CHECKING:
    from archiver.engines.engine import Engine

LOOPBACK = "127.0.0.1"
SCHEDULER_TIMEOUT_SECONDS = 10  # seconds, for the scheduler
WORKER_TIMEOUT_SECONDS = 60  # seconds, for the first worker
# The default is to wait 30 s for a worker that has ended. Profiles are off, because nobody looks at them.
DASK_SETTINGS = {"distributed.comm.timeouts.connect": "10s", "distributed.worker.profile.enabled": False}
POLL_SECONDS = 5.0  # seconds between two looks at how many workers there are


def engine(address: str = "", jobs: int | None = None) -> Engine:
    """Return the engine. address: of a scheduler (`host:port`, or with a protocol of Dask); empty: a cluster of this
    machine with `jobs` processes (None: one a core). Raises UsageError."""
    if address and jobs is not None:
        raise UsageError(f"jobs: cannot be given for dask://{address}, which has its own workers")
    # Dask's own logging is off: this module tells what becomes of tasks, in one line each.
    for name in ("distributed", "distributed.client", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    dask.config.set(DASK_SETTINGS)
    return partial(_join, address) if address else partial(_start, jobs or os.cpu_count() or 1)


async def _join(address: str, function: str, setup: Any) -> DaskPool:
    where = address if "://" in address else f"tcp://{address}"
    try:
        client = await Client(where, asynchronous=True, timeout=SCHEDULER_TIMEOUT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise EngineError(f"dask://{address}: no scheduler can be reached there: {in_a_line(error)}") from error
    pool = DaskPool(client, f"dask://{address}", function, setup)
    try:
        await client.wait_for_workers(1, timeout=WORKER_TIMEOUT_SECONDS)
        await pool.look()
    except TimeoutError as error:
        await pool.close()
        start = f"start some: dask worker {where}"
        raise EngineError(
            f"dask://{address}: it has no workers, and none has come in {WORKER_TIMEOUT_SECONDS} s; {start}"
        ) from error
    return pool


async def _start(jobs: int, function: str, setup: Any) -> DaskPool:
    # TLS with temporary keys: whoever can talk to a scheduler can run any program as the user who started it.
    options = {"host": LOOPBACK, "dashboard_address": None, "security": True, "memory_limit": 0}
    cluster = await LocalCluster(
        n_workers=jobs, threads_per_worker=1, asynchronous=True, silence_logs=logging.CRITICAL, **options
    )
    client = await Client(cluster, asynchronous=True, timeout=SCHEDULER_TIMEOUT_SECONDS, set_as_default=False)
    pool = DaskPool(client, "dask", function, setup, cluster)
    await client.wait_for_workers(1, timeout=WORKER_TIMEOUT_SECONDS)
    await pool.look()
    return pool


class DaskPool:
    """The workers of a scheduler. name: of the engine, as users write it. cluster: is closed together with the pool."""

    def __init__(
        self, client: Client, name: str, function: str, setup: Any, cluster: LocalCluster | None = None
    ) -> None:
        self.size = 1
        self._client = client
        self._name = name
        self._function = function
        self._setup = pickle.dumps(setup, protocol=pickle.HIGHEST_PROTOCOL)
        self._cluster = cluster
        self._keys = map(f"archiver-{uuid4().hex}-{{}}".format, count())
        self._looked = 0.0
        self._trial = asyncio.Lock()

    async def look(self) -> None:
        """Find out how many workers there are now: they come and go. Raises EngineError."""
        self._looked = asyncio.get_running_loop().time()
        try:
            self.size = max(1, sum((await self._client.nthreads()).values()))
        except OSError as error:
            raise self._gone(error) from error

    async def submit(self, job: Any) -> Any:
        """Return the result of a job. Raises as `Pool.submit` says."""
        try:
            result = await self._submit(job)
        except KilledWorker:
            # Other jobs that waited at the ended worker are suspects, too: each is tried again alone.
            async with self._trial:
                try:
                    result = await self._submit(job)
                except KilledWorker as error:
                    raise WorkerLostError(f"the task for {self._function} ended each worker that tried") from error
        if isinstance(result, Exception):
            raise result
        if asyncio.get_running_loop().time() - self._looked > POLL_SECONDS:
            await self.look()
        return result

    async def _submit(self, job: Any) -> Any:
        future = self._client.submit(
            run, archiver.__version__, self._function, self._setup, job, key=next(self._keys), pure=False
        )
        try:
            return await future
        except (KilledWorker, ArchiverError):
            raise
        except FutureCancelledError as error:
            raise self._gone(error) from error
        except ImportError as error:
            install = "install the same version of archiver on all of them"
            raise EngineError(f"{self._name}: the workers cannot run it: {in_a_line(error)}; {install}") from error
        except Exception as error:
            raise EngineError(f"{self._name}: {in_a_line(error)}") from error
        finally:
            future.release()

    async def close(self) -> None:
        """Disconnect from the cluster; close it if it was made for this pool."""
        with contextlib.suppress(OSError, TimeoutError):
            await self._client.close()
        cluster, self._cluster = self._cluster, None
        if cluster:
            await cluster.close()

    def kill(self) -> None:
        """Do nothing: Dask drops jobs for which nobody waits any more, and the cluster ends with `close`."""

    def _gone(self, error: BaseException) -> EngineError:
        return EngineError(f"{self._name}: the scheduler is gone: {in_a_line(error)}; nothing is lost: run it again")
