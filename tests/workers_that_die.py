"""What a worker process does that ends within some jobs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def serve(_: None) -> Callable[[list[str]], list[str]]:
    """Return what does the jobs."""
    return lambda jobs: [work(job) for job in jobs]


def work(job: str) -> str:
    """Return a job in capitals, unless it is one of those that end badly."""
    if job == "die":
        os._exit(1)
    if job == "fail":
        raise RuntimeError("odd")
    return job.upper()
