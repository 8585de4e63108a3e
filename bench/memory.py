"""The memory of a long crawl: flat, however many posts it has archived."""

from __future__ import annotations

from bench.crawler import ARCHIVER, crawl
from bench.figures import Ratio
from bench.place import check, workplace
from bench.server import running

ARTICLES = 20_000
AIM = 1.05


def run(*, quick: bool) -> list[Ratio]:
    """Print the memory of the crawling process as posts are archived; return its growth."""
    articles = ARTICLES // 10 if quick else ARTICLES
    with running() as server, workplace(server.host) as directory:
        done = crawl(ARCHIVER, articles, server.host, directory)
        check(directory, articles)
    print(f"memory: one crawl of {articles:,} articles, in {done.wall:.0f} s\n")
    print(f"{'posts':>10}{'resident MB':>14}{'peak MB':>10}")
    for mark in done.memory:
        print(f"{mark.posts:>10,}{mark.resident:>14.1f}{mark.peak:>10.1f}")
    _, quarter, *_, last = done.memory
    name = f"memory: resident at {last.posts:,} posts / at {quarter.posts:,}"
    return [Ratio(name, last.resident / quarter.resident, AIM)]
