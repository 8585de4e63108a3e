"""Crawls that are killed at random moments: `python -m tests.killer OUTPUT LISTING KILLS SEED NAME=VALUE…`.

Each crawl is a process forked from this one, which has loaded everything already, so that many fit into little time.
The first is killed when it has written some posts: from the time that it took, the others get theirs. Before each, a
line of JSON says when it begins and which posts are on disk.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from archiver.crawl import run_crawler
from archiver.spiders.listing import ListingSpider

SOME = 5


def crawl(output: str, listing: str, values: list[str]) -> None:
    """Crawl, to the end."""
    settings = Settings()
    settings.setmodule("archiver.settings", priority="project")
    settings.set("ARCHIVER_OUTPUT", output, priority="cmdline")
    settings.set("LOG_LEVEL", "CRITICAL", priority="cmdline")
    for value in values:
        name, _, text = value.partition("=")
        settings.set(name, text, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    run_crawler(process, process.create_crawler(ListingSpider), listings=[listing])


def posts(output: str) -> dict[str, int]:
    """Return the posts on disk, and the file that each is."""
    return {file.name: file.stat().st_ino for file in Path(output, "_posts").glob("*.md")}


def main(output: str, listing: str, kills: int, seed: int, values: list[str]) -> None:
    """Start `kills` crawls, one after the other, and kill each."""
    chance = random.Random(seed)
    some = 0.0  # seconds after which there are some posts
    for _ in range(kills):
        before, begin = posts(output), time.monotonic()
        print(json.dumps({"time": begin, "posts": sorted(before)}), flush=True)
        child = os.fork()
        if child == 0:
            crawl(output, listing, values)
            os._exit(0)
        if some:
            time.sleep(chance.uniform(0, 2 * some))
        while not some:
            time.sleep(0.01)
            if len(posts(output).items() - before.items()) >= SOME:
                some = time.monotonic() - begin
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:])
