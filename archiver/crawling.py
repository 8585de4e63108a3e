"""Crawls for the Python API. In: a configuration. Out: the report of a run. Importing this module loads Scrapy."""

from __future__ import annotations

import asyncio
from signal import SIGINT
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.misc import load_object

from archiver.counting import Total
from archiver.crawl import Callbacks, run_crawler
from archiver.crawl_archive import archive_of
from archiver.fetching import PageSpider
from archiver.interrupts import refuse_running_loop
from archiver.private import authority
from archiver.run_report import DueArticle, RunReport
from archiver.scrapy_settings import scrapy_settings
from archiver.signals import article_due
from archiver.spiders.illustrate import PictureSpider
from archiver.spiders.listing import ListingSpider
from archiver.spiders.share import ShareSpider
from archiver.survey_spider import SurveySpider
from archiver.views.alarms import merge_alarms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scrapy import Request, Spider

    from archiver.addresses import Reference
    from archiver.answer import Answer
    from archiver.configuration import Configuration
    from archiver.discovery.offer import Offer
    from archiver.run_report import Result


def get_articles(
    configuration: Configuration,
    addresses: Sequence[str],
    listed: Sequence[str] = (),
    listener: Callable[[Result], None] | None = None,
    on_request: Callable[[str], None] | None = None,
) -> RunReport:
    """Fetch the articles at `addresses` and at those of a list (`listed`), and write their posts; `listener` is called
    with each result, `on_request` with the host of each request.

    Raises UsageError, LockedError and other errors of the archive.
    """
    return _run(configuration, ShareSpider, listener, on_request, urls=addresses, listed=listed)


def get_references(
    configuration: Configuration, references: Sequence[Reference], listener: Callable[[Result], None] | None = None
) -> RunReport:
    """Fetch articles that are resolved already, as `get_articles` does."""
    return _run(configuration, ShareSpider, listener, None, references=references)


def crawl_listings(
    configuration: Configuration,
    listener: Callable[[Result], None] | None = None,
    on_request: Callable[[str], None] | None = None,
    on_total: Callable[[int], None] | None = None,
    **arguments: Any,
) -> RunReport:
    """Read listings, and fetch what is due of them; arguments: of `archiver.spiders.listing.ListingSpider`.

    on_total: is called with the number of articles that the run will ask for, whenever that is known better.
    """
    return _run(configuration, ListingSpider, listener, on_request, on_total, **arguments)


def crawl_as_worker(
    configuration: Configuration, run: int, listener: Callable[[Result], None] | None = None, **arguments: Any
) -> RunReport:
    """Crawl as one of the workers of a run; arguments: of `archiver.spiders.listing.ListingSpider`. Raises OverError if
    the run has nothing left to do."""
    return _run(configuration, ListingSpider, listener, None, joins=run, **arguments)


def fetch_pictures(configuration: Configuration, on_request: Callable[[str], None] | None = None) -> RunReport:
    """Fetch the pictures of the posts of an archive, and have the posts show them."""
    alone = configuration.override({"ARCHIVER_EXTRACTORS": 0})  # no article is made
    return _run(alone, PictureSpider, None, on_request)


def fetch_pages(
    configuration: Configuration, addresses: Sequence[str], taken: Callable[[str, Answer | str], None]
) -> int:
    """Fetch the pages at `addresses`, without an archive. taken: is called with each address and its answer, or the
    reason why there is none. Returns the number of the signal that ended it early, or 0."""
    alone = configuration.override({"ARCHIVER_EXTRACTORS": 0})  # no article is made of them
    return _run(alone, PageSpider, None, None, urls=addresses, taken=taken).interrupted


def survey_site(configuration: Configuration, offer: Offer) -> int:
    """Survey the site at the address of `offer`, and note what it has in `offer`; no archive is opened. Returns the
    number of the signal that ended it early, or 0."""
    alone = configuration.override({"ARCHIVER_EXTRACTORS": 0})  # no article is made of it
    return _run(alone, SurveySpider, None, None, offer=offer).interrupted


def _run(
    configuration: Configuration,
    spider: type[Spider],
    listener: Callable[[Result], None] | None,
    on_request: Callable[[str], None] | None,
    on_total: Callable[[int], None] | None = None,
    joins: int = 0,
    **arguments: Any,
) -> RunReport:
    refuse_running_loop()
    settings = scrapy_settings(configuration)
    # Without this, Scrapy would first make a loop of another kind, and leave it open.
    loop = settings["ASYNCIO_EVENT_LOOP"]
    asyncio.set_event_loop(load_object(loop)() if loop else asyncio.new_event_loop())
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(spider)
    callbacks = Callbacks(crawler)
    ask = callbacks.guarded(on_request) if on_request else None
    due: list[DueArticle] = []

    def note(reference: Reference) -> None:
        title = reference.known.get("title", "")
        due.append(DueArticle(reference.recipe.name, reference.id, tuple(reference.forms), title))

    def note_request(request: Request) -> None:
        if ask:
            ask(authority(request.url))

    def join() -> None:
        archive_of(crawler).joins = joins

    crawler.signals.connect(join, signals.spider_opened)
    crawler.signals.connect(note, article_due)
    crawler.signals.connect(note_request, signals.request_reached_downloader)
    if on_total:
        Total(crawler, callbacks.guarded(on_total))
    if "taken" in arguments:
        arguments["taken"] = callbacks.guarded(arguments["taken"])
    report = run_crawler(process, crawler, listener, callbacks, in_lines=True, **arguments)
    content = report.as_dict()
    return RunReport(
        dict(report.counts),
        tuple(report.failures),
        tuple(merge_alarms(report.alarms)),
        (report.stopped_by or SIGINT) if report.interrupted else 0,
        content,
        tuple(due),
    )
