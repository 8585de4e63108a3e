"""The end of a run, step by step: what is left is done and judged, the run is reported and put on record, the archive
is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import signals

from archiver.coordination import Progress
from archiver.crawl_archive import archive_of
from archiver.errors import ArchiverError, as_archiver_error
from archiver.extensions.report import SHUTDOWN_REASON, Report
from archiver.extensions.watch import Watch
from archiver.index import ArticleKey, FailedArticle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Self

    from scrapy.crawler import Crawler

    from archiver.crawl_archive import ArchiveExtension


class Ending:
    """Ends a run when its spider is closed. A run that opened no archive has nothing to end."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension of a crawl."""
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_opened(self) -> None:
        """Have the progress of this crawl told to other workers."""
        archive_of(self._crawler).came_to = self._progress

    async def spider_closed(self, reason: str) -> None:
        """End the run. An error of the archive is noted as the failure of the crawl."""
        archive = archive_of(self._crawler)
        try:
            await self._end(archive, reason)
        except Exception as error:
            archive.failure = archive.failure or as_archiver_error(error)
        await archive.close()

    def _progress(self) -> Progress:
        archive, report, watch = archive_of(self._crawler), *self._extensions()
        results = {
            "report": report.results(),
            "watch": watch.results(),
            "gone": archive.gone,
            "asked_again": archive.asked_again,
        }
        return Progress(report.counts.total(), report.requests, results)

    def _add(self, results: Mapping[str, Any]) -> None:
        """Add the results of another worker."""
        archive, report, watch = archive_of(self._crawler), *self._extensions()
        report.add(results["report"])
        watch.add(results["watch"])
        archive.gone += [FailedArticle(ArticleKey(*key), *why) for key, *why in results["gone"]]
        archive.asked_again += results["asked_again"]

    def _extensions(self) -> tuple[Report, Watch]:
        report, watch = self._crawler.get_extension(Report), self._crawler.get_extension(Watch)
        assert report is not None, "the settings have no archiver.extensions.report.Report"
        assert watch is not None, "the settings have no archiver.extensions.watch.Watch"
        return report, watch

    async def _end(self, archive: ArchiveExtension, reason: str) -> None:
        await archive.opened()
        await archive.settle()
        report = self._crawler.get_extension(Report)
        if archive.session is None:
            if report:
                report.interrupted = reason == SHUTDOWN_REASON
            return
        if not await archive.leave():
            return
        for results in await archive.membership.member.results_of_others() if archive.membership else ():
            self._add(results)
        disbelief = await archive.settle_gone()
        if watch := self._crawler.get_extension(Watch):
            await watch.compare(archive.session, disbelief)
        try:
            await archive.session.finish_files()
        except ArchiverError as error:
            archive.failure = archive.failure or error
        if report:
            await report.end(archive.session, reason)
