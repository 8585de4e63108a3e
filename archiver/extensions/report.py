"""The report of a run: how many articles were written, unchanged, failed, and why. It is kept as a file for each
run."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from scrapy import signals

from archiver.article import Article
from archiver.clock import SECOND, moment, now
from archiver.crawl_archive import archive_of
from archiver.errors import in_a_line, with_advice
from archiver.extensions.watch import Watch
from archiver.index.pictures import WaitingPictures
from archiver.net.budget import BudgetMiddleware
from archiver.pipelines.archive import NotPostedError
from archiver.places import REPORTS
from archiver.private import public_address, public_text, public_texts
from archiver.run_report import Result
from archiver.signals import (
    article_failed,
    article_unchanged,
    picture_came,
    picture_failed,
    pictures_waiting,
    posts_illustrated,
)
from archiver.statuses import ALARM, FAILED, INTERRUPTED, SIGNALLED
from archiver.storage import directory_of, write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Self

    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from archiver.addresses import Reference
    from archiver.session import Session

logger = logging.getLogger(__name__)

SHUTDOWN_REASON = "shutdown"  # Scrapy's reason for closing a spider because of a signal
MAX_REPORT_AGE_SECONDS = 30 * 86400  # seconds


class Report:
    """Counts results as they come, in Scrapy's stats, too (`archiver/written`, …), and passes each on to the
    listener."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._started, self._begun = now(), time.monotonic()
        self.counts: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()  # links and pictures in bodies that lead nowhere
        self.pictures: Counter[str] = Counter()  # how many came, how many failed; how many posts were written again
        self.waiting = WaitingPictures()
        self.interrupted = False
        self.stopped_by = 0  # the signal that ended the run
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
        connect(report.article_unchanged, article_unchanged)
        connect(report.picture_came, picture_came)
        connect(report.picture_failed, picture_failed)
        connect(report.posts_illustrated, posts_illustrated)
        connect(report.pictures_waiting, pictures_waiting)
        return report

    @property
    def failed(self) -> int:
        """How many addresses gave no post."""
        return self.counts["failed"] + self.counts["quarantined"]

    @property
    def alarms(self) -> list[str]:
        """The signs in this run that something is wrong with a source."""
        watch = self._crawler.get_extension(Watch)
        return watch.alarms if watch else []

    @property
    def exit_status(self) -> int:
        """The exit status of a crawl of listings."""
        if self.interrupted:
            return SIGNALLED + self.stopped_by if self.stopped_by else INTERRUPTED
        return ALARM if self.alarms else FAILED if self.failed else 0

    def summary(self) -> str:
        """Return the counts in one line."""
        unchanged = self.counts["unchanged"] + self.counts["kept"] + self.counts["edited"]
        gone = f", {self.counts['gone']} gone" if self.counts["gone"] else ""
        return f"{self.counts['written']} written, {unchanged} unchanged, {self.failed} failed{gone}"

    def as_dict(self) -> dict[str, Any]:
        """Return the report for machines. Times are ISO 8601, durations seconds, sizes bytes as they came. It is kept
        and published with the archive: no address in it has credentials."""
        watch = self._crawler.get_extension(Watch)
        budget = self._crawler.get_downloader_middleware(BudgetMiddleware)
        report: dict[str, Any] = {
            "started": moment(self._started).isoformat(timespec="seconds"),
            "duration": round(time.monotonic() - self._begun, 2),
            "requests": self.requests,
            "bytes": self.bytes,
            "counts": dict(self.counts),
            "listings": [one.as_dict() for one in watch.listings.values()] if watch else [],
            "dropped": dict(self.dropped),
            **({"pictures": pictures} if (pictures := dict(self.pictures) | _told(self.waiting)) else {}),
            "failures": self.failures,
            "alarms": self.alarms,
            "notice": archive_of(self._crawler).notice,
            "budget_spent": bool(budget and budget.spent and not self.interrupted),
        }
        return {name: public_texts(value) for name, value in report.items()}

    def results(self) -> dict[str, Any]:
        """Return what was counted so far, in the form that `add` takes: one worker reports the sum of all."""
        return {
            "started": self._started,
            "counts": self.counts,
            "dropped": self.dropped,
            "pictures": self.pictures,
            "bytes": self.bytes,
            "requests": self.requests,
            "failures": self.failures,
        }

    def add(self, results: Mapping[str, Any]) -> None:
        """Add what another worker has counted."""
        earlier = max(self._started - results["started"], 0)
        self._started, self._begun = self._started - earlier, self._begun - earlier / SECOND
        self.counts.update(results["counts"])
        self.dropped.update(results["dropped"])
        self.pictures.update(results["pictures"])
        self.bytes += results["bytes"]
        self.requests += results["requests"]
        self.failures = [*results["failures"], *self.failures]

    def item_scraped(self, item: Any) -> None:
        """Count an article whose post is on disk."""
        if isinstance(item, Article):
            self.dropped.update(item.dropped)
            self._add(Result(item.address, item.outcome, item, item.reason))

    def item_dropped(self, item: Any, exception: BaseException) -> None:
        """Count an article that became no post. One that was held back is decided at the end of the run, and is counted
        then."""
        if isinstance(exception, NotPostedError):
            article = exception.article
            if article.outcome != "held back":
                self._add(Result(article.address, article.outcome, article, article.reason))
        elif isinstance(item, Article):  # dropped by a user's pipeline
            archive_of(self._crawler).answers.submission_of(item)  # nothing of its answer is kept

    def item_error(self, item: Any, failure: Failure) -> None:
        """Count an article at which a pipeline raised an error."""
        if isinstance(item, Article):
            self._add(Result(item.address, "failed", item, in_a_line(failure.value or Exception())))

    def spider_error(self, response: Response | Failure | None, failure: Failure, spider: Spider) -> None:
        """Count an answer at which a spider raised an error, unless the spider reports its errors itself."""
        if getattr(spider, "reports_errors", False):
            return
        self._add(
            Result(getattr(response, "url", "the spider"), "failed", None, in_a_line(failure.value or Exception()))
        )

    def article_failed(self, address: str, reason: str, gone: bool) -> None:
        """Count an address that gave no article."""
        if gone:
            self._add(Result(address, "gone", None, f"gone at the source; what is saved of it stays: {reason}"))
        else:
            self._add(Result(address, "failed", None, reason))

    def article_unchanged(self, reference: Reference) -> None:
        """Count an article that is unchanged, as the source says: once for each of its posts."""
        for _ in reference.forms:
            self._add(Result(reference.address, "unchanged"))

    def picture_came(self) -> None:
        """Count a picture that has come, and is a file of the archive now."""
        self.pictures["came"] += 1
        self._count("pictures/came")

    def picture_failed(self) -> None:
        """Count a picture that could not be had: no post fails because of it, and it is asked for again later."""
        self.pictures["failed"] += 1
        self._count("pictures/failed")

    def posts_illustrated(self, count: int) -> None:
        """Count posts that were written again because pictures of theirs had come."""
        self.pictures["shown"] += count
        self._count("pictures/shown", count)

    def pictures_waiting(self, waiting: WaitingPictures) -> None:
        """Note which pictures are still to be asked for at the end of a run that fetches them."""
        self.waiting = waiting

    def response_downloaded(self, response: Response) -> None:
        """Count an answer."""
        self.requests += 1
        self.bytes += len(response.body)

    async def end(self, session: Session, reason: str) -> None:
        """Log the counts, and keep the report. reason: why the spider was closed. Raises IndexFileError."""
        self.interrupted = reason == SHUTDOWN_REASON
        self._add_other_errors()
        self._count("alarms", len(self.alarms))
        logger.info(self.summary())
        for alarm in self.alarms:
            logger.warning("ALARM: %s", alarm)
        report = self.as_dict()
        if not session.dry:
            self._keep(report, directory_of(session.output) / REPORTS, session.run)
        if archive_of(self._crawler).failure is None:  # otherwise the next run settles what this one left open
            await session.index.run(lambda index: index.runs.end(session.run, report, now()))

    def _add_other_errors(self) -> None:
        """Count errors that were logged, but belong to no article: those of extensions, for example. A run with such an
        error counts as failed."""
        errors = self._crawler.stats.get_value("log_count/ERROR", 0) if self._crawler.stats else 0
        if errors:
            self._add(Result("the run", "failed", None, f"{errors} of its parts failed: the log says which"))

    def _add(self, result: Result) -> None:
        result = result._replace(address=public_address(result.address), reason=public_text(result.reason))
        self.counts[result.outcome] += 1
        self._count(result.outcome)
        if result.reason:
            self.failures.append({"address": result.address, "outcome": result.outcome, "reason": result.reason})
            logger.warning("%s: %s", result.address, result.reason)
        for listener in self.listeners:
            listener(result)

    def _count(self, what: str, count: int = 1) -> None:
        if self._crawler.stats:
            self._crawler.stats.inc_value(f"archiver/{what}", count)

    def _keep(self, report: dict[str, Any], directory: Path, run: int) -> None:
        """Write the report of this run, and delete the oldest ones."""
        started = moment(self._started)
        try:
            text = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
            write_atomically(
                directory / f"{started:%Y-%m-%dT%H-%M-%SZ}-{run}.json", text.encode("utf-8", "backslashreplace")
            )
            for old in directory.glob("*.json"):
                if old.stat().st_mtime < self._started / SECOND - MAX_REPORT_AGE_SECONDS:
                    old.unlink(missing_ok=True)
        except OSError as error:
            if archive_of(self._crawler).failure is None:  # otherwise that failure is told already
                self._add(Result(str(directory), "failed", None, f"the report cannot be kept: {with_advice(error)}"))


def _told(waiting: WaitingPictures) -> dict[str, Any]:
    """Return what a report says of pictures that have not come yet; nothing if there are none."""
    due = {"due": waiting.due} if waiting.due else {}
    later = {
        "later": waiting.later,
        "next_try": moment(waiting.next_try).isoformat(timespec="seconds"),
        "reasons": dict(waiting.reasons),
    }
    return due | (later if waiting.later else {})
