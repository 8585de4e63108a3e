"""What each listing gave in a run, and whether that is cause for alarm."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from scrapy import signals

from archiver.article import Article
from archiver.clock import SECOND, now
from archiver.listing_stats import CHECKED_FIELDS, MAX_HISTORY_RUNS, ListingStats, alarms, carry
from archiver.pipelines.archive import NotPostedError
from archiver.private import authority, public_texts
from archiver.signals import article_failed, article_unchanged, blocked, listing_read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Self

    from scrapy.crawler import Crawler

    from archiver.addresses import Reference
    from archiver.index import Index, ListingRun
    from archiver.session import Session

MAX_KEPT_RUNS = 1000


class _Before(NamedTuple):
    """What the last runs say of a listing: what it gave in those without an alarm, and whether it was not there in the
    last one."""

    good: list[ListingRun]
    was_absent: bool


class Watch:
    """Collects what listings gave, and compares it with their last runs when the spider has finished."""

    def __init__(self) -> None:
        self.listings: dict[str, ListingStats] = {}
        self.alarms: list[str] = []  # alarms of the run; those of a listing begin with its name
        self._blocked: dict[str, str] = {}
        self._same: list[str] = []
        self._saved: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._read: Counter[str] = Counter()  # by listing: how many articles came with their content
        self._sums: defaultdict[str, Counter[str]] = defaultdict(Counter)  # by listing: how many of these have a field

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension of a crawl."""
        watch = cls()
        connect = crawler.signals.connect
        connect(watch.listing_read, listing_read)
        connect(watch.blocked, blocked)
        connect(watch.item_scraped, signals.item_scraped)
        connect(watch.item_dropped, signals.item_dropped)
        connect(watch.article_failed, article_failed)
        connect(watch.article_unchanged, article_unchanged)
        return watch

    def listing_read(self, stats: ListingStats) -> None:
        """Note what a listing gave."""
        self.listings[stats.listing] = stats

    def blocked(self, address: str, reason: str) -> None:
        """Note a page that asks whether we are human; only the first for each host."""
        self._blocked.setdefault(authority(address), reason)

    def item_scraped(self, item: Any) -> None:
        """Count an article for its listings, and the fields that the source itself gave."""
        if not isinstance(item, Article):
            return
        own = [name for name in CHECKED_FIELDS if item.rules.get(name, "").startswith(f"{item.page}:")]
        for place in item.places:
            self._saved[place] += 1
            self._read[place] += 1
            self._sums[place].update(own)
            self._sums[place]["body"] += len(item.body)

    def item_dropped(self, exception: BaseException) -> None:
        """Count an article that became no post."""
        if not isinstance(exception, NotPostedError) or exception.article.outcome in ("held back", "older"):
            return
        self._failed.update(exception.article.places)
        if exception.article.doubted:
            self._same.append(str(exception))

    def article_failed(self, reference: Reference | None, gone: bool) -> None:
        """Count an article that the source did not give."""
        self._failed.update(reference.places if reference and not gone else ())

    def article_unchanged(self, reference: Reference) -> None:
        """Count an article that is unchanged, as the source says."""
        self._saved.update(reference.places * len(reference.forms))

    def results(self) -> dict[str, Any]:
        """Return what was collected so far, in the form that `add` takes: one worker compares the sum of all."""
        return {
            "listings": {label: stats.as_dict() for label, stats in self.listings.items()},
            "blocked": self._blocked,
            "same": self._same,
            "saved": self._saved,
            "failed": self._failed,
            "read": self._read,
            "sums": self._sums,
        }

    def add(self, results: Mapping[str, Any]) -> None:
        """Add what another worker has collected."""
        for label, stats in results["listings"].items():
            self.listings.setdefault(label, ListingStats(**stats))
        self._blocked = {**results["blocked"], **self._blocked}
        self._same += results["same"]
        self._saved.update(results["saved"])
        self._failed.update(results["failed"])
        self._read.update(results["read"])
        for label, sums in results["sums"].items():
            self._sums[label].update(sums)

    async def compare(self, session: Session, disbelief: str) -> None:
        """Compare each listing with its last runs, and note the result. disbelief: why it is not believed that articles
        are gone; empty if it is.

        Raises IndexFileError.
        """
        moment = now()
        before = await session.index.run(_before, list(self.listings))
        for label, stats in self.listings.items():
            stats.saved, stats.failed = self._saved[label], self._failed[label]
            if count := self._read[label]:
                stats.articles = {name: round(self._sums[label][name] / count, 4) for name in (*CHECKED_FIELDS, "body")}
            history = [{**one.stats, "time": one.time // SECOND} for one in before[label].good]
            carry(stats, history)
            stats.alarms = alarms(stats, history, moment // SECOND)
            if not (stats.absent and before[label].was_absent):
                self.alarms += [f"{label}: {alarm}" for alarm in stats.alarms]
        await session.index.run(_note, list(self.listings.values()), session.run, moment)
        self.alarms += [f"{host}: {reason}" for host, reason in self._blocked.items()]
        if self._same:
            self.alarms.append(f"one text came for many articles, {len(self._same)} were not saved: {self._same[0]}")
        if disbelief:
            self.alarms.append(disbelief)


def _before(index: Index, listings: Sequence[str]) -> dict[str, _Before]:
    last, good = index.listings.histories(listings, MAX_HISTORY_RUNS)
    return {
        listing: _Before(good[listing], any(one.stats.get("absent") for one in last[listing])) for listing in listings
    }


def _note(index: Index, listings: Sequence[ListingStats], run: int, moment: int) -> None:
    def note() -> None:
        for stats in listings:
            if stats.alarms:  # the listing is asked in full the next time: the same answer would be no better
                index.listings.forget_validators(stats.listing)
            index.listings.add_stats(stats.listing, run, public_texts(stats.as_dict()), moment, good=not stats.alarms)
        index.runs.forget(run - MAX_KEPT_RUNS, MAX_HISTORY_RUNS)

    index.together(note)
