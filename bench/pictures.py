"""Pictures per second, and what they add to fetching articles: the same pages of made-up sites, with and without."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
import zlib
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from statistics import median
from struct import pack
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bench.command import ROOT, environment
from bench.figures import BenchError, Ratio, spread
from bench.serving import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator

SITES, PAGES = 20, 25  # of each site
PICTURES = 4  # of a page; one of them is on all pages of its site
SIZE = 30_000  # bytes
ROUNDS = 3
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
SENTENCE = "Nobody on the council of {host} wanted to say what the {n} new trams for the north of the town will cost. "


def answer(request: bytes) -> bytes:
    """Return the answer to a request: an article, a picture, or nothing."""
    parts = urlsplit(request.split(b" ", 2)[1].decode())
    if parts.path.endswith(".png"):
        return HEAD % (b"image/png", len(body := _picture(f"{parts.netloc}{parts.path}"))) + body
    if parts.path.endswith(".html"):
        return HEAD % (b"text/html; charset=utf-8", len(body := _page(parts.netloc, parts.path).encode())) + body
    return NOT_FOUND


def _page(host: str, path: str) -> str:
    number = path.removeprefix("/2026/").removesuffix(".html")
    text = [f"<p>{SENTENCE.format(host=host, n=f'{number}{n}') * 2}</p>" for n in range(6)]
    names = ["all", *(f"{number}-{n}" for n in range(1, PICTURES))]
    figures = [f'<figure><img src="http://img.{host}/{name}.png" alt="A tram"></figure>' for name in names]
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>Trams of {host}, part {number}</title>'
        f'<meta property="article:published_time" content="2026-11-01T08:15:00+01:00"></head><body><article>'
        f"<h1>Trams of {host}, part {number}</h1>{text[0]}{''.join(figures)}{''.join(text[1:])}</article></body></html>"
    )


def _picture(name: str) -> bytes:
    noise = sha256(name.encode()).digest() * (SIZE // 32)
    parts = [(b"IHDR", pack(">IIBBBBB", 800, 600, 8, 0, 0, 0, 0)), (b"IDAT", noise), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


@contextmanager
def _serving() -> Iterator[str]:
    """Serve the sites as an HTTP proxy, in a thread, and yield its address."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(lambda: Connection(answer), "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _seconds(proxy: str, sites: int, *options: str) -> tuple[float, int]:
    """Return how long it took to fetch the articles, and how many pictures came."""
    pages = [f"http://s{site}.example/2026/{page}.html" for site in range(sites) for page in range(PAGES)]
    with TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as output:
        impolite = ("-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=16", "-s", "ROBOTSTXT_OBEY=False")
        words = ["get", "--quiet", "--warc", "--output", output, *impolite, *options, "-"]
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "archiver", *words],
            env={**environment(), "http_proxy": proxy, "no_proxy": ""},
            cwd=ROOT,
            input="\n".join(pages),
            text=True,
            check=False,
        )
        wall = time.perf_counter() - begun
        if done.returncode:
            raise BenchError(f"archiver get {' '.join(options)} ended with status {done.returncode}")
        count = sum(file.is_file() for file in Path(output, "_assets").rglob("*"))
    os.sync()
    return wall, count


def run(*, quick: bool) -> list[Ratio]:
    """Print how many pictures a second come, and return what they add to fetching articles."""
    sites = SITES // 10 if quick else SITES
    expected = sites * (PAGES * (PICTURES - 1) + 1)
    without, with_them = [], []
    with _serving() as proxy:
        for _ in range(1 if quick else ROUNDS):
            without.append(_seconds(proxy, sites)[0])
            wall, count = _seconds(proxy, sites, "--pictures")
            if count != expected:
                raise BenchError(f"{count} pictures came instead of {expected}")
            with_them.append(wall)
    print(f"pictures: {sites * PAGES:,} articles of {sites} sites with {PICTURES} pictures each, {expected:,} files")
    print(f"  seconds without {spread(without, 1)}, with {spread(with_them, 1)}")
    print(f"  pictures a second, of the whole run {spread([expected / wall for wall in with_them])}")
    return [Ratio(f"pictures: time with {PICTURES} a page / without", median(with_them) / median(without))]
