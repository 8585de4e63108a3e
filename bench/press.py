"""A press of thirty sites, from its front pages to posts, beside trafilatura's own means and news-please; and what a
past of a million addresses takes of memory (`python -m bench.press EACH`: the server)."""

from __future__ import annotations

import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import uvloop

from archiver.following import Followed, add_followed
from bench import command
from bench.figures import BenchError, Ratio, spread
from bench.press_sites import SITES, make_press
from bench.serving import serve, serving

EACH, FEW = 30, 4  # articles of a site, beside an agency's
ROUNDS = 3
AIM = 3.0  # times as many articles a second as trafilatura
BEYOND = 10.0  # times as many as news-please
BIG = "http://big.example"  # whose past is long
MAPS, LISTED = 20, 50_000  # its sitemaps, and the addresses in each
FLAT, FLAT_FLOOR = 1.3, 1.5
REQUEST = re.compile(rb"GET (http://[\w.]+(?::\d+)?/\S*) ")
MAP = re.compile(rf"{BIG}/map-(\d+)\.xml")
INDEX = re.compile(rf"{BIG}/maps-(\d+)\.xml")
HEAD = "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
MADE = "<lastmod>2026-11-02</lastmod>"  # what has not changed is not read again
XML = "application/xml"
PAST = ("--since", "1990-01-01")


def run(*, quick: bool) -> list[Ratio]:
    """Print what the press takes; return the ratios."""
    each = FEW if quick else EACH
    with serving("bench.press", str(each)) as host, TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as directory:
        proxy = f"http://{host}"
        ratios = _articles(proxy, Path(directory), each)
        few, many = (1, 2) if quick else (MAPS // 10, MAPS)
        noted, gone_on = zip(*(_queue(proxy, Path(directory), count) for count in (few, many)), strict=True)
    name = f"{many * LISTED:,} queued / {few * LISTED:,}"
    return [
        *ratios,
        Ratio(f"press: memory, {name}", noted[1] / noted[0], FLAT, floor=FLAT_FLOOR),
        Ratio("press: memory of going on with them", gone_on[1] / gone_on[0], FLAT, floor=FLAT_FLOOR),
    ]


def _articles(proxy: str, directory: Path, each: int) -> list[Ratio]:
    count, homes = SITES * (each + 1), make_press(0).homes
    ours, theirs = list[command.Done](), list[command.Done]()
    for number in range(ROUNDS):
        archive = directory / str(number)
        add_followed(archive, [Followed(home) for home in homes])
        options = ("-s", "DOWNLOAD_DELAY=0", "--no-warc", "--output", str(archive))
        done = command.archiver("crawl", "web", *options, http_proxy=proxy)
        if not done.output.endswith(f"{count} written, 0 unchanged, 0 failed\n"):
            raise BenchError(f"expected {count} articles: {done.output}")
        ours.append(done)
        if find_spec("trafilatura"):
            theirs.append(command.run(sys.executable, "-m", "bench.trafilatura_crawl", proxy, *homes))
    rate = [count / one.wall for one in ours]
    print(f"press: {SITES} sites, {count:,} articles, {os.cpu_count()} cores, front page to post")
    used = [1000 * one.cpu / count for one in ours]
    print(f"archiver      {spread(rate)} articles/s  {spread(used)} ms of processor time each", flush=True)
    ratios = _beside_news_please(proxy, rate, used, each)
    if not theirs:
        print("trafilatura is not installed: nothing to compare with")
        return ratios
    found, read = map(int, theirs[0].output.split())
    others = [read / one.wall for one in theirs]
    spent = [1000 * one.cpu / read for one in theirs]
    print(f"trafilatura   {spread(others)} articles/s  {spread(spent)} ms of processor time each", flush=True)
    print(f"trafilatura found {found:,} of the {count:,} articles, and read {read:,}\n")
    return [
        *ratios,
        Ratio("press: articles a second, archiver / trafilatura", median(rate) / median(others), AIM, at_least=True),
        Ratio("press: the same by processor time", median(spent) / median(used), AIM, at_least=True),
    ]


def _beside_news_please(proxy: str, rate: list[float], used: list[float], each: int) -> list[Ratio]:
    """Return how the crawls compare with news-please, where NEWS_PLEASE names a Python that has it."""
    python = os.environ.get("NEWS_PLEASE")
    if not python:
        print("NEWS_PLEASE names no Python that has news-please: it is left out")
        return []
    addresses = [address for address in make_press(each).sheets if "/2026/" in address]
    done = command.run(python, "bench/news_please_pages.py", *addresses, http_proxy=proxy)
    read = int(done.output)
    print(f"news-please   {read / done.wall:,.1f} articles/s  {1000 * done.cpu / read:,.1f} ms of processor time each")
    print(f"news-please was given {len(addresses):,} addresses, and read {read:,}\n", flush=True)
    return [
        Ratio(
            "press: articles a second, archiver / news-please", median(rate) * done.wall / read, BEYOND, at_least=True
        ),
        Ratio("press: the same by processor time", 1000 * done.cpu / read / median(used), BEYOND, at_least=True),
    ]


def _queue(proxy: str, directory: Path, maps: int) -> tuple[float, float]:
    """Return the largest memory of a run that notes all that so many sitemaps list, and fetches one article of it; and
    of the next, which finds nothing new, and fetches another one of what waits."""
    options = ("--limit", "1", "-s", "DOWNLOAD_DELAY=0", "--no-warc", "--output", str(directory / f"past-{maps}"))
    noted, gone_on = (
        command.archiver("crawl", f"{BIG}/maps-{maps}.xml", *since, *options, http_proxy=proxy) for since in (PAST, ())
    )
    for done in (noted, gone_on):
        if done.output != "1 written, 0 unchanged, 0 failed\n":
            raise BenchError(f"expected an article: {done.output}")
    print(f"a past of {maps * LISTED:,} addresses: noted in {noted.wall:,.0f} s, {noted.peak:,.0f} MB", flush=True)
    print(f"  gone on with: an article in {gone_on.wall:,.0f} s, {gone_on.peak:,.0f} MB", flush=True)
    return noted.peak, gone_on.peak


class _Server:
    """Answers for all sites."""

    def __init__(self, each: int) -> None:
        self._sheets = make_press(each).sheets

    def answer(self, request: bytes) -> bytes:
        """Return the answer to a request, with its head."""
        found = REQUEST.match(request)
        address = found[1].decode() if found else ""
        sheet = self._sheets.get(address) or self._sheets.get(address.partition("?")[0])
        if sheet:
            return _answer(sheet.body, sheet.content_type)
        if named := INDEX.fullmatch(address):
            maps = "".join(f"<sitemap><loc>{BIG}/map-{one}.xml</loc>{MADE}</sitemap>" for one in range(int(named[1])))
            return _answer(f"<sitemapindex>{maps}</sitemapindex>".encode(), XML)
        if named := MAP.fullmatch(address):
            stem = f"<url><loc>{BIG}/2026/11/01/story-{named[1]}-"
            urls = "".join(f"{stem}{one}-of-the-day</loc></url>" for one in range(LISTED))
            return _answer(f"<urlset>{urls}</urlset>".encode(), XML)
        if address.startswith(f"{BIG}/2026/"):
            return _answer(next(sheet.body for at, sheet in self._sheets.items() if "/2026/" in at))
        return _answer(b"", status="404 Not Found")


def _answer(body: bytes, content_type: str = "text/html; charset=utf-8", status: str = "200 OK") -> bytes:
    return (HEAD % (status, content_type, len(body))).encode() + body


if __name__ == "__main__":
    uvloop.run(serve(_Server(int(sys.argv[1])).answer))
