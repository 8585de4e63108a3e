"""An archive whose files are in an object store beside one in a directory: crawls into both, and replays from both.

The store is the one of the tests, on this machine and in Python: it takes processor time from what is measured, so that
the ratios are lower than those of a store on machines of its own. What it does not have is the way to it; so what was
asked of it is counted, too.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from statistics import median
from typing import TYPE_CHECKING

from archiver.captures import CAPTURES
from archiver.places import POSTS
from bench import command
from bench.figures import BenchError, Ratio, spread
from bench.place import NAME, check, workplace
from bench.server import LISTED, LISTINGS, running
from tests.stores import Store

if TYPE_CHECKING:
    from pathlib import Path

PAGES = 6  # of each listing
ROUNDS = 5
CRAWL, REPLAY = "crawl", "replay"
HERE, THERE = "directory", "store"
# By the clock, which says little on a busy machine (0.7 to 1.8 there), and by processor time.
FLOORS, CPU_FLOORS = {CRAWL: 0.4, REPLAY: 0.4}, {CRAWL: 0.8, REPLAY: 0.8}
JOBS = 2


def run(*, quick: bool) -> list[Ratio]:
    """Print the figures; return the ratios."""
    pages, count = (1, 2) if quick else (PAGES, ROUNDS)
    articles = pages * LISTINGS * LISTED
    taken: dict[tuple[str, str], list[command.Done]] = {(what, where): [] for what in FLOORS for where in (HERE, THERE)}
    asked: Counter[str] = Counter()
    store = Store()
    with running() as server:
        for _ in range(count):
            with workplace(server.host) as recipes:
                directory, apart = recipes / HERE, recipes / THERE
                address = store.bucket()
                there = {**store.environment, "ARCHIVER_STORE": address}
                taken[CRAWL, HERE].append(_crawl(directory, pages))
                check(directory, articles)
                store.requests()
                taken[CRAWL, THERE].append(_crawl(apart, pages, **there))
                asked.update(_named(CRAWL, store.requests()))
                _compare(
                    directory, {path: content for path, content in store.objects(address).items() if POSTS in path}
                )
                taken[REPLAY, HERE].append(_replay(str(directory / CAPTURES), directory))
                store.requests()
                taken[REPLAY, THERE].append(_replay(f"{address}/{CAPTURES}", directory, **store.environment))
                asked.update(_named(REPLAY, store.requests()))
    print(
        f"stores: {articles:,} new articles a round, {count} rounds in turns, the start of each command included, "
        f"load {os.getloadavg()[0]:.1f} after; replays with {JOBS} processes\n"
    )
    print(f"{'':<22}{'articles/s':>22}{'ms of processor time an article':>34}")
    for (what, where), done in taken.items():
        rates, costs = [articles / one.wall for one in done], [1000 * one.cpu / articles for one in done]
        print(f"{f'{what}, {where}':<22}{spread(rates):>22}{spread(costs, 2):>34}")
    said = ", ".join(f"{what} {number / articles / count:.3f}" for what, number in sorted(asked.items()))
    print(f"\nrequests an article: {said}")
    walls = [
        Ratio(
            f"stores: {what}, store / directory",
            median(one.wall for one in taken[what, HERE]) / median(one.wall for one in taken[what, THERE]),
            at_least=True,
            floor=None if quick else floor,
        )
        for what, floor in FLOORS.items()
    ]
    return walls + [
        Ratio(
            f"stores: {what}, the same by processor time",
            median(one.cpu for one in taken[what, HERE]) / median(one.cpu for one in taken[what, THERE]),
            at_least=True,
            floor=floor,
        )
        for what, floor in CPU_FLOORS.items()
    ]


def _named(what: str, requests: list[str]) -> Counter[str]:
    return Counter(f"{what} {one.partition(' ')[0]}" for one in requests)


def _crawl(output: Path, pages: int, **variables: str) -> command.Done:
    options = ("-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=16", "--no-progress")
    words = ("crawl", NAME, "--pages", str(pages), "--output", str(output), *options)
    return command.archiver(*words, ARCHIVER_RECIPES=str(output.parent), **variables)


def _replay(captures: str, directory: Path, **variables: str) -> command.Done:
    """Replay captures into a new directory, and hold that to what was crawled."""
    output = directory.with_name("elsewhere")
    words = ("replay", captures, "--output", str(output), "--jobs", str(JOBS))
    done = command.archiver(*words, ARCHIVER_RECIPES=str(directory.parent), **variables)
    _compare(directory, {f"{POSTS}/{file.name}": file.read_bytes() for file in (output / POSTS).iterdir()})
    shutil.rmtree(output)
    return done


def _compare(directory: Path, made: dict[str, bytes]) -> None:
    if made != {f"{POSTS}/{file.name}": file.read_bytes() for file in (directory / POSTS).iterdir()}:
        raise BenchError("other posts were made than in the directory")
