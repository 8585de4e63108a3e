"""What captures cost a crawl, and what they give: replays beside crawls, `archiver verify` beside `sha256sum`."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from archiver.captures import CAPTURES
from archiver.places import INDEX, MANIFESTS, POSTS
from bench import command
from bench.crawler import LISTING, UNCAPTURED, crawl
from bench.figures import BenchError, Ratio, spread
from bench.place import check, workplace
from bench.server import running

if TYPE_CHECKING:
    from collections.abc import Iterator

ARTICLES = 6000  # a round
ROUNDS = 5
COST = 0.9  # of the crawl's speed, with captures
TWICE = 2.0  # the time of sha256sum
OF_TUNED = 0.8  # a replay on two cores, of what a tuned bare spider downloads in the time
TUNED = "Scrapy tuned"
BUSY = 0.85  # of the time: then the cores are what limits a replay
# How it is called, where its posts go ("": to those that are there), and the cores that it has.
REPLAYS = (
    ("replay, one core", "elsewhere", {0}),
    ("replay, two cores", "elsewhere", {0, 1}),
    ("replay of what is there", "", {0, 1}),
)


def run(*, quick: bool) -> list[Ratio]:
    """Print the figures; return the ratios."""
    articles, count = (ARTICLES // 4, 3) if quick else (ARTICLES, ROUNDS)
    busy: dict[str, list[float]] = {name: [] for name, _, _ in REPLAYS}
    rates: dict[str, list[float]] = {name: [] for name in (LISTING, UNCAPTURED, *busy, TUNED)}
    verifying, summing = [], []
    load = os.getloadavg()[0]
    with running() as server:
        for _ in range(count):
            bare = crawl("tuned", articles, server.host)
            rates[TUNED].append(bare.articles / bare.wall)
            with workplace(server.host) as directory:
                rates[UNCAPTURED].append(_crawled(UNCAPTURED, articles, server.host, directory))
            with workplace(server.host) as directory:
                rates[LISTING].append(_crawled(LISTING, articles, server.host, directory))
                for name, place, cores in REPLAYS:
                    done = _replay(directory, articles, place, cores)
                    rates[name].append(articles / done.wall)
                    busy[name].append(done.cpu / done.wall / len(cores))
                for _ in range(3):
                    summing.append(_sum(directory))
                    verifying.append(_verify(directory))
    print(
        f"captures: {articles:,} new articles from listings a round, {count} rounds in turns, load {load:.1f} before; "
        f"the start of each command included, but not of crawls\n"
    )
    print(f"{'':<28}{'articles/s':>26}   cores busy   limited by")
    for name, measured in rates.items():
        limit = f"{median(busy[name]):>10.0%}   {_limit(median(busy[name]))}" if name in busy else ""
        print(f"{name:<28}{spread(measured):>26}   {limit}".rstrip())
    print(f"\n{'':<28}{'seconds':>26}")
    for name, taken in (("archiver verify", verifying), ("sha256sum, same files", summing)):
        print(f"{name:<28}{spread(taken, 2):>26}")
    crawled = median(rates[LISTING])
    return [
        Ratio("captures: crawl with / without", crawled / median(rates[UNCAPTURED]), COST, at_least=True, floor=0.6),
        *(Ratio(f"captures: {name} / crawl", median(rates[name]) / crawled) for name in busy),
        Ratio(
            "captures: replay, two cores / Scrapy tuned",
            median(rates["replay, two cores"]) / median(rates[TUNED]),
            OF_TUNED,
            at_least=True,
            floor=None if quick else 0.3,  # a short one is mostly the start of processes
        ),
        Ratio("captures: seconds of verify / sha256sum", median(verifying) / median(summing), TWICE),
    ]


def _crawled(kind: str, articles: int, host: str, directory: Path) -> float:
    """Return the articles a second of a crawl, and hold it to what it should have made."""
    done = crawl(kind, articles, host, directory)
    check(directory, articles)
    if (directory / CAPTURES).exists() != (kind == LISTING):
        raise BenchError(f"{directory}: captures where there should be none, or none")
    return done.articles / done.wall


def _limit(busy: float) -> str:
    return "its cores" if busy >= BUSY else "the one process that decides, and the disk that it waits for"


def _replay(directory: Path, articles: int, name: str, cores: set[int]) -> command.Done:
    """Replay what was captured in `directory` on some cores; with a `name` into a new directory there."""
    output = directory / name
    expected = f"{articles} written, 0 unchanged" if name else f"0 written, {articles} unchanged"
    given = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        options = ("--output", str(output), "--jobs", str(len(cores)))
        done = command.archiver("replay", str(directory / CAPTURES), *options, ARCHIVER_RECIPES=str(directory))
    finally:
        os.sched_setaffinity(0, given)
    if not done.output.startswith(expected):
        raise BenchError(f"the replay came to something else: {done.output}")
    if name:
        if _names(output) != _names(directory):
            raise BenchError("the replay made other posts")
        shutil.rmtree(output)
    return done


def _names(directory: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (directory / POSTS).iterdir()}


def _verify(directory: Path) -> float:
    done = command.archiver("verify", "--output", str(directory), ARCHIVER_RECIPES=str(directory))
    if "nothing is wrong" not in done.output:
        raise BenchError(f"verify found something: {done.output}")
    return done.wall


def _sum(directory: Path) -> float:
    """Return the seconds that `sha256sum` takes for the files that `archiver verify` reads: the index is one too."""
    begun = time.perf_counter()
    files = b"\0".join(os.fsencode(file) for file in _files(directory))
    subprocess.run(["xargs", "-0", "sha256sum"], input=files, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def _files(directory: Path) -> Iterator[Path]:
    for part in (POSTS, CAPTURES, MANIFESTS, INDEX):
        for folder, _, names in os.walk(directory / part):
            yield from (Path(folder, name) for name in names)
