"""What worker processes do that end within some jobs."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.datasets import job as datasets
from archiver.datasets import parquet
from archiver.errors import StoreError
from archiver.replay.serve import ReplaySetup
from archiver.replay.serve import serve as serve_replay
from archiver.storage import write_atomically

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


def replay(setup: ReplaySetup) -> Callable[[list[Any]], list[Any]]:
    """Return what reads captures, and is killed whenever it has read a part that nobody read before: what it has found
    is lost."""
    work = serve_replay(setup)

    def dying(parts: list[Any]) -> list[Any]:
        results = work(parts)
        for part in parts:
            die_once(Path(setup.spool, f"read-{Path(part[0].file).name}"))
        return results

    return dying


def extract(setup: datasets.DatasetSetup) -> Callable[[list[Any]], list[Any]]:
    """Return what makes rows, and is killed once when the rows of a part are in their place and that is not yet noted,
    and once when all of a part is done."""
    work, note = parquet.serve(setup), write_atomically

    def noting(place: Path, content: bytes) -> None:
        die_once(Path(f"{setup.directory}.before"))
        note(place, content)

    def dying(jobs: list[Any]) -> list[Any]:
        results = work(jobs)
        die_once(Path(f"{setup.directory}.after"))
        return results

    vars(parquet)["write_atomically"] = noting
    return dying


def kill_the_run(setup: datasets.DatasetSetup) -> Callable[[list[Any]], list[Any]]:
    """Return what makes rows, and kills the run, `RUN_TO_KILL`, when the second part is in its place, not yet noted."""
    work, note = parquet.serve(setup), write_atomically

    def noting(place: Path, content: bytes) -> None:
        if any(place.parent.iterdir()):
            os.kill(int(os.environ["RUN_TO_KILL"]), signal.SIGKILL)
            os._exit(1)
        note(place, content)

    vars(parquet)["write_atomically"] = noting
    return work
