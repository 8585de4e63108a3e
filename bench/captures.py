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
from archiver.index.index import DIRECTORY
from archiver.places import MANIFESTS, POSTS
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


def run(*, quick: bool) -> list[Ratio]:
    """Print the figures; return the ratios."""
    articles, count = (ARTICLES // 4, 3) if quick else (ARTICLES, ROUNDS)
    rates: dict[str, list[float]] = {LISTING: [], UNCAPTURED: [], "replay, one core": [], "replay, two cores": []}
    rates["replay of what is there"], rates[TUNED] = [], []
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
                rates["replay, one core"].append(articles / _replay(directory, articles, "elsewhere", {0}))
                rates["replay, two cores"].append(articles / _replay(directory, articles, "elsewhere"))
                rates["replay of what is there"].append(articles / _replay(directory, articles))
                for _ in range(3):
                    summing.append(_sum(directory))
                    verifying.append(_verify(directory))
    print(
        f"captures: {articles:,} new articles from listings a round, {count} rounds in turns, load {load:.1f} before; "
        f"the start of each command included, but not of crawls\n"
    )
    print(f"{'':<28}{'articles/s':>26}")
    for name, measured in rates.items():
        print(f"{name:<28}{spread(measured):>26}")
    print(f"\n{'':<28}{'seconds':>26}")
    for name, taken in (("archiver verify", verifying), ("sha256sum, same files", summing)):
        print(f"{name:<28}{spread(taken, 2):>26}")
    crawled = median(rates[LISTING])
    return [
        Ratio("captures: crawl with / without", crawled / median(rates[UNCAPTURED]), COST, at_least=True),
        *(
            Ratio(f"captures: {name} / crawl", median(measured) / crawled)
            for name, measured in rates.items()
            if name.startswith("replay")
        ),
        Ratio(
            "captures: replay, two cores / Scrapy tuned",
            median(rates["replay, two cores"]) / median(rates[TUNED]),
            OF_TUNED,
            at_least=True,
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


def _replay(directory: Path, articles: int, name: str = "", cores: set[int] | None = None) -> float:
    """Return the seconds of a replay of what was captured in `directory`; with a `name` into a new directory there."""
    output = directory / name
    expected = f"{articles} written, 0 unchanged" if name else f"0 written, {articles} unchanged"
    given = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores or given)
    try:
        jobs = str(len(cores or given))
        options = ("--output", str(output), "--jobs", jobs)
        done = command.archiver("replay", str(directory / CAPTURES), *options, ARCHIVER_RECIPES=str(directory))
    finally:
        os.sched_setaffinity(0, given)
    if not done.output.startswith(expected):
        raise BenchError(f"the replay came to something else: {done.output}")
    if name:
        if _names(output) != _names(directory):
            raise BenchError("the replay made other posts")
        shutil.rmtree(output)
    return done.wall


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
    for part in (POSTS, CAPTURES, MANIFESTS, DIRECTORY):
        for folder, _, names in os.walk(directory / part):
            yield from (Path(folder, name) for name in names)
