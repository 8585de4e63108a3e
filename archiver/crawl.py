"""Running a spider to its end, in this process."""

from __future__ import annotations

import asyncio
import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from scrapy import signals

from archiver.crawl_archive import archive_of
from archiver.extensions.report import Report
from archiver.logformatter import format_log
from archiver.stopping import Stopping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scrapy.crawler import AsyncCrawlerProcess, Crawler

    from archiver.run_report import Result

GC_THRESHOLD = 20_000  # objects between two garbage collections: what a few dozen requests allocate


class Callbacks:
    """Functions of the caller that are called while a crawl goes on. The first error that one of them raises ends the
    crawl in good order, and no function is called any more. error: that error."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self.error: BaseException | None = None

    def guarded(self, function: Callable[..., object]) -> Callable[..., None]:
        """Return a function that calls `function`, and raises nothing."""

        def call(*arguments: Any) -> None:
            if self.error is None:
                try:
                    function(*arguments)
                except BaseException as error:  # sys.exit() too: the archive must be closed first
                    self.error = error
                    archive_of(self._crawler).close_spider("callback failed")

        return call


def run_crawler(
    process: AsyncCrawlerProcess,
    crawler: Crawler,
    listener: Callable[[Result], None] | None = None,
    callbacks: Callbacks | None = None,
    *,
    in_lines: bool = False,
    **arguments: Any,
) -> Report:
    """Run `crawler` with the spider's `arguments` and return its report; `listener` is called with each result.
    callbacks: what else of the caller's is called meanwhile. in_lines: have each log record take one line
    (`format_log`).

    Raises what kept the crawl from starting, any error of the archive itself, and the error that a function of the
    caller's raised.
    """
    callbacks = callbacks or Callbacks(crawler)
    told = callbacks.guarded(listener) if listener else None

    def listen() -> None:
        if told and (report := crawler.get_extension(Report)):
            report.listeners.append(told)

    def log() -> None:  # only now: Scrapy sets its log up again with the settings of the spider
        format_log(crawler.settings, in_lines=in_lines)

    crawler.signals.connect(listen, signals.spider_opened)
    crawler.signals.connect(log, signals.engine_started)
    stopping = Stopping(crawler, asyncio.get_event_loop())
    with _few_collections(), stopping.taken():
        task = process.crawl(crawler, **arguments)
        process.start(install_signal_handlers=False)
    if callbacks.error:
        raise callbacks.error
    if not task.cancelled() and (error := task.exception()):
        raise error
    if failure := archive_of(crawler).failure:
        raise failure
    report = crawler.get_extension(Report)
    assert report is not None, "the settings have no archiver.extensions.report.Report"
    report.stopped_by = stopping.signal
    report.interrupted = report.interrupted or bool(stopping.signal)
    return report


@contextmanager
def _few_collections() -> Iterator[None]:
    """Have the garbage collector leave alone what is loaded by now, and come less often. Otherwise it would look
    through all of it again and again, which takes a tenth of a crawl's time. After the block it works as before: the
    program goes on, perhaps with further crawls."""
    thresholds, frozen = gc.get_threshold(), gc.get_freeze_count()
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        if not frozen:  # otherwise the program itself has frozen what it shares with its children
            gc.unfreeze()
