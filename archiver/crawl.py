"""Running a spider to its end, in this process."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Any

from scrapy import signals

from archiver.crawl_archive import archive_of
from archiver.extensions.report import Report
from archiver.logformatter import format_log
from archiver.stopping import Stopping

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import AsyncCrawlerProcess, Crawler

    from archiver.run_report import Result

GC_THRESHOLD = 20_000  # objects between two garbage collections: what a few dozen requests allocate


def run_crawler(
    process: AsyncCrawlerProcess,
    crawler: Crawler,
    listener: Callable[[Result], None] | None = None,
    *,
    in_lines: bool = False,
    **arguments: Any,
) -> Report:
    """Run `crawler` with the spider's `arguments` and return its report; `listener` is called with each result.
    in_lines: have each log record take one line (`format_log`).

    Raises what kept the crawl from starting, and any error of the archive itself. A process can run one crawl only.
    """

    def listen() -> None:
        if listener and (report := crawler.get_extension(Report)):
            report.listeners.append(listener)

    def log() -> None:  # only now: Scrapy sets its log up again with the settings of the spider
        format_log(crawler.settings, in_lines=in_lines)

    crawler.signals.connect(listen, signals.spider_opened)
    crawler.signals.connect(log, signals.engine_started)
    # What is loaded by now stays. Without freezing it, the garbage collector would look through it again and again,
    # which takes a tenth of the crawl's time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    stopping = Stopping(crawler, asyncio.get_event_loop())
    with stopping.taken():
        task = process.crawl(crawler, **arguments)
        process.start(install_signal_handlers=False)
    if not task.cancelled() and (error := task.exception()):
        raise error
    if failure := archive_of(crawler).failure:
        raise failure
    report = crawler.get_extension(Report)
    assert report is not None, "the settings have no archiver.extensions.report.Report"
    report.stopped_by = stopping.signal
    report.interrupted = report.interrupted or bool(stopping.signal)
    return report
