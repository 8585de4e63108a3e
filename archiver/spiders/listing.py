"""The spider for listings: `scrapy crawl listing -a source=SOURCE -a listing=LISTING`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.clock import DAY, now
from archiver.errors import UnknownListingError, UsageError
from archiver.following import FollowedListing, Wanted, read_followed, resolve_names
from archiver.identity import site_of
from archiver.index import Index
from archiver.listing_stats import ListingStats
from archiver.net.guard import private_hosts
from archiver.recipes import recipes_for, web_recipe
from archiver.spans import read_span
from archiver.spiders.allotment import Allotment, SharedAllotment
from archiver.spiders.due import DueSpider
from archiver.spiders.lists import ListingTurn
from archiver.workers.batcher import Batcher

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence
    from datetime import timedelta

    from scrapy import Request
    from scrapy.crawler import Crawler

    from archiver.following import Followed
    from archiver.index import Sighting
    from archiver.listings import ListingReference

# Workers look for further listings when some have been read: those of so many seconds together, and at most so many.
GATHERING_SECONDS, MAX_ENDED = 0.5, 1000
MAX_REST_MICROS = 8 * DAY  # the longest time for which a feed may say that it need not be asked for


class ListingSpider(DueSpider):
    """Reads listings, notes in the index what they list, and fetches the articles that are due by the index.

    The articles wait in the index, not in memory: a run that is killed, or that has spent its budget, leaves them to
    the next run.
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
        retry: str | int = 0,
        workers: int = 1,
        **kwargs: Any,
    ) -> None:
        """source, listing, listings: which listings to read: all of a source, or one of them; or several by their
        names; none given: all. since: only articles since this date are wanted (ISO 8601). limit: at most so many
        articles; 0: no limit. pages: so many pages of each listing; 0: as many as may hold something new. retry: 1 to
        ask again for articles that gave no post, whenever they failed. workers: how many begin together, this one
        included, where several crawl one archive. Raises UsageError."""
        super().__init__(**kwargs)
        if listing and not source:
            raise UsageError("listing: say of which source (-a source=…)")
        self.names = [*listings, *([f"{source}/{listing}" if listing else source] if source else [])]
        try:
            self.since = datetime.fromisoformat(since) if since else None
        except ValueError as error:
            raise UsageError(f"since: expected a date such as 2026-08-19, got {since!r}") from error
        self.workers = workers
        self.limit = _count("limit", limit)
        self.pages = _count("pages", pages)
        self.retry = _count("retry", retry) > 0
        self.references: dict[str, ListingReference | FollowedListing] = {}  # by their labels
        self.recheck: timedelta | None = None
        self._wanted = Wanted((), (), frozenset())
        self._ended = Batcher[str, None]([self._end_listings], MAX_ENDED)  # listings that have been read
        self._gone: frozenset[str] = frozenset()
        self._resting: frozenset[str] = frozenset()
        self._unread: dict[str, ListingReference | FollowedListing] = {}  # by their labels, those not taken up yet
        self._unknown: dict[str, Followed] = {}  # followed sites whose feeds, sitemaps and pages are still to be found

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> ListingSpider:
        """Return the spider, its listings resolved. Raises UsageError for a listing that does not exist."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        settings = crawler.settings
        spider.recipes = recipes = recipes_for(settings)
        followed = read_followed(Path(settings["ARCHIVER_OUTPUT"]))
        try:
            spider._wanted = wanted = resolve_names(spider.names, recipes, followed)
        except UnknownListingError as error:
            raise UsageError(str(error)) from error
        spider.references = {one.label: one for one in wanted.listings}
        spider._places = tuple(spider.references)
        spider.recheck = read_span(settings["ARCHIVER_RECHECK"]) if settings["ARCHIVER_RECHECK"] else None
        if web := web_recipe(recipes.values()):
            spider.web = web
        # Private hosts are those that a recipe or the user names.
        of_recipes = (recipe.hosts() for recipe in recipes.values())
        spider.trusted_hosts = private_hosts(one.address for one in wanted.followed).union(*of_recipes)
        return spider

    async def begin(self) -> AsyncIterator[Request]:
        """Yield the request for each listing, and begin to survey the followed sites whose listings are not known yet.
        Raises ArchiverError."""
        self.index = (await self.archive.open()).index
        membership = self.archive.membership
        if membership:
            self._allotment = SharedAllotment(self.index, membership.member, self.workers, self.limit)
            self._ended = Batcher[str, None]([self._end_listings], MAX_ENDED, GATHERING_SECONDS)
            if self._budget:
                self._budget.share(self._allotment)
        else:
            self._allotment = Allotment(self.index, self.limit)
        self._gone = frozenset(await self.index.run(lambda index: index.sources.gone()))
        if not self.in_part:
            resting = await self.index.run(lambda index: index.listings.postponed(now()))
            # No rest is longer than MAX_REST_MICROS: one that seems longer was noted when the machine's clock was
            # ahead.
            self._resting = frozenset(label for label, until in resting.items() if until < now() + MAX_REST_MICROS)
        self._unread = dict(self.references)
        self._unknown = {one.address: one for one in self._wanted.followed}
        async for request in self._ask_listings():
            yield request

    async def _ask_listings(self) -> AsyncIterator[Request]:
        """Yield the requests for listings that no worker has taken up yet, and begin to survey the followed sites whose
        listings are not known yet; of both only this crawl's share."""
        for address, listings in (await self.listings_of(list(self._unknown.values()))).items():
            self._unknown.pop(address, None)
            for listing in listings:
                if self.add_listing(listing, address):
                    self._unread[listing.label] = listing
        for address in await self._allotment.listings(list(self._unknown)):
            if address in self._unknown:
                self.survey_soon(self._unknown.pop(address))
        for label in await self._allotment.listings(list(self._unread)):
            reference = self._unread.pop(label, None)
            if reference is None:
                continue
            unfinished = await self.index.run(_unfinished, reference.label)
            turn = ListingTurn(reference, ListingStats(reference.label), unfinished=unfinished)
            async for request in self.ask_listing(turn):
                yield request

    async def taken(self, references: list[FollowedListing]) -> list[FollowedListing]:
        """Return the listings that this crawl reads itself; the others are left to other workers."""
        labels = {one.label: one for one in references}
        taken = await self._allotment.found_listings(list(labels))
        self._unread |= {label: one for label, one in labels.items() if label not in taken}
        return [labels[label] for label in taken]

    async def site_surveyed(self, one: Followed) -> None:
        """Note that a site has been surveyed."""
        await self._ended.submit(one.address)

    def finish(self, turn: ListingTurn) -> None:
        """Report what a listing gave."""
        super().finish(turn)
        self.archive.do_soon(self._ended.submit(turn.reference.label))

    async def _end_listings(self, names: list[str]) -> list[None]:
        """Note that listings have been read, or sites surveyed, and go on with others that nobody has taken up."""
        await self._allotment.end_listings(names)
        if (self._unread or self._unknown) and not self.archive.is_ending:
            async for request in self._ask_listings():
                self._crawl(request)
        return [None] * len(names)

    def add_listing(self, reference: FollowedListing, parent: str) -> bool:
        """Take a listing into the run, and return whether to ask for it. parent: the followed address that it belongs
        to. It is not asked for if the run has it already; nor, unless the user named `parent`, if it is known to be
        gone for good or has said that it need not be asked for yet."""
        if reference.label in self.references:
            return False
        self.references[reference.label] = reference  # articles of it may be due, even if it is gone
        self._places = tuple(self.references)
        if parent in self._wanted.named:
            self.named.add(reference.label)
        return reference.label in self.named or reference.label not in self._gone | self._resting

    async def ask_for_more(self) -> bool:
        """Ask for articles that are due, and return whether there were any, or whether there may be some soon. Raises
        IndexFileError."""
        while await self.surveyed():
            if self._is_at_something:  # else nothing would have the engine ask for more, but its heartbeat
                return True
        if self.recheck is not None:
            since = now() - round(self.recheck.total_seconds() * 1_000_000)
            if await self._allotment.begins("recheck"):
                await self.index.run(Index.recheck, self._places, since, now())
                await self._allotment.end_task("recheck")
            self.recheck = None
        if self.retry:
            if await self._allotment.begins("retry"):
                await self.index.run(Index.retry, self._places, now())
                await self._allotment.end_task("retry")
            self.retry = False
        while not self.archive.is_ending:
            if await self._ask_for_some():
                return True
            if self._budget:
                await self._budget.return_unused()
            if self._is_spent or await self._allotment.is_over():
                return False
        return True

    async def _ask_for_some(self) -> bool:
        """Ask for listings that nobody has taken up, and for articles that are due; return whether there were any, or
        whether requests are still on their way."""
        asked = False
        async for request in self._ask_listings():
            self._crawl(request)
            asked = True
        run = (await self.archive.open()).run
        for recipe in await self._allotment.recipes(run, self._places):
            if await self._ask_for_many("", recipe):
                asked = True
            else:
                await self._allotment.end_recipe(recipe)
        if asked or self._is_at_something:
            return True
        self._sites.clear()  # nothing is on its way
        return await self._ask_sites()

    async def ask_for_pictures(self) -> None:
        """Ask for pictures that did not come when their articles did. Raises IndexFileError, StoreError."""
        if self.pictures:
            await self.pictures.fetch_all_due()

    async def after_listing(self, turn: ListingTurn, seen: Sequence[Sighting]) -> AsyncIterator[Request]:
        """Yield the request for the first article of each site that a page of a listing names, so that no site has to
        wait until all listings have been read."""
        own = [site_of(turn.reference.address)] if isinstance(turn.reference, FollowedListing) else []
        named = dict.fromkeys([*own, *(one.site for one in seen)])
        self.go_on_with(named)
        for site in await self._allotment.sites([one for one in named if one and one not in self._sites]):
            async for request in self._ask_next(site):
                yield request


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
