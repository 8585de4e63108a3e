"""The spider for listings: `scrapy crawl listing -a source=SOURCE -a listing=LISTING`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from archiver.addresses import Reference, page_addresses
from archiver.captures.private import public_address
from archiver.clock import now
from archiver.errors import UnknownListingError, UsageError
from archiver.index import Index, Validators
from archiver.listing_stats import ListingStats
from archiver.listings import resolve_listings
from archiver.net.budget import BudgetMiddleware
from archiver.net.conditional import conditional
from archiver.recipes import recipes_for
from archiver.signals import article_due
from archiver.spans import read_span
from archiver.spiders.lists import ListingTurn, ListSpider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
    from datetime import timedelta

    from scrapy import Request
    from scrapy.crawler import Crawler

    from archiver.index import Claim
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
        spider.trusted_hosts = frozenset().union(*(recipe.hosts() for recipe in recipes.values()))
        return spider

    async def begin(self) -> AsyncIterator[Request]:
        """Yield the request for each listing. Raises ArchiverError."""
        self.index = (await self.archive.open()).index
        for reference in self.references:
            unfinished = await self.index.run(_unfinished, reference.label)
            turn = ListingTurn(reference, ListingStats(reference.label), unfinished=unfinished)
            async for request in self.ask_listing(turn):
                yield request

    async def ask_for_more(self) -> bool:
        """Ask for articles that are due, and return whether there were any. Raises IndexFileError."""
        places = [reference.label for reference in self.references]
        session = await self.archive.open()
        if self.recheck is not None:
            since = now() - round(self.recheck.total_seconds() * 1_000_000)
            await self.index.run(Index.recheck, places, since, now())
            self.recheck = None
        while room := self._room():
            claims = await self.index.run(Index.claim, session.run, places, room, now())
            if not claims:
                return False
            wanted = [claim for claim in claims if not self._is_too_old(claim)]
            self.asked += len(wanted)
            for claim in wanted:
                self._ask_for(claim)
            if wanted and not self.archive.dry:
                return True
        return False

    def _is_too_old(self, claim: Claim) -> bool:
        recipe = self.recipes[claim.key.recipe]
        since, moment = self.since_in(recipe), self.time_of(claim.key.id, claim.held.known, recipe)
        return bool(since and moment and moment < since)

    def _room(self) -> int:
        """Return how many articles may be asked for now."""
        budget = self.crawler.get_downloader_middleware(BudgetMiddleware)
        if self.archive.failure or (budget and budget.spent):
            return 0
        return min(BATCH, self.limit - self.asked) if self.limit else BATCH

    def _ask_for(self, claim: Claim) -> None:
        held, known = claim.held, claim.held.known
        address = known.get("url") or claim.key.id
        reference = Reference(
            self.recipes[claim.key.recipe],
            claim.key.id,
            address,
            forms=claim.forms,
            known=known,
            places=claim.places,
            held=bool(held.posts),
        )
        if self.archive.dry:
            self.crawler.signals.send_catch_log(article_due, reference=reference)
            return
        self.archive.asked_again += bool(held.posts)
        assert self.crawler.engine is not None
        for request in self._requests(reference, claim):
            self.crawler.engine.crawl(request)

    def _requests(self, reference: Reference, claim: Claim) -> Iterator[Request]:
        """Yield the request for an article: answered by what was captured if another form of post is made of that; else
        for the article if it has changed since."""
        answer = claim.held.answer
        if answer and answer.capture and claim.another_form:
            yield from self.ask_for_captured(reference, answer.page, answer.capture)
            return
        _, first = next(page_addresses(reference))
        same = answer is not None and not claim.another_form and answer.url == public_address(first)
        headers = conditional(Validators(answer.etag, answer.modified)) if answer and same else {}
        yield from self.ask(reference, headers=headers)


def _unfinished(index: Index, listing: str) -> int:
    return index.listings.unfinished(listing)


def _count(name: str, value: str | int) -> int:
    try:
        count = int(value)
    except ValueError as error:
        raise UsageError(f"{name}: expected a number, got {value!r}") from error
    if count < 0:
        raise UsageError(f"{name}: expected a number that is not negative, got {value!r}")
    return count
