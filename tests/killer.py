"""Crawls that are killed at random moments: `python -m tests.killer OUTPUT LISTING KILLS MOST SEED NAME=VALUE…`.

Each crawl is a process forked from this one, which has loaded everything already, so that many fit into little time.
What it does says when it is killed, not a clock: when it has written some posts, none to MOST, and a little later. The
setting LEASH says how many articles each may fetch: more are waited for, so that none comes to its end first, however
busy the machine is.
Before each, a line of JSON says when it begins and which posts are on disk; `ended` is true if the one before that came
to its end by itself.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Self

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from scrapy.utils import versions

from archiver import plugins
from archiver.crawl import run_crawler
from archiver.recipes import load_recipes
from archiver.spiders import due
from archiver.spiders.listing import ListingSpider

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request

TEXT = "/NewsData/GetNewsText.do"


class Leash:
    """Lets a crawl fetch so many articles; the next one is waited for, for ever."""

    def __init__(self, length: int) -> None:
        self._left = length

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take its length from the setting LEASH."""
        return cls(crawler.settings.getint("LEASH", sys.maxsize))

    async def process_request(self, request: Request) -> None:
        """Wait if it is one article too many."""
        if TEXT in request.url:
            self._left -= 1
            if self._left < 0:
                await asyncio.Event().wait()


def crawl(output: str, listing: str, values: list[str]) -> None:
    """Crawl, to the end."""
    settings = Settings()
    settings.setmodule("archiver.settings", priority="project")
    settings.set("ARCHIVER_OUTPUT", output, priority="cmdline")
    settings.set("LOG_LEVEL", "CRITICAL", priority="cmdline")
    settings.set_in_component_priority_dict("DOWNLOADER_MIDDLEWARES", Leash, 1)
    for value in values:
        name, _, text = value.partition("=")
        settings.set(name, text, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    run_crawler(process, process.create_crawler(ListingSpider), listings=[listing])


def posts(output: str) -> dict[str, int]:
    """Return the posts on disk, and the file that each is."""
    try:
        return {file.name: file.inode() for file in os.scandir(f"{output}/_posts") if file.name.endswith(".md")}
    except FileNotFoundError:
        return {}


def changed(output: str) -> int:
    """Return a number that is another one when a post was written. It is asked a thousand times a second."""
    try:
        return os.stat(f"{output}/_posts").st_mtime_ns
    except FileNotFoundError:
        return 0


def ends_before(child: int, output: str, before: dict[str, int], count: int) -> bool:
    """Wait until a crawl has written so many posts. Returns whether it came to its end before that."""
    seen = -1
    while True:
        if (now := changed(output)) != seen:
            seen = now
            if len(posts(output).items() - before.items()) >= count:
                return False
        if os.waitpid(child, os.WNOHANG)[0]:
            return True
        time.sleep(0.001)


def main(output: str, listing: str, kills: int, most: int, seed: int, values: list[str]) -> None:
    """Start `kills` crawls, one after the other, and kill each."""
    load_recipes(os.environ["ARCHIVER_RECIPES"])  # once for all, as what packages are and offer
    vars(plugins)["entry_points"] = entry_points().select
    vars(versions)["_version"] = cache(versions._version)
    versions.get_versions()
    due.MAX_BATCH = 40  # what waits costs each start more than what is fetched before the kill
    chance = random.Random(seed)
    ended, start = False, 0.2  # seconds until a crawl has written its first post
    for _ in range(kills):
        before, begin = posts(output), time.monotonic()
        print(json.dumps({"time": begin, "posts": sorted(before), "ended": ended}), flush=True)
        child = os.fork()
        if child == 0:
            crawl(output, listing, values)
            os._exit(0)
        count = chance.randint(0, most)
        ended = ends_before(child, output, before, count)
        if ended:
            continue
        if count == 1:
            start = time.monotonic() - begin
        time.sleep(chance.uniform(0, 0.01 if count else start))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]), sys.argv[6:])
