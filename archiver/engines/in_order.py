"""Giving many jobs to a pool, and their results back in the order of the jobs."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from archiver.engines.engine import Pool

JOBS_AHEAD = 3  # jobs that are submitted for each process, so that the next one always waits there
Job = TypeVar("Job")


async def in_order(pool: Pool, jobs: Iterator[Job]) -> AsyncGenerator[tuple[Job, asyncio.Future[Any]], None]:
    """Yield each job of `jobs` with a future of its result, which returns or raises what `Pool.submit` does. Only a few
    more jobs than the pool does at the same time are submitted, however many there are. Use it in
    `contextlib.aclosing`: then submitted jobs are given up if the iteration ends early."""
    under_way: deque[tuple[Job, asyncio.Future[Any]]] = deque()
    try:
        while True:
            while len(under_way) < JOBS_AHEAD * pool.size and (job := next(jobs, None)) is not None:
                under_way.append((job, asyncio.ensure_future(pool.submit(job))))
            if not under_way:
                return
            job, result = under_way.popleft()
            await asyncio.wait([result])
            yield job, result
    finally:
        for _, result in under_way:
            result.cancel()
        await asyncio.gather(*(result for _, result in under_way), return_exceptions=True)
