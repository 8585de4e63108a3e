"""`processes`: the engine whose processes are on this machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from archiver.errors import UsageError
from archiver.workers.pool import WorkerPool

if TYPE_CHECKING:
    from archiver.engines.engine import Engine


def engine(address: str = "", jobs: int | None = None) -> Engine:
    """Return the engine. jobs: processes; None: one a core. Raises UsageError."""
    if address:
        raise UsageError(f"processes://{address}: the processes are those of this machine; they have no address")
    count = jobs or os.cpu_count() or 1

    async def start(function: str, setup: Any) -> WorkerPool[Any, Any]:
        return WorkerPool(function, setup, count, max_batch=1)

    return start
