"""A real cluster of Dask, for the tests of one file: `python -m tests.cluster WORKERS` prints the address of its
scheduler, which listens on 127.0.0.1, and ends with its standard input."""

from __future__ import annotations

import logging
import multiprocessing
import subprocess
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parent.parent


@contextmanager
def running(workers: int) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start a cluster, in a process of its own; yield the address of its scheduler, and that process."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.cluster", str(workers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # that its workers were killed
        text=True,
        cwd=PROJECT,
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.stdin.close()


def main() -> None:
    """Be a cluster. Its workers are forked from a process that has loaded what they do: some of them are killed."""
    import dask  # which nobody but this process needs
    from distributed import LocalCluster, utils

    warnings.simplefilter("ignore")
    utils._forkserver_preload_set = True
    multiprocessing.get_context("forkserver").set_forkserver_preload(["distributed", "tests.workers_that_die"])
    settings: dict[str, object] = {"worker.multiprocessing-method": "forkserver", "worker.profile.enabled": False}
    settings |= {"scheduler.allowed-failures": 1, "comm.timeouts.connect": "10s"}
    dask.config.set({f"distributed.{name}": value for name, value in settings.items()})
    with LocalCluster(
        n_workers=int(sys.argv[1]),
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        memory_limit=0,
        silence_logs=logging.CRITICAL,
    ) as cluster:
        print(cluster.scheduler_address.removeprefix("tcp://"), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
