"""A manifest for each run that added or changed something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import signals

from archiver.errors import StoreError
from archiver.index.extension import archive_index, ends_the_run
from archiver.signals import article_failed
from archiver.verify import MANIFESTS, add_manifest

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

    from archiver.index.extension import ArchiveIndex


class Manifest:
    """Writes it when the posts and captures of the run are complete."""

    def __init__(self, crawler: Crawler, archive: ArchiveIndex) -> None:
        self._crawler = crawler
        self._archive = archive

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension of a crawl."""
        extension = cls(crawler, archive_index(crawler))
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    @ends_the_run
    def spider_closed(self) -> None:
        """Put on record what is new."""
        if self._archive.dry:
            return
        try:
            add_manifest(self._archive.output, self._archive.index)
        except StoreError as error:
            address = str(self._archive.output / MANIFESTS)
            reason = str(error).removeprefix(f"{address}: ")
            self._crawler.signals.send_catch_log(
                article_failed, address=address, reason=reason, reference=None, gone=False
            )
