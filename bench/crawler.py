"""One crawl in a process of its own, measured from inside (`python -m bench.crawler`)."""

from __future__ import annotations

import gc
import json
import re
import resource
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from scrapy.utils.misc import load_object

from archiver.crawl import GC_THRESHOLD, run_crawler
from archiver.spiders.article import ArticleSpider
from archiver.spiders.listing import ListingSpider
from archiver.spiders.share import ShareSpider
from bench.articles import article_id
from bench.command import ROOT, environment
from bench.figures import BenchError
from bench.place import NAME
from bench.server import LISTED, LISTINGS
from bench.spiders import DEFAULT, TUNED, DownloadSpider, EagerDownloadSpider

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from archiver.run_report import Result

ARCHIVER = "archiver"  # articles by their addresses
LISTING = "listings"  # the archiver finds the articles by itself, and captures the answers
UNCAPTURED = "uncaptured"  # the same without captures
SPIDERS = {
    ARCHIVER: ShareSpider,
    LISTING: ListingSpider,
    UNCAPTURED: ListingSpider,
    "default": DownloadSpider,
    "tuned": EagerDownloadSpider,
}
# All that is taken off the archiver is its politeness. More requests at once do not make it faster.
IMPOLITE = {"DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 16}
SHARE_PAGE = "http://{host}/html_News/NewsShare.html?infoCode=NW{id}"
ARTICLE_TEXT = "http://{host}/NewsData/GetNewsText.do?id=NW{id}"
COMPONENTS = ("DOWNLOAD_HANDLERS", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "ITEM_PIPELINES", "EXTENSIONS")
PARTS = ("DOWNLOADER", "SCHEDULER", "SCHEDULER_PRIORITY_QUEUE", "ITEM_PROCESSOR", "STATS_CLASS", "DUPEFILTER_CLASS")
MARKS = (0.1, 0.25, 0.5, 1)  # of the posts: when memory is looked at


class Memory(NamedTuple):
    """The memory of the crawling process when `posts` were archived, in MB: what is resident, and the most so far."""

    posts: int
    resident: float
    peak: float


class Crawl(NamedTuple):
    """What a crawl took, in seconds, and how many articles it reported."""

    articles: int
    wall: float
    cpu: float  # of the crawling process
    starved: float  # that process was ready to run, and had no core
    writer_cpu: float  # of the process that writes posts
    memory: list[Memory]


def crawl(kind: str, count: int, host: str, directory: Path | None = None) -> Crawl:
    """Run a crawl of `count` articles (for listings: some of whole pages) in a process of its own.

    directory: where the archiver, if that is what crawls, finds its recipe and makes its output.
    Raises BenchError when it ends badly or reports another number of articles.
    """
    command = [sys.executable, "-m", "bench.crawler", kind, str(count), host, *([str(directory)] if directory else [])]
    process = subprocess.run(command, env=environment(), cwd=ROOT, stdout=subprocess.PIPE, check=False)
    if process.returncode:
        raise BenchError(f"the crawl {kind!r} ended with status {process.returncode}")
    values = json.loads(process.stdout)
    done = Crawl(**{**values, "memory": [Memory(*mark) for mark in values["memory"]]})
    if done.articles != count:
        raise BenchError(f"the crawl {kind!r} came to {done.articles} articles instead of {count}")
    return done


def main() -> None:
    """Crawl, and print a Crawl as JSON."""
    parser = ArgumentParser(prog="python -m bench.crawler")
    parser.add_argument("kind", choices=SPIDERS)
    parser.add_argument("count", type=int)
    parser.add_argument("host")
    parser.add_argument("directory", nargs="?")
    arguments = parser.parse_args()

    settings = Settings({"default": DEFAULT, "tuned": TUNED}.get(arguments.kind))
    template = ARTICLE_TEXT
    if arguments.directory:
        settings.setmodule("archiver.settings", priority="project")
        paths = {"ARCHIVER_RECIPES": arguments.directory, "ARCHIVER_OUTPUT": arguments.directory}
        warc = {"ARCHIVER_WARC": False} if arguments.kind == UNCAPTURED else {}
        settings.setdict({**IMPOLITE, **paths, **warc, "LOG_LEVEL": "ERROR"}, priority="cmdline")
        template = SHARE_PAGE
    urls = [template.format(host=arguments.host, id=article_id(number)) for number in range(arguments.count)]
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(SPIDERS[arguments.kind])
    _import_components(crawler.settings)
    print(json.dumps(_measure(process, crawler, urls)._asdict()))


def _import_components(settings: Any) -> None:
    """Import what the crawl would import while it starts, so that its time is not that of imports."""
    named = [settings[part] for part in PARTS]
    for component in COMPONENTS:
        for key, value in settings.getwithbase(component).items():
            named += [value if component == "DOWNLOAD_HANDLERS" else key]
    for name in filter(None, named):
        load_object(name)


def _measure(process: AsyncCrawlerProcess, crawler: Crawler, urls: list[str]) -> Crawl:
    marks = {round(mark * len(urls)) for mark in MARKS}
    memory: list[Memory] = []
    archived = 0

    def look(result: Result) -> None:
        nonlocal archived
        archived += result.outcome == "written"
        if archived in marks:
            memory.append(_memory(archived))

    begun, cpu_begun, starved_begun = time.perf_counter(), time.process_time(), _starved()
    if crawler.spidercls is ListingSpider:
        run_crawler(process, crawler, look, listings=[NAME], pages=len(urls) // (LISTINGS * LISTED))
    elif issubclass(crawler.spidercls, ArticleSpider):
        run_crawler(process, crawler, look, urls=urls)
    else:
        if crawler.spidercls is EagerDownloadSpider:
            gc.collect()
            gc.freeze()
            gc.set_threshold(GC_THRESHOLD)
        process.crawl(crawler, urls=urls)
        process.start()
    wall, cpu, starved = time.perf_counter() - begun, time.process_time() - cpu_begun, _starved() - starved_begun
    writer = resource.getrusage(resource.RUSAGE_CHILDREN)
    spider = crawler.spider
    count = spider.downloaded if isinstance(spider, DownloadSpider) else archived
    return Crawl(count, wall, cpu, starved, writer.ru_utime + writer.ru_stime, memory)


def _starved() -> float:
    """Return the seconds for which this thread, the one that crawls, was ready to run but others were running."""
    return int(Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()[1]) / 1e9


def _memory(posts: int) -> Memory:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    resident, peak = (int(re.findall(rf"{name}:\s*(\d+) kB", status)[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return Memory(posts, resident, peak)


if __name__ == "__main__":
    main()
