"""Posts archived per second, index included, beside what bare Scrapy downloads per second."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import mean, median
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from bench import near
from bench.articles import article_id, samples
from bench.crawler import ARCHIVER, Crawl, crawl
from bench.figures import Ratio, spread
from bench.place import check, file_system, workplace
from bench.server import SAMPLES, running

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.server import Server

ARTICLES = 6000  # a round
ROUNDS = 7
AIMS: dict[str, float | None] = {"default": 2.2, "tuned": 0.5}
FLOORS = {"default": 1.0, "tuned": 0.2}
NEAR, NEAR_FLOOR = 0.05, 0.15  # of the processor time that an article takes: what near-duplicates may
BUSY = 0.9  # of the time: what is that busy is what limits the crawl


class Round(NamedTuple):
    """A crawl, and the processor time of the server meanwhile."""

    crawl: Crawl
    server_cpu: float

    @property
    def rate(self) -> float:
        """Articles per second."""
        return self.crawl.articles / self.crawl.wall

    def busy(self) -> dict[str, float]:
        """Return for which part of the time each process ran or, the crawling one, could not run for want of a core."""
        seconds = {
            "crawl": self.crawl.cpu,
            "starved": self.crawl.starved,
            "writer": self.crawl.writer_cpu,
            "server": self.server_cpu,
        }
        return {name: value / self.crawl.wall for name, value in seconds.items()}


def run(*, quick: bool) -> list[Ratio]:
    """Print how fast each crawl is and what limits it; return the ratios."""
    if quick:  # a short round is mostly start: it keeps no floor
        return in_turns("crawl", ARCHIVER, AIMS, ARTICLES // 4, 3)
    return in_turns("crawl", ARCHIVER, AIMS, ARTICLES, ROUNDS, FLOORS)


def in_turns(
    name: str,
    ours: str,
    aims: Mapping[str, float | None],
    articles: int,
    count: int,
    floors: Mapping[str, float] = MappingProxyType({}),
) -> list[Ratio]:
    """Run crawls of that many `articles` in turns, `ours` and those that `aims` name, and print what came of it; return
    the ratios of `ours` to each of the others."""
    size = mean(len(sample.answer(article_id(0))) for sample in samples(SAMPLES))
    print(
        f"{name}: {articles:,} articles a round, {count} rounds in turns, answers of {size / 1000:.1f} kB in the mean, "
        f"posts on {file_system(Path.cwd())}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before\n",
        flush=True,
    )
    rounds: dict[str, list[Round]] = {kind: [] for kind in (ours, *aims)}
    with running() as server:
        for _ in range(count):
            for kind, done in rounds.items():
                done.append(_round(kind, articles, server, writes=kind == ours))
    _report(rounds)
    rates = {kind: median(one.rate for one in done) for kind, done in rounds.items()}
    whole = median((one.crawl.cpu + one.crawl.writer_cpu) / one.crawl.articles for one in rounds[ours])
    part = near.cost()
    print(f"Of {1000 * whole:.2f} ms of processor time for an article near-duplicates take {1000 * part:.3f} ms.")
    return [
        Ratio(f"{name}: near-duplicates / all of an article", part / whole, NEAR, floor=NEAR_FLOOR),
        *(
            Ratio(
                f"{name}: archiver / Scrapy {kind}",
                rates[ours] / rates[kind],
                aim,
                at_least=True,
                floor=floors.get(kind),
            )
            for kind, aim in aims.items()
        ),
    ]


def _round(kind: str, articles: int, server: Server, *, writes: bool) -> Round:
    before = server.used().cpu
    if writes:
        with workplace(server.host) as directory:
            done = crawl(kind, articles, server.host, directory)
            check(directory, articles)
    else:
        done = crawl(kind, articles, server.host)
    return Round(done, server.used().cpu - before)


def _report(rounds: dict[str, list[Round]]) -> None:
    ours, *others = rounds
    costs = {kind: [1000 * one.crawl.cpu / one.crawl.articles for one in done] for kind, done in rounds.items()}
    columns = "".join(f"{name:>9}" for name in rounds[ours][0].busy())
    print(f"{'':<10}{'articles/s':>22}{'CPU ms/article':>20}   busy:{columns}   limited by")
    for kind, done in rounds.items():
        busy = {name: median(one.busy()[name] for one in done) for name in done[0].busy()}
        columns = "".join(f"{part:>9.0%}" for part in busy.values())
        rates = spread([one.rate for one in done])
        print(f"{kind:<10}{rates:>22}{spread(costs[kind], 2):>20}        {columns}   {_limit(busy)}")
    by_cost = " and ".join(f"{median(costs[kind]) / median(costs[ours]):.2f} of {kind}" for kind in others)
    print(f"\nBy the processor time of the crawls, which a busy machine disturbs less: {by_cost}.")


def _limit(busy: dict[str, float]) -> str:
    if busy["crawl"] + busy["starved"] >= BUSY:
        return "the crawl's one core"
    for name in ("writer", "server"):
        if busy[name] >= BUSY:
            return f"the {name}"
    # The processes share few cores: then nothing is busy all the time, and there is no time left all the same.
    used = busy["crawl"] + busy["writer"] + busy["server"]
    return "all cores together" if used >= BUSY * (os.cpu_count() or 1) else "nothing that is busy all the time"
