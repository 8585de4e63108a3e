"""The same press by trafilatura's own means: its finders of feeds and sitemaps, its extraction
(`python -m bench.trafilatura_crawl PROXY HOME…`: how many articles it found, and read)."""

from __future__ import annotations

import importlib
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

import urllib3

PROCESSES = 2
FAILED = 400


def main() -> None:
    """Print how many articles were found, and how many of them were read."""
    proxy, *homes = sys.argv[1:]
    with ProcessPoolExecutor(PROCESSES) as pool:
        counts = list(pool.map(partial(keep, proxy), homes))
    print(sum(found for found, _ in counts), sum(read for _, read in counts))


def keep(proxy: str, home: str) -> tuple[int, int]:
    """Return how many articles a site lists, and how many of them could be read."""
    http = urllib3.ProxyManager(proxy)
    trafilatura, downloads, feeds, sitemaps, utils = (
        importlib.import_module(f"trafilatura{name}") for name in ("", ".downloads", ".feeds", ".sitemaps", ".utils")
    )

    # Its own way to fetch knows no proxy but SOCKS; and this one does less.
    def fetch(address: str, *_: Any, **__: Any) -> str | None:
        answer = http.request("GET", address, redirect=True)
        text: str | None = utils.decode_file(answer.data) if answer.status < FAILED else None
        return text

    for module in (downloads, feeds, sitemaps):
        vars(module)["fetch_url"] = fetch
    vars(sitemaps)["is_live_page"] = lambda *_, **__: True
    found = {*feeds.find_feed_urls(home, sleep_time=0), *sitemaps.sitemap_search(home, sleep_time=0)}
    pages = [fetch(address) for address in sorted(found) if "/2026/" in address]
    read = [trafilatura.bare_extraction(page, with_metadata=True) for page in pages if page]
    return len(pages), sum(one is not None and bool(one.text) for one in read)


if __name__ == "__main__":
    main()
