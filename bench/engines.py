"""A replay by the workers of a Dask cluster beside one by as many processes (`python -m bench.engines N`: they)."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from contextlib import contextmanager
from statistics import median
from typing import TYPE_CHECKING

from distributed import LocalCluster

from archiver.captures import CAPTURES
from archiver.places import POSTS
from bench import command
from bench.command import ROOT, environment
from bench.crawler import LISTING, crawl
from bench.figures import BenchError, Ratio, spread
from bench.place import check, workplace
from bench.server import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARTICLES = 6000
ROUNDS = 5
WORKERS = 2
OF_PROCESSES = 0.8  # what the cluster is to come to
PROCESSES, DASK = "processes", "dask"


def run(*, quick: bool) -> list[Ratio]:
    """Print the figures; return the ratios."""
    articles, count = (ARTICLES // 4, 3) if quick else (ARTICLES, ROUNDS)
    rates: dict[str, list[float]] = {PROCESSES: [], DASK: []}
    with running() as server, workplace(server.host) as directory, _cluster() as address:
        crawl(LISTING, articles, server.host, directory)
        check(directory, articles)
        engines = {PROCESSES: ("--jobs", str(WORKERS)), DASK: ("--engine", address)}
        for name in [*engines, *list(engines) * count]:  # the first of each loads what its workers need
            rates[name].append(articles / _replay(directory, engines[name]))
    print(f"engines: a replay of {articles:,} articles into an empty directory, {WORKERS} workers, {count} rounds\n")
    print(f"{'':<28}{'articles/s':>26}")
    for name, measured in rates.items():
        print(f"{name:<28}{spread(measured[1:]):>26}")
    ratio = median(rates[DASK][1:]) / median(rates[PROCESSES][1:])
    name = f"engines: replay, dask / processes, {WORKERS} of each"
    return [Ratio(name, ratio, OF_PROCESSES, at_least=True, floor=None if quick else 0.6)]


def _replay(directory: Path, engine: tuple[str, str]) -> float:
    """Return the seconds of a replay, and hold it to what it should have made."""
    output = directory / "elsewhere"
    words = ("replay", str(directory / CAPTURES), "--output", str(output), *engine)
    done = command.archiver(*words, ARCHIVER_RECIPES=str(directory))
    made = [{file.name: file.read_bytes() for file in (place / POSTS).iterdir()} for place in (directory, output)]
    if made[0] != made[1]:
        raise BenchError(f"the replay made other posts: {done.output}")
    shutil.rmtree(output)
    return done.wall


@contextmanager
def _cluster() -> Iterator[str]:
    """Start a cluster in a process of its own; yield it as an engine."""
    words = [sys.executable, "-m", "bench.engines", str(WORKERS)]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment()
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield f"dask://{process.stdout.readline().strip()}"
        finally:
            process.stdin.close()


def main() -> None:
    """Be a cluster until standard input ends."""
    options: dict[str, object] = {
        "host": "127.0.0.1",
        "dashboard_address": None,
        "threads_per_worker": 1,
        "memory_limit": 0,
    }
    options["silence_logs"] = logging.CRITICAL
    with LocalCluster(n_workers=int(sys.argv[1]), **options) as cluster:
        print(cluster.scheduler_address.removeprefix("tcp://"), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
