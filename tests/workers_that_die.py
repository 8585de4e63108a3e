"""What worker processes do that end within some jobs."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.errors import StoreError
from archiver.replay.serve import Setup
from archiver.replay.serve import serve as serve_replay

if TYPE_CHECKING:
    from collections.abc import Callable


def serve(_: None) -> Callable[[list[str]], list[str | StoreError]]:
    """Return what does the jobs."""
    return lambda jobs: [work(job) for job in jobs]


def work(job: str) -> str | StoreError:
    """Return a job in capitals, unless it is one of those that end badly."""
    if job == "die":
        os._exit(1)
    if job == "fail":
        raise RuntimeError("odd")
    if job == "full":
        return StoreError("no room")
    if job.startswith("/"):  # the first that does it is killed
        die_once(Path(job))
    return job.upper()


def die_once(file: Path) -> None:
    """End this process as `kill -9` does, unless one was ended here before."""
    if not file.exists():
        file.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def replay(setup: Setup) -> Callable[[list[Any]], list[Any]]:
    """Return what reads captures, and is killed whenever it has read a part that nobody read before: what it has found
    is lost."""
    work = serve_replay(setup)

    def dying(parts: list[Any]) -> list[Any]:
        results = work(parts)
        for part in parts:
            die_once(Path(setup.spool, f"read-{Path(part[0].file).name}"))
        return results

    return dying
