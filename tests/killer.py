"""Crawls that are killed at random moments: `python -m tests.killer OUTPUT LISTING KILLS LONGEST SEED NAME=VALUE…`.

Each crawl is a process forked from this one, which has loaded everything already, so that many fit into little time.
Before each, a line of JSON says when it begins and which posts are on disk.
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


def main(output: str, listing: str, kills: int, longest: float, seed: int, values: list[str]) -> None:
    """Start `kills` crawls and kill each after at most `longest` seconds."""
    chance = random.Random(seed)
    for _ in range(kills):
        posts = sorted(file.name for file in Path(output, "_posts").glob("*.md"))
        print(json.dumps({"time": time.monotonic(), "posts": posts}), flush=True)
        child = os.fork()
        if child == 0:
            crawl(output, listing, values)
            os._exit(0)
        time.sleep(chance.uniform(0, longest))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5]), sys.argv[6:])
