"""Posts archived per second, beside what bare Scrapy downloads per second."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING, NamedTuple

from bench.articles import article_id, samples
from bench.crawler import ARCHIVER, SPIDERS, Crawl, crawl
from bench.figures import Ratio, spread
from bench.place import check, file_system, workplace
from bench.server import SAMPLES, running

if TYPE_CHECKING:
    from bench.server import Server

ARTICLES = 6000  # a round
ROUNDS = 7
AIMS = {"default": 1.2, "tuned": 0.7}
BUSY = 0.9  # of the time: what is that busy is what limits the crawl


class Round(NamedTuple):
    """A crawl, and the processor time of the server meanwhile."""

    crawl: Crawl
    server_cpu: float

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
    articles = ARTICLES // 4 if quick else ARTICLES
    count = 3 if quick else ROUNDS
    size = mean(len(sample.answer(article_id(0))) for sample in samples(SAMPLES))
    print(
        f"crawl: {articles:,} articles a round, {count} rounds in turns, answers of {size / 1000:.1f} kB in the mean, "
        f"posts on {file_system(Path.cwd())}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before\n",
        flush=True,
    )
    rounds: dict[str, list[Round]] = {kind: [] for kind in SPIDERS}
    with running() as server:
        for _ in range(count):
            for kind in SPIDERS:
                rounds[kind].append(_round(kind, articles, server))
    return _report(rounds)


def _round(kind: str, articles: int, server: Server) -> Round:
    before = server.cpu_time()
    if kind == ARCHIVER:
        with workplace(server.host) as directory:
            done = crawl(kind, articles, server.host, directory)
            check(directory, articles)
    else:
        done = crawl(kind, articles, server.host)
    return Round(done, server.cpu_time() - before)


def _report(rounds: dict[str, list[Round]]) -> list[Ratio]:
    rates = {kind: [one.crawl.articles / one.crawl.wall for one in done] for kind, done in rounds.items()}
    costs = {kind: [1000 * one.crawl.cpu / one.crawl.articles for one in done] for kind, done in rounds.items()}
    columns = "".join(f"{name:>9}" for name in rounds[ARCHIVER][0].busy())
    print(f"{'':<10}{'articles/s':>22}{'CPU ms/article':>20}   busy:{columns}   limited by")
    for kind, done in rounds.items():
        busy = {name: median(one.busy()[name] for one in done) for name in done[0].busy()}
        columns = "".join(f"{part:>9.0%}" for part in busy.values())
        print(f"{kind:<10}{spread(rates[kind]):>22}{spread(costs[kind], 2):>20}        {columns}   {_limit(busy)}")
    by_cost = " and ".join(f"{median(costs[kind]) / median(costs[ARCHIVER]):.2f} of {kind}" for kind in AIMS)
    print(f"\nBy the processor time of the crawls, which a busy machine disturbs less: {by_cost}.")
    return [
        Ratio(f"crawl: archiver / Scrapy {kind}", median(rates[ARCHIVER]) / median(rates[kind]), aim, at_least=True)
        for kind, aim in AIMS.items()
    ]


def _limit(busy: dict[str, float]) -> str:
    if busy["crawl"] + busy["starved"] >= BUSY:
        return "the crawl's one core"
    return next(
        (f"the {name}" for name in ("writer", "server") if busy[name] >= BUSY), "nothing that is busy all the time"
    )
