"""Listings: what a run costs that finds nothing new, however large the archive; and how fast new articles come in."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from statistics import median
from typing import TYPE_CHECKING

from bench import command
from bench.crawl import in_turns
from bench.crawler import LISTING
from bench.figures import BenchError, Ratio, spread
from bench.fill import fill
from bench.place import NAME, workplace
from bench.server import LISTED, LISTINGS, running

if TYPE_CHECKING:
    from pathlib import Path

    from bench.server import Server

SIZES = (10_000, 1_000_000)  # articles in the index
RUNS = 5
SAME = 1.1  # the larger archive to the smaller
HOST = "share.example"  # asked through the server, which is the proxy
ARTICLES = 6000  # new ones, a round
ROUNDS = 5
BASELINES: dict[str, float | None] = {"default": None, "tuned": 0.35}  # the crawls beside, and what is aimed at
FLOORS = {"default": 0.8, "tuned": 0.13}


def run(*, quick: bool) -> list[Ratio]:
    """Print what runs of `archiver crawl` cost; return the ratios."""
    same = _nothing_new([size // 10 for size in SIZES] if quick else list(SIZES), 3 if quick else RUNS)
    print(flush=True)
    if quick:  # a short round is mostly start: it keeps no floor
        return same + in_turns("listings, all new", LISTING, BASELINES, ARTICLES // 4, 3)
    return same + in_turns("listings, all new", LISTING, BASELINES, ARTICLES, ROUNDS, FLOORS)


def _nothing_new(sizes: list[int], count: int) -> list[Ratio]:
    runs: dict[int, list[command.Done]] = {size: [] for size in sizes}
    places: dict[int, Path] = {}
    filled = {}
    with running() as server, ExitStack() as stack:
        for size in sizes:
            places[size] = stack.enter_context(workplace(HOST))
            begun = time.perf_counter()
            fill(places[size], NAME, size)
            filled[size] = time.perf_counter() - begun
            _crawl(places[size], server)  # robots.txt is asked for, and kept
        os.sync()
        load = os.getloadavg()[0]
        for _ in range(count):
            for size in sizes:
                before = server.used().requests
                runs[size].append(_crawl(places[size], server))
                if (requests := server.used().requests - before) != LISTINGS:
                    raise BenchError(f"{requests} requests for {LISTINGS} listings that have nothing new")
    print(
        f"listings, nothing new: {LISTINGS} listings of {LISTED} articles, {LISTINGS} requests a run, "
        f"{count} runs in turns, load {load:.1f} before\n"
    )
    print(f"{'in the index':<14}{'filled in s':>12}{'seconds':>20}{'CPU seconds':>20}{'peak MB':>22}")
    for size, done in runs.items():
        seconds, cpu = (spread([getattr(one, name) for one in done], 2) for name in ("wall", "cpu"))
        peak = spread([one.peak for one in done], 1)
        print(f"{size:<14,}{filled[size]:>12.1f}{seconds:>20}{cpu:>20}{peak:>22}")
    small, large = runs.values()
    return [
        Ratio(
            f"listings: {what}, {sizes[1]:,} articles / {sizes[0]:,}", _median(large, name) / _median(small, name), SAME
        )
        for what, name in (("seconds", "wall"), ("CPU", "cpu"), ("memory", "peak"))
    ]


def _crawl(directory: Path, server: Server) -> command.Done:
    proxy = {"http_proxy": f"http://{server.host}", "ARCHIVER_RECIPES": str(directory)}
    done = command.archiver("crawl", NAME, "--output", str(directory), "-s", "DOWNLOAD_DELAY=0", **proxy)
    if done.output != "0 written, 0 unchanged, 0 failed\n":
        raise BenchError(f"something was new: {done.output}")
    return done


def _median(runs: list[command.Done], name: str) -> float:
    return median(float(getattr(one, name)) for one in runs)
