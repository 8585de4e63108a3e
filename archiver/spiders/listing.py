"""The spider for listings: `scrapy crawl listing -a source=SOURCE -a listing=LISTING`."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.addresses import Reference, page_addresses
from archiver.clock import DAY, now
from archiver.errors import UnknownListingError, UsageError
from archiver.following import FollowedListing, Wanted, read_followed, resolve_names
from archiver.identity import plain_form, site_of
from archiver.index import Index, Validators
from archiver.listing_stats import ListingStats
from archiver.net.budget import BudgetMiddleware
from archiver.net.conditional import conditional
from archiver.net.guard import private_hosts
from archiver.private import public_address
from archiver.recipes import recipes_for, web_recipe
from archiver.signals import article_due
from archiver.spans import read_span
from archiver.spiders.allotment import Allotment, SharedAllotment
from archiver.spiders.following import FollowingSpider
from archiver.spiders.lists import ListingTurn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
    from datetime import timedelta

    from scrapy import Request
    from scrapy.crawler import Crawler

    from archiver.article import Article
    from archiver.following import Followed
    from archiver.index import Claim, Sighting
    from archiver.listings import ListingReference
    from archiver.recipes import Recipe

BATCH = 500  # articles that are asked for at a time; the index has the rest
SHARE = 20  # of them of one site
LONGEST_REST = 8 * DAY  # of a feed


class ListingSpider(FollowingSpider):
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
        workers: int = 1,
        **kwargs: Any,
    ) -> None:
        """Take the listings (`source` and `listing`, or `listings` by name; none: all), `since` which date articles
        are wanted, how many of them at most (`limit`), and how many `pages` of each listing. workers: that begin with
        this one, where several crawl together. Raises UsageError."""
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
        self.references: dict[str, ListingReference | FollowedListing] = {}  # by their labels
        self.recipes: dict[str, Recipe] = {}
        self.recheck: timedelta | None = None
        self.asked = 0
        self._wanted = Wanted((), (), frozenset())
        self._places: tuple[str, ...] = ()
        self._gone: frozenset[str] = frozenset()
        self._resting: frozenset[str] = frozenset()
        self._sites: dict[str, deque[Claim]] = {}  # of which an article is on its way; and what waits for it
        self._learned: set[str] = set()  # addresses of articles that have come
        self._unread: dict[str, ListingReference | FollowedListing] = {}  # by their labels, those that nobody reads
        self._unknown: dict[str, Followed] = {}  # sites of which it is not known what they have
        self._allotment: Allotment

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> ListingSpider:
        """Return the spider, its listings resolved. Raises UsageError for one that there is not."""
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
        """Yield the request for each listing; look at sites of which it is not known what they have. Raises
        ArchiverError."""
        self.index = (await self.archive.open()).index
        member = self.archive.member
        self._allotment = SharedAllotment(self.index, member, self.workers) if member else Allotment(self.index)
        self._gone = frozenset(await self.index.run(lambda index: index.sources.gone()))
        if not self.in_part:
            resting = await self.index.run(lambda index: index.listings.resting(now()))
            # A time further off than any that is ever noted was noted when the clock was ahead.
            self._resting = frozenset(label for label, until in resting.items() if until < now() + LONGEST_REST)
        self._unread = dict(self.references)
        self._unknown = {one.address: one for one in self._wanted.followed}
        async for request in self._ask_listings():
            yield request

    async def _ask_listings(self) -> AsyncIterator[Request]:
        """Yield the requests for listings that nobody reads yet; look at sites of which it is not known what they
        have."""
        for one in list(self._unknown.values()):
            listings = await self.listings_of(one)
            if listings is not None:
                self._unknown.pop(one.address, None)
            for listing in listings or ():
                if self.add_listing(listing, one.address):
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
        """Return those that this crawl reads itself."""
        labels = {one.label: one for one in references}
        taken = await self._allotment.listings(list(labels))
        self._unread |= {label: one for label, one in labels.items() if label not in taken}
        return [labels[label] for label in taken]

    async def site_surveyed(self, one: Followed) -> None:
        """Take note that it is known what a site has."""
        await self._end_listing(one.address)

    def finish(self, turn: ListingTurn) -> None:
        """Report what a listing gave."""
        super().finish(turn)
        self.archive.do_soon(self._end_listing(turn.reference.label))

    async def _end_listing(self, name: str) -> None:
        """Take note that a listing has been read, or a site looked at, and go on to others that nobody reads."""
        await self._allotment.end_listing(name)
        if (self._unread or self._unknown) and not self.archive.is_ending:
            async for request in self._ask_listings():
                self._crawl(request)

    def add_listing(self, reference: FollowedListing, parent: str) -> bool:
        """Take a listing of what is followed at the address `parent` into the run, and return whether it is to be asked
        for: it is not in the run yet, not gone for good, as far as is known, and does not say that nobody need ask yet;
        or it is named."""
        if reference.label in self.references:
            return False
        self.references[reference.label] = reference  # articles of it may be due, even if it is gone
        self._places = tuple(self.references)
        return parent in self._wanted.named or reference.label not in self._gone | self._resting

    async def ask_for_more(self) -> bool:
        """Ask for articles that are due, and return whether there were any, or there may be soon. Raises
        IndexFileError."""
        if await self.surveyed():
            return True
        if self.recheck is not None:
            since = now() - round(self.recheck.total_seconds() * 1_000_000)
            if await self._allotment.begins("recheck"):
                await self.index.run(Index.recheck, self._places, since, now())
                await self._allotment.end_task("recheck")
            self.recheck = None
        while not self.archive.is_ending:
            if await self._ask_for_some():
                return True
            if self._is_spent or await self._allotment.is_over():
                return False
        return True

    async def _ask_for_some(self) -> bool:
        """Ask for listings that nobody reads, and articles that are due, and return whether there were any."""
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
        if asked:
            return True
        self._sites.clear()  # nothing is on its way
        return await self._ask_sites()

    async def _ask_sites(self) -> bool:
        """Ask for the next articles of sites of which none is on its way, and return whether there were any."""
        run = (await self.archive.open()).run
        asked = False
        for site in await self._allotment.sites_due(run, self._places):
            if self.archive.dry:
                await self._ask_for_many(site)
            async for request in self._ask_next(site):
                self._crawl(request)
                asked = True
        return asked

    async def ask_for_pictures(self) -> None:
        """Ask for pictures that did not come when their articles did. Raises IndexFileError, StoreError."""
        if self.pictures:
            await self.pictures.fetch_all_due()

    async def after_listing(self, turn: ListingTurn, seen: Sequence[Sighting]) -> AsyncIterator[Request]:
        """Yield the requests for the first articles of the sites that a page of a listing names: none of them waits
        until all listings have been read."""
        own = [site_of(turn.reference.address)] if isinstance(turn.reference, FollowedListing) else []
        named = dict.fromkeys([*own, *(one.site for one in seen)])
        for site in await self._allotment.sites([one for one in named if one and one not in self._sites]):
            async for request in self._ask_next(site):
                yield request

    def learn(self, reference: Reference, article: Article) -> None:  # noqa: ARG002
        """Note the addresses of an article: it is not asked for by another of them."""
        self._learned.update(article.aliases)

    async def ask_after(self, reference: Reference) -> AsyncIterator[Request]:
        """Yield the request for the next article of the site that an article waited with."""
        if reference.site:
            async for request in self._go_on_with(reference.site):
                yield request

    async def _ask_for_many(self, site: str, recipe: str = "") -> bool:
        """Ask for articles (of a recipe) of which none waits for another, and return whether there were any."""
        while (claims := await self._claim(site, BATCH, recipe)) is not None:
            for claim in claims:
                reference = self._reference(claim)
                if self.archive.dry:
                    self.crawler.signals.send_catch_log(article_due, reference=reference)
                else:
                    for request in self._requests(reference, claim):
                        self._crawl(request)
            if claims and not self.archive.dry:
                return True
        return False

    async def _ask_next(self, site: str) -> AsyncIterator[Request]:
        """Yield the request for the next article of a site, unless one is on its way."""
        if site and site not in self._sites and not self.archive.dry:
            self._sites[site] = deque()
            async for request in self._go_on_with(site):
                yield request

    async def _go_on_with(self, site: str) -> AsyncIterator[Request]:
        """Yield the request for the next article of a site: one that has not come by another of its addresses."""
        waiting = self._sites.setdefault(site, deque())
        while True:
            if not waiting:
                claims = await self._claim(site, SHARE)
                if claims is None:
                    self._sites.pop(site, None)
                    if await self._allotment.end_site(site) and not (self.archive.is_ending or self._is_spent):
                        self.archive.do_soon(self._ask_sites())
                    return
                waiting.extend(claims)
                continue
            claim = waiting.popleft()
            reference = self._reference(claim, site)
            if plain_form(reference.address) in self._learned:
                continue
            if requests := list(self._requests(reference, claim)):
                for request in requests:
                    yield request
                return

    @property
    def _is_spent(self) -> bool:
        """Whether no article may be asked for any more."""
        budget = self.crawler.get_downloader_middleware(BudgetMiddleware)
        no_room = bool(self.limit) and self.asked >= self.limit
        return no_room or self.archive.failure is not None or bool(budget and budget.spent)

    async def _claim(self, site: str, most: int, recipe: str = "") -> list[Claim] | None:
        """Return articles of a site that are due, those that are wanted; None if there are none, or may be none."""
        if self._is_spent:
            return None
        room = min(most, self.limit - self.asked) if self.limit else most
        run = (await self.archive.open()).run
        self.asked += room  # as long as nobody knows how many there are
        claims = await self.index.run(Index.claim, run, self._places, room, now(), site, recipe)
        wanted = [claim for claim in claims if not self._is_too_old(claim)]
        self.asked -= room - len(wanted)
        return wanted if claims else None

    async def total(self) -> int:
        """Return how many articles this run asks for, as far as is known by now. Raises ArchiverError."""
        run = (await self.archive.open()).run
        total = self.asked + await self.index.run(Index.count_due, run, self._places, now())
        return min(total, self.limit) if self.limit else total

    def _is_too_old(self, claim: Claim) -> bool:
        recipe = self.recipes[claim.key.recipe]
        since, moment = self.since_in(recipe), self.time_of(claim.key.id, claim.held.known, recipe)
        return bool(since and moment and moment < since)

    def _reference(self, claim: Claim, site: str = "") -> Reference:
        """Return the article that was claimed, as it is asked for: at the address that it came from last, if that is
        all that it is known by."""
        held, recipe = claim.held, self.recipes[claim.key.recipe]
        address = held.known.get("url") or claim.key.id
        if recipe.is_web and held.answer:
            address = held.answer.url
        return Reference(
            recipe,
            claim.key.id,
            address,
            forms=claim.forms,
            known=held.known,
            places=claim.places,
            held=bool(held.posts),
            site=site,
        )

    def _crawl(self, request: Request) -> None:
        assert self.crawler.engine is not None
        self.crawler.engine.crawl(request)

    def _requests(self, reference: Reference, claim: Claim) -> Iterator[Request]:
        """Yield the request for an article: answered by what was captured if another form of post is made of that; else
        for the article if it has changed since."""
        self.archive.asked_again += reference.held
        answer = claim.held.answer
        if answer and answer.capture and claim.another_form:
            yield from self.ask_for_captured(reference, answer.page, answer.capture)
            return
        _, first = next(page_addresses(reference), (None, ""))
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
