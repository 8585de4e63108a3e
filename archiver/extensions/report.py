"""What a run came to: how many articles were written, unchanged, failed, and why."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from scrapy import signals

from archiver.errors import QuarantineError
from archiver.signals import article_failed

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from archiver.article import Article

logger = logging.getLogger(__name__)


class Result(NamedTuple):
    """What became of one address: an article and its outcome, or why there is none."""

    address: str
    outcome: str  # written, unchanged, kept, quarantined or failed
    article: Article | None = None
    reason: str = ""


class Report:
    """Counts results as they come, and passes each on to whoever listens."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.listeners: list[Callable[[Result], None]] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension of a crawl."""
        report = cls()
        connect = crawler.signals.connect
        connect(report.item_scraped, signals.item_scraped)
        connect(report.item_dropped, signals.item_dropped)
        connect(report.item_error, signals.item_error)
        connect(report.spider_error, signals.spider_error)
        connect(report.article_failed, article_failed)
        connect(report.spider_closed, signals.spider_closed)
        return report

    @property
    def failed(self) -> int:
        """How many addresses gave no post."""
        return self.counts["failed"] + self.counts["quarantined"]

    def summary(self) -> str:
        """Return the counts in one line."""
        unchanged = self.counts["unchanged"] + self.counts["kept"]
        return f"{self.counts['written']} written, {unchanged} unchanged, {self.failed} failed"

    def item_scraped(self, item: Article) -> None:
        """Count an article whose post is on disk."""
        self._add(Result(item.address, item.outcome, item))

    def item_dropped(self, item: Article, exception: BaseException) -> None:
        """Count an article that went to quarantine, or whose post could not be written."""
        outcome = "quarantined" if isinstance(exception, QuarantineError) else "failed"
        self._add(Result(item.address, outcome, item, str(exception).removeprefix(f"{item.address}: ")))

    def item_error(self, item: Article, failure: Failure) -> None:
        """Count an article that a pipeline failed at."""
        self._add(Result(item.address, "failed", item, str(failure.value)))

    def spider_error(self, response: Response, failure: Failure) -> None:
        """Count an answer that the spider failed at: an error of ours, which the log has in full."""
        self._add(Result(response.url, "failed", None, repr(failure.value)))

    def article_failed(self, address: str, reason: str) -> None:
        """Count an address that gave no article."""
        self._add(Result(address, "failed", None, reason))

    def spider_closed(self) -> None:
        """Log the counts."""
        logger.info(self.summary())

    def _add(self, result: Result) -> None:
        self.counts[result.outcome] += 1
        if result.reason:
            logger.warning("%s: %s", result.address, result.reason)
        for listener in self.listeners:
            listener(result)
