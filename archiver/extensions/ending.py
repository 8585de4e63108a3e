"""The end of a run, step after step: what is still to be done is done, judged, reported, put on record, and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import signals

from archiver.crawl_archive import archive_of
from archiver.errors import ArchiverError, as_archiver_error
from archiver.extensions.report import STOPPED, Report
from archiver.extensions.watch import Watch

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

    from archiver.crawl_archive import ArchiveExtension


class Ending:
    """Ends a run when its spider is closed. One that opened no archive has nothing to end."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension of a crawl."""
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    async def spider_closed(self, reason: str) -> None:
        """End the run. What goes wrong with the archive is the failure of the crawl."""
        archive = archive_of(self._crawler)
        try:
            await self._end(archive, reason)
        except Exception as error:
            archive.failure = archive.failure or as_archiver_error(error)
        await archive.close()

    async def _end(self, archive: ArchiveExtension, reason: str) -> None:
        await archive.settle()
        report = self._crawler.get_extension(Report)
        if archive.session is None:
            if report:
                report.interrupted = reason == STOPPED
            return
        disbelief = await archive.settle_gone()
        if watch := self._crawler.get_extension(Watch):
            await watch.compare(archive.session, disbelief)
        try:
            await archive.session.finish_files()
        except ArchiverError as error:
            archive.failure = archive.failure or error
        if report:
            await report.end(archive.session, reason)
