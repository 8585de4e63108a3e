"""Sites that are followed: what a run costs that finds nothing new at thousands of them, beside aiohttp asking the same
(`python -m bench.sites`: the server)."""

from __future__ import annotations

import asyncio
import os
import re
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import aiohttp
import uvloop

from archiver.following import Followed, add_followed
from bench import command
from bench.figures import BenchError, Ratio, spread
from bench.serving import serve, serving

SITES = 2000
RUNS = 3
TOGETHER = 64  # requests: CONCURRENT_REQUESTS of the archiver
FLAT, FLAT_FLOOR = 1.3, 1.5  # the memory of a run over all sites to that of one over a tenth of them
REQUEST = re.compile(rb"GET http://([\w.]+)(/\S*) ")
VERSION = b'"1"'
HEAD = b"HTTP/1.1 %s\r\nETag: %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
TEXT = "<p>The bridge at %s was opened on Sunday morning, %d years after it was promised to the town.</p>"


def run(*, quick: bool) -> list[Ratio]:
    """Print what runs over sites cost at which nothing is new; return the ratios."""
    count = SITES // 10 if quick else SITES
    done: dict[int, list[command.Done]] = {}
    plain: list[float] = []
    with serving("bench.sites") as host, TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as directory:
        proxy = f"http://{host}"
        for number in (count // 10, count):
            archive = Path(directory, str(number))
            add_followed(archive, [Followed(feed, True) for feed in _feeds(number)])
            begun = time.perf_counter()
            _crawl(archive, proxy, number)  # all is new
            print(f"sites: {number:,} feeds, an article each, all new: {time.perf_counter() - begun:.1f} s", flush=True)
            os.sync()
            done[number] = []
        for _ in range(RUNS):
            for number, runs in done.items():
                runs.append(_crawl(Path(directory, str(number)), proxy, 0))
            begun = time.perf_counter()
            uvloop.run(_ask(count, proxy))
            plain.append(time.perf_counter() - begun)
    for number, runs in done.items():
        seconds = spread([one.wall for one in runs], 2)
        rate = number / median(one.wall for one in runs)
        peak = spread([one.peak for one in runs], 1)
        print(f"sites, nothing new: {number:>6,}  {seconds} s  {rate:,.0f} sites/s  {peak} MB")
    print(f"aiohttp alone:      {count:>6,}  {spread(plain, 2)} s  {count / median(plain):,.0f} sites/s")
    few, many = (median(one.peak for one in runs) for runs in done.values())
    return [Ratio(f"sites: memory, {count:,} / {count // 10:,}", many / few, FLAT, floor=FLAT_FLOOR)]


def _feeds(count: int) -> list[str]:
    return [f"http://s{number}.example/feed" for number in range(count)]


def _crawl(archive: Path, proxy: str, new: int) -> command.Done:
    options = ("-s", "DOWNLOAD_DELAY=0", "--output", str(archive))
    done = command.archiver("crawl", "web", *options, http_proxy=proxy)
    if done.output != f"{new} written, 0 unchanged, 0 failed\n":
        raise BenchError(f"expected {new} new articles: {done.output}")
    return done


async def _ask(count: int, proxy: str) -> None:
    """Ask for the same feeds, if they have changed."""
    turn = asyncio.Semaphore(TOGETHER)

    async def ask(session: aiohttp.ClientSession, feed: str) -> None:
        async with turn, session.get(feed, proxy=proxy, headers={"If-None-Match": VERSION.decode()}) as answer:
            await answer.read()

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(ask(session, feed) for feed in _feeds(count)))


def _answer(request: bytes) -> bytes:
    found = REQUEST.match(request)
    if found is None or found[2] == b"/robots.txt":
        return HEAD % (b"404 Not Found", VERSION, 0)
    if VERSION in request:
        return HEAD % (b"304 Not Modified", VERSION, 0)
    host = found[1].decode()
    address = f"http://{host}/2026/11/01/the-bridge-at-{host.partition('.')[0]}-opens-again"
    if found[2] == b"/feed":
        item = f"<item><title>Bridge</title><link>{address}</link></item>"
        body = f"<rss version='2.0'><channel><title>Press</title>{item}</channel></rss>"
    else:
        text = "".join(TEXT % (host, year) for year in range(11, 17))
        head = f"<title>Bridge at {host}</title><meta property='og:type' content='article'>"
        when = "<meta property='article:published_time' content='2026-11-01T08:00:00Z'>"
        body = f"<html><head>{head}{when}</head><body><article><h1>Bridge at {host}</h1>{text}</article></body></html>"
    return HEAD % (b"200 OK", VERSION, len(body)) + body.encode()


if __name__ == "__main__":
    uvloop.run(serve(_answer))
