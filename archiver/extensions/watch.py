"""What each listing gave in a run, and whether that is cause for alarm."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from scrapy import signals

from archiver.clock import SECOND
from archiver.errors import HeldBackError, SameTextError
from archiver.index import seconds
from archiver.index.extension import archive_index, ends_the_run
from archiver.signals import article_failed, blocked, listing_read
from archiver.yields import FILLED, HISTORY, alarms, carry

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

    from archiver.addresses import Reference
    from archiver.article import Article
    from archiver.index.extension import ArchiveIndex
    from archiver.yields import Yield

RUNS_KEPT = 1000


class Watch:
    """Collects what listings gave, compares it with their last runs when the spider is done, and notes it."""

    def __init__(self, archive: ArchiveIndex) -> None:
        self._archive = archive
        self.yields: dict[str, Yield] = {}
        self.alarms: list[str] = []  # of the run; those of a listing begin with its name
        self._blocked: dict[str, str] = {}
        self._same: list[str] = []
        self._saved: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._sums: defaultdict[str, Counter[str]] = defaultdict(Counter)  # by listing, what its articles have

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension of a crawl."""
        watch = cls(archive_index(crawler))
        connect = crawler.signals.connect
        connect(watch.listing_read, listing_read)
        connect(watch.blocked, blocked)
        connect(watch.item_scraped, signals.item_scraped)
        connect(watch.item_dropped, signals.item_dropped)
        connect(watch.article_failed, article_failed)
        connect(watch.spider_closed, signals.spider_closed)
        return watch

    def listing_read(self, yield_: Yield) -> None:
        """Note what a listing gave."""
        self.yields[yield_.listing] = yield_

    def blocked(self, address: str, reason: str) -> None:
        """Note a page that asks whether we are human: one for each host is enough."""
        self._blocked.setdefault(address.split("/")[2], reason)

    def item_scraped(self, item: Article) -> None:
        """Count an article for its listings, and what the source itself said of it."""
        for place in item.places:
            self._saved[place] += 1
            own = (name for name in FILLED if item.rules.get(name, "").startswith(f"{item.page}:"))
            self._sums[place].update(own)
            self._sums[place]["body"] += len(item.body)

    def item_dropped(self, item: Article, exception: BaseException) -> None:
        """Count an article that is no post."""
        if isinstance(exception, HeldBackError):
            return
        self._failed.update(item.places)
        if isinstance(exception, SameTextError):
            self._same.append(str(exception))

    def article_failed(self, reference: Reference | None, gone: bool) -> None:
        """Count an article that the source did not give."""
        self._failed.update(reference.places if reference and not gone else ())

    @ends_the_run
    def spider_closed(self) -> None:
        """Compare, and note the result."""
        now, journal = seconds(), self._archive.index.journal
        for label, one in self.yields.items():
            one.saved, one.failed = self._saved[label], self._failed[label]
            if one.saved:
                one.articles = {name: round(self._sums[label][name] / one.saved, 4) for name in (*FILLED, "body")}
            history = journal.yields(label, HISTORY, good=True)
            carry(one, history)
            one.alarms = alarms(one, history, now // SECOND)
            if one.alarms:
                journal.forget_validators(label)  # the same answer again would be no better
            journal.add_yield(label, self._archive.run, now, one.as_dict(), good=not one.alarms)
            self.alarms += [f"{label}: {alarm}" for alarm in one.alarms]
        journal.forget(self._archive.run - RUNS_KEPT, HISTORY)
        self.alarms += [f"{host}: {reason}" for host, reason in self._blocked.items()]
        if self._same:
            self.alarms.append(f"one text came for many articles, {len(self._same)} were not saved: {self._same[0]}")
        if disbelief := self._archive.settle_gone():
            self.alarms.append(disbelief)
