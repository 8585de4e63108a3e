"""What a run came to: how many articles were written, unchanged, failed, and why; kept as a file for each run."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from scrapy import signals

from archiver.errors import HeldBackError, QuarantineError
from archiver.extensions.watch import Watch
from archiver.index import seconds
from archiver.index.extension import archive_index, ends_the_run
from archiver.net.budget import BudgetMiddleware
from archiver.signals import article_failed
from archiver.statuses import ALARM, FAILED, INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from archiver.article import Article

logger = logging.getLogger(__name__)

REPORTS = "_index/reports"
REPORTS_KEPT = 30 * 86400  # seconds


class Result(NamedTuple):
    """What became of one address: an article and its outcome, or why there is none."""

    address: str
    outcome: str  # written, unchanged, kept, edited, quarantined, gone or failed
    article: Article | None = None
    reason: str = ""


class Report:
    """Counts results as they come, passes each on to whoever listens, and keeps a report of the run."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._started, self._begun = int(time.time()), time.monotonic()
        self.counts: Counter[str] = Counter()
        self.interrupted = False
        self.bytes = 0
        self.requests = 0
        self.failures: list[dict[str, str]] = []
        self.listeners: list[Callable[[Result], None]] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension of a crawl."""
        report = cls(crawler)
        connect = crawler.signals.connect
        connect(report.item_scraped, signals.item_scraped)
        connect(report.item_dropped, signals.item_dropped)
        connect(report.item_error, signals.item_error)
        connect(report.spider_error, signals.spider_error)
        connect(report.response_downloaded, signals.response_downloaded)
        connect(report.article_failed, article_failed)
        connect(report.spider_closed, signals.spider_closed)
        return report

    @property
    def failed(self) -> int:
        """How many addresses gave no post."""
        return self.counts["failed"] + self.counts["quarantined"]

    @property
    def alarms(self) -> list[str]:
        """What is wrong with the source, by this run."""
        watch = self._crawler.get_extension(Watch)
        return watch.alarms if watch else []

    @property
    def exit_status(self) -> int:
        """What a crawl of listings ends with."""
        if self.interrupted:
            return INTERRUPTED
        return ALARM if self.alarms else FAILED if self.failed else 0

    def summary(self) -> str:
        """Return the counts in one line."""
        unchanged = self.counts["unchanged"] + self.counts["kept"] + self.counts["edited"]
        gone = f", {self.counts['gone']} gone" if self.counts["gone"] else ""
        return f"{self.counts['written']} written, {unchanged} unchanged, {self.failed} failed{gone}"

    def as_dict(self) -> dict[str, Any]:
        """Return the report for machines. Times are seconds since 1970, durations seconds, sizes bytes as they came."""
        watch = self._crawler.get_extension(Watch)
        budget = self._crawler.get_downloader_middleware(BudgetMiddleware)
        return {
            "started": self._started,
            "duration": round(time.monotonic() - self._begun, 2),
            "requests": self.requests,
            "bytes": self.bytes,
            "counts": dict(self.counts),
            "listings": [one.as_dict() for one in watch.yields.values()] if watch else [],
            "failures": self.failures,
            "alarms": self.alarms,
            "notice": archive_index(self._crawler).notice,
            "budget_spent": bool(budget and budget.spent),
        }

    def item_scraped(self, item: Article) -> None:
        """Count an article whose post is on disk."""
        reason = "the post was changed by hand, and stays (--force overrides)" if item.outcome == "edited" else ""
        self._add(Result(item.address, item.outcome, item, reason))

    def item_dropped(self, item: Article, exception: BaseException) -> None:
        """Count an article that went to quarantine, or whose post could not be written."""
        if isinstance(exception, HeldBackError):
            return
        outcome = "quarantined" if isinstance(exception, QuarantineError) else "failed"
        self._add(Result(item.address, outcome, item, str(exception).removeprefix(f"{item.address}: ")))

    def item_error(self, item: Article, failure: Failure) -> None:
        """Count an article that a pipeline failed at."""
        self._add(Result(item.address, "failed", item, str(failure.value)))

    def spider_error(self, response: Response | None, failure: Failure) -> None:
        """Count an answer that the spider failed at: an error of ours, which the log has in full."""
        self._add(Result(response.url if response else "the spider", "failed", None, repr(failure.value)))

    def article_failed(self, address: str, reason: str, gone: bool) -> None:
        """Count an address that gave no article."""
        if gone:
            self._add(Result(address, "gone", None, f"gone at the source; what is saved of it stays: {reason}"))
        else:
            self._add(Result(address, "failed", None, reason))

    def response_downloaded(self, response: Response) -> None:
        """Count an answer."""
        self.requests += 1
        self.bytes += len(response.body)

    @ends_the_run
    def spider_closed(self, reason: str) -> None:
        """Log the counts, and keep the report."""
        self.interrupted = reason == "shutdown"
        logger.info(self.summary())
        for alarm in self.alarms:
            logger.warning("ALARM: %s", alarm)
        archive = archive_index(self._crawler)
        report = self.as_dict()
        archive.index.journal.end(archive.run, seconds(), report)
        if not archive.dry:
            self._keep(archive.output / REPORTS, report)

    def _add(self, result: Result) -> None:
        self.counts[result.outcome] += 1
        if result.reason:
            self.failures.append({"address": result.address, "outcome": result.outcome, "reason": result.reason})
            logger.warning("%s: %s", result.address, result.reason)
        for listener in self.listeners:
            listener(result)

    def _keep(self, directory: Path, report: dict[str, Any]) -> None:
        """Write the report of this run, and let go of the oldest."""
        name = time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime(self._started))
        try:
            directory.mkdir(parents=True, exist_ok=True)
            file = directory / f"{name}.json"
            file.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            for old in directory.glob("*.json"):
                if old.stat().st_mtime < time.time() - REPORTS_KEPT:
                    old.unlink(missing_ok=True)
        except OSError as error:
            self._add(Result(str(directory), "failed", None, f"the report cannot be kept: {error.strerror}"))
