"""The spider for listings: `scrapy crawl listing -a source=SOURCE -a listing=LISTING`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from scrapy import Request, signals
from scrapy.exceptions import DontCloseSpider

from archiver.addresses import Reference
from archiver.captures import HELD_BACK, Evidence
from archiver.errors import HeldBackError, UnknownListingError, UsageError
from archiver.index import Validators, seconds
from archiver.listings import resolve_listings
from archiver.net.budget import BudgetMiddleware
from archiver.net.conditional import conditional
from archiver.net.kept import KEPT
from archiver.recipes import recipes_for
from archiver.recorder import recorder
from archiver.signals import article_due
from archiver.spans import read_span
from archiver.spiders.article import about_answer
from archiver.spiders.lists import ListSpider, Turn
from archiver.yields import Yield

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence
    from datetime import timedelta

    from scrapy.crawler import Crawler

    from archiver.article import Article
    from archiver.index import Due
    from archiver.listings import ListingReference
    from archiver.recipes import Recipe

BATCH = 500  # articles that are asked for at a time; the index has the rest


class ListingSpider(ListSpider):
    """Reads listings, notes in the index what they list, and fetches the articles that are due by the index.

    The articles wait in the index, not in memory: a run that is killed, or that may not ask for more, leaves them to
    the next.
    """

    name = "listing"
    captures = True

    def __init__(
        self,
        source: str = "",
        listing: str = "",
        listings: Iterable[str] = (),
        since: str = "",
        limit: str | int = 0,
        pages: str | int = 0,
        **kwargs: Any,
    ) -> None:
        """Take the listings (`source` and `listing`, or `listings` by name; none: all), `since` which date articles
        are wanted, how many of them at most (`limit`), and how many `pages` of each listing. Raises UsageError."""
        super().__init__(**kwargs)
        if listing and not source:
            raise UsageError("listing: say of which source (-a source=…)")
        self.names = [*listings, *([f"{source}/{listing}" if listing else source] if source else [])]
        try:
            self.since = datetime.fromisoformat(since) if since else None
        except ValueError as error:
            raise UsageError(f"since: expected a date such as 2026-08-19, got {since!r}") from error
        self.limit = _count("limit", limit)
        self.pages = _count("pages", pages)
        self.references: Sequence[ListingReference] = ()
        self.recipes: dict[str, Recipe] = {}
        self.recheck: timedelta | None = None
        self.asked = 0
        self.held_back: dict[tuple[str, str], tuple[Reference, Evidence | None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> ListingSpider:
        """Return the spider, its listings resolved. Raises UsageError for one that there is not."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        settings = crawler.settings
        spider.recipes = recipes = recipes_for(settings)
        try:
            spider.references = resolve_listings(spider.names, recipes)
        except UnknownListingError as error:
            raise UsageError(str(error)) from error
        spider.recheck = read_span(settings["ARCHIVER_RECHECK"]) if settings["ARCHIVER_RECHECK"] else None
        spider.dry = settings.getbool("ARCHIVER_DRY_RUN")
        spider.every_form = settings.getbool("ARCHIVER_EVERY_FORM")
        spider.trusted_hosts = frozenset().union(*(recipe.hosts() for recipe in recipes.values()))
        crawler.signals.connect(spider.ask_for_more, signals.spider_idle)
        crawler.signals.connect(spider.hold_back, signals.item_dropped)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield the request for each listing."""
        for reference in self.references:
            unfinished = self.archive.index.journal.unfinished(reference.label)
            for request in self.ask_listing(Turn(reference, Yield(reference.label), unfinished=unfinished)):
                yield request

    def ask_for_more(self) -> None:
        """Ask for the next articles that are due, when there is nothing else to do. Raises DontCloseSpider."""
        places = [reference.label for reference in self.references]
        queue, now = self.archive.index.queue, seconds()
        if self.recheck:
            queue.recheck(places, now - int(self.recheck.total_seconds()), now)
            self.recheck = None
        while due := queue.claim(self.archive.run, places, now, self._room()):
            wanted = [one for one in due if not self._too_old(one)]
            self.asked += len(wanted)
            for one in wanted:
                self._ask_for(one)
            if not self.dry:
                self.archive.index.commit()
            if wanted and not self.dry:
                raise DontCloseSpider
        held_back, self.held_back = self.held_back, {}
        for reference, evidence in held_back.values():
            self._send(self._from_kept(reference, evidence))
        if held_back:
            raise DontCloseSpider

    def hold_back(self, item: Article, exception: BaseException) -> None:
        """Note an article that was edited, to look at it again when all others have been looked at."""
        if isinstance(exception, HeldBackError) and (item.recipe, item.id) not in self.held_back:
            reference = Reference(
                self.recipes[item.recipe],
                item.id,
                item.address,
                forms=self.archive.index.holdings.forms(item.recipe, item.id),
                known=self.archive.index.holdings.known(item.recipe, item.id),
                places=item.places,
            )
            evidence = item.evidence
            if evidence and evidence.about:
                about = evidence.about
                evidence.about = {**about, HELD_BACK: True}
                recorder(self.crawler).keep_soon(evidence)  # now: in memory it would be too much
                evidence = Evidence(about=about, after=evidence)
            self.held_back[item.recipe, item.id] = (reference, evidence)

    def _too_old(self, due: Due) -> bool:
        recipe = self.recipes[due.recipe]
        since, moment = self.since_in(recipe), self.time_of(due.known, recipe)
        return bool(since and moment and moment < since)

    def _room(self) -> int:
        """Return how many articles may be asked for now."""
        budget = self.crawler.get_downloader_middleware(BudgetMiddleware)
        if budget and budget.spent:
            return 0
        return min(BATCH, self.limit - self.asked) if self.limit else BATCH

    def _ask_for(self, due: Due) -> None:
        recipe = self.recipes[due.recipe]
        address = due.known.get("url") or due.id
        reference = Reference(
            recipe, due.id, address, forms=due.forms, known=due.known, places=due.places, held=due.saved, final=False
        )
        if self.dry:
            self.crawler.signals.send_catch_log(article_due, reference=reference)
            return
        self.archive.checked += due.saved
        self._send((due.another_form and self._from_kept(reference, another_form=True)) or self.ask(reference))

    def _send(self, requests: Iterable[Request]) -> None:
        assert self.crawler.engine is not None
        for request in requests:
            self.crawler.engine.crawl(request)

    def _from_kept(
        self, reference: Reference, evidence: Evidence | None = None, *, another_form: bool = False
    ) -> list[Request]:
        """Return a request that the kept answer for the article will answer, nothing if there is no such answer.

        evidence: for that answer, if it came in this run. another_form: of post is to be made of it than before.
        """
        answer = self.archive.index.answers.get(reference.recipe.name, reference.id)
        if answer is None or (evidence is None and answer.lost):
            return []
        if evidence is None:
            more = about_answer(reference, answer.page) if another_form and self.captured(reference.recipe) else None
            evidence = Evidence(key=answer.capture, about=more)
        arguments = {
            "reference": reference,
            "number": -1,
            "page": answer.page,
            "tries": (),
            "fetched": answer.fetched,
            "evidence": evidence,
        }
        return [Request(answer.url, self.read, dont_filter=True, meta={KEPT: answer}, cb_kwargs=arguments)]

    def validators(self, reference: Reference, address: str) -> dict[str, str]:
        """Return headers that ask for an article only if it has changed since it was saved."""
        answer = self.archive.index.answers.get(reference.recipe.name, reference.id) if reference.held else None
        if answer is None or answer.lost or answer.url != address:
            return {}
        return conditional(Validators(answer.etag, answer.modified))

    def unchanged(self, reference: Reference) -> None:
        """Make an item of the kept answer: the pipelines find that it is as it was, and the index hears of it."""
        self._send(self._from_kept(reference))


def _count(name: str, value: str | int) -> int:
    try:
        count = int(value)
    except ValueError as error:
        raise UsageError(f"{name}: expected a number, got {value!r}") from error
    if count < 0:
        raise UsageError(f"{name}: expected a number that is not negative, got {value!r}")
    return count
