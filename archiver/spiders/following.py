"""Reading what is followed: finding the feeds, sitemaps and pages of links of sites, and reading what these list."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.spidermiddlewares.httperror import HttpError

from archiver.addresses import resolve
from archiver.cleaning import media_text
from archiver.clock import DAY, micros, now
from archiver.discovery import MAX_SITEMAP_BYTES, UpdateSchedule, max_age, update_schedule
from archiver.discovery.listing import NO_ADDRESS_REASON
from archiver.discovery.offer import Offer
from archiver.errors import ERRORS_OF_THE_ARCHIVE, PageError, UnknownAddressError, as_archiver_error
from archiver.following import FollowedListing
from archiver.identity import plain_form, site_of
from archiver.index import Index, NamedSource, Sighting
from archiver.listing_stats import ListingStats
from archiver.spiders.lists import MAX_BATCH, Item, ListedPage, ListingTurn, ListSpider
from archiver.surveying import Inspector, Surveyor, newest_first

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from archiver.discovery.entries import ListedArticle, SitemapEntry
    from archiver.following import Followed
    from archiver.index import ArticleKey
    from archiver.recipes import Endpoint, Recipe

MAX_FIRST_ARTICLES = 100  # when a source is read for the first time, only so many articles are fetched, the newest
MAX_SURVEYS = 32  # sites that are surveyed at a time
REQUESTS_PER_SURVEY = 20  # requests that the survey of a site takes at most, or little more
SURVEY_INTERVAL_MICROS = 30 * DAY  # after that time a site is surveyed again
NOT_THERE, GONE_STATUS = 404, 410
MAX_PARTS = 1000  # sitemaps of an index that are read in a run
# Of sitemaps whose changes their index does not date, so many at each end are asked whether they changed.
UNDATED_AT_EACH_END = 3
MAX_KNOWN_ADDRESSES = 500  # known addresses of articles of a host with which the links on its pages are compared
SOURCE_KIND_OF = {"feed": "feed", "index": "sitemap", "sitemap": "sitemap", "page": "page"}  # by kinds of a survey


class FollowingSpider(ListSpider):
    """The base of spiders that read what is followed."""

    web: Recipe  # the recipe for pages that no other recipe knows
    recipes: Mapping[str, Recipe]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.named: set[str] = set()  # labels of followed listings that the user named, or whose site was named
        self._inspector = Inspector()
        self._surveys: set[asyncio.Future[None]] = set()
        self._turn_to_survey = asyncio.Semaphore(MAX_SURVEYS)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Return the spider of a crawl."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        # With few requests only few sites are surveyed at a time, so that some of the surveys come to their end.
        if most := crawler.settings.getint("ARCHIVER_MAX_REQUESTS"):
            spider._turn_to_survey = asyncio.Semaphore(min(MAX_SURVEYS, max(1, most // REQUESTS_PER_SURVEY)))
        crawler.signals.connect(spider._inspector.note_sitemaps, signals.response_received)
        crawler.signals.connect(spider.close_inspector, signals.engine_stopped)
        return spider

    async def close_inspector(self) -> None:
        """Cancel the surveys that are still running, and close the inspector."""
        for survey in self._surveys:
            survey.cancel()
        await self._inspector.close()

    def add_listing(self, reference: FollowedListing, parent: str) -> bool:
        """Take a listing into the run, and return whether to ask for it. parent: the followed address that it belongs
        to."""
        raise NotImplementedError

    async def taken(self, references: list[FollowedListing]) -> list[FollowedListing]:
        """Return the listings that this crawl reads itself: by default all."""
        return references

    async def site_surveyed(self, one: Followed) -> None:
        """Note that a site has been surveyed. By default: do nothing."""

    async def listings_of(self, followed: Sequence[Followed]) -> dict[str, list[FollowedListing]]:
        """Return the listings of sites and feeds that are followed, by the addresses of these. A site that must be
        surveyed first is left out."""
        sites = [one.address for one in followed if not one.is_feed]
        known = await self.index.run(lambda index: index.sources.named_by_each(sites)) if sites else {}
        found = {one.address: [FollowedListing(self.web, one.address, "feed")] for one in followed if one.is_feed}
        for address, named in known.items():
            if named and min(source.found for source in named) >= now() - SURVEY_INTERVAL_MICROS:
                found[address] = [FollowedListing(self.web, source.address, source.kind) for source in named]
        return found

    def survey_soon(self, one: Followed) -> None:
        """Start a task that surveys a site, and then reads the listings that it found."""
        if not self._surveys:
            self.archive.do_soon(self._inspector.start())
            if not self.archive.dry:  # a site that has not been surveyed yet has articles that have not come yet
                self.archive.expect_answers()
        task = asyncio.ensure_future(self._survey_quietly(one))
        self._surveys.add(task)
        task.add_done_callback(self._surveys.discard)

    async def surveyed(self) -> bool:
        """Wait until one of the running surveys has ended, and return True; return False if none is running."""
        if not self._surveys:
            return False
        await asyncio.wait(self._surveys, return_when=asyncio.FIRST_COMPLETED)
        return True

    async def ask_listing(self, turn: ListingTurn) -> AsyncIterator[Request]:
        """Yield the request for a page of a listing; if the survey of its site has the answer already, read that
        instead, and yield the requests that follow from it."""
        is_surveyed = turn.answers and not turn.endpoint
        if is_surveyed and (answer := turn.answers.get(plain_form(self.addresses(turn)[0][1]))):
            turn.stats.requests += 1
            async for request in self.read_listing(answer, turn, None):
                yield request
            return
        # The survey has nothing of what comes after this page, so its answers need not be kept until then.
        async for request in super().ask_listing(replace(turn, answers={})):
            yield request

    def addresses(self, turn: ListingTurn) -> list[tuple[Endpoint | None, str]]:
        """Return the address of the page, for a listing that is followed; for others, their endpoints."""
        if isinstance(turn.reference, FollowedListing):
            return [(None, turn.at or turn.reference.address)]
        return super().addresses(turn)

    def meta_of(self, turn: ListingTurn) -> dict[str, Any]:
        """Return further entries for the `meta` of the request for a page: sitemaps may be as large as their protocol
        allows."""
        is_map = isinstance(turn.reference, FollowedListing) and turn.reference.kind == "sitemap"
        return {"download_maxsize": MAX_SITEMAP_BYTES} if is_map else {}

    async def listed(self, response: Response, turn: ListingTurn, endpoint: Endpoint | None) -> ListedPage:
        """Return what an answer lists. Raises PageError if it is no listing."""
        reference = turn.reference
        if not isinstance(reference, FollowedListing):
            return await super().listed(response, turn, endpoint)
        known = await self._known_articles(reference) if reference.kind == "page" else ()
        found = await self._inspector.inspect(response, known, texts=self.feed_texts.any)
        if found.kind != reference.kind and not (turn.part and found.kind == "feed"):  # an index may name feeds
            raise PageError(found.problem or f"it is no {reference.kind}, but a {found.kind}")
        if found.feed and turn.page == 1:
            await self._postpone(
                response, turn, update_schedule(found.feed.ttl, found.feed.skip_hours, found.feed.skip_days)
            )
        is_first = not await self.last_stats(turn)
        items, unreadable, example = await self._items(found.articles, reference)
        if is_first and not self.in_part:
            items = _first_looked_at(items)
        nameless = found.feed.left_out.get(NO_ADDRESS_REASON, 0) if found.feed else 0
        following = found.feed.next_page if found.feed and not turn.part else ""
        maps = [one for one in found.maps if one.address != reference.address]  # an index may name itself
        parts = await self._parts(maps, reference, is_first=is_first)
        example = example or (NO_ADDRESS_REASON if nameless else "")
        spared = len(parts) < len(maps)
        undated = any(one.modified is None for one in maps)
        return ListedPage(items, unreadable + nameless, example, parts, bool(following), following, spared, undated)

    async def listing_unchanged(self, response: Response, turn: ListingTurn) -> None:
        """Report a listing that has not changed since the last run. For a feed, note anew until when it need not be
        asked for."""
        if isinstance(turn.reference, FollowedListing) and turn.reference.kind == "feed":
            saved = await self.index.run(lambda index: index.listings.schedule_of(turn.reference.label))
            await self._postpone(response, turn, UpdateSchedule(*json.loads(saved)) if saved else UpdateSchedule())
        await super().listing_unchanged(response, turn)

    async def _postpone(self, response: Response, turn: ListingTurn, schedule: UpdateSchedule) -> None:
        """Note until when a feed need not be asked for: by what the feed says itself (`schedule`), and by the
        Cache-Control and Age headers of its answer."""
        cache_control, age = (
            (response.headers.get(name) or b"").decode("latin-1") for name in ("Cache-Control", "Age")
        )
        until = schedule.until(datetime.now(UTC), max_age(cache_control, age))
        label, moment = turn.reference.label, micros(until) if until else 0
        await self.archive.note(lambda index: index.listings.postpone(label, moment, json.dumps(schedule)))

    async def next_endpoint(self, failure: Failure) -> AsyncIterator[Request]:
        """Yield the next request after a page that could not be had. A followed listing that is gone for good (status
        410) is dropped, and not asked for any more; of one that is not there (404), the first run alone tells, unless
        it was named."""
        turn: ListingTurn = failure.request.cb_kwargs["turn"]  # type: ignore[attr-defined]
        label, error = turn.reference.label, failure.value
        status = error.response.status if isinstance(error, HttpError) and turn.page == 1 else 0
        is_followed = isinstance(turn.reference, FollowedListing)
        turn.stats.absent = is_followed and status == NOT_THERE and label not in self.named
        if is_followed and status == GONE_STATUS:
            await self.index.run(lambda index: index.sources.drop(label, now()))
            turn.stats.error = "it is gone for good (HTTP status 410), and is not asked for any more"
            self.finish(turn)
            return
        async for request in super().next_endpoint(failure):
            yield request

    async def _survey_quietly(self, one: Followed) -> None:
        try:
            async with self._turn_to_survey:
                found, answers = await self._survey(one)
            references = [FollowedListing(self.web, source.address, source.kind) for source in found]
            new = [reference for reference in references if self.add_listing(reference, one.address)]
            taken = await self.taken(new)
            # Noted only now: as soon as the index names the listings, other workers could take them up and ask again
            # for answers that this one has.
            if found:
                await self.archive.note(lambda index: _replace_sources(index, one.address, found))
            for reference in taken:
                turn = ListingTurn(reference, ListingStats(reference.label), answers=answers)
                async for request in self.ask_listing(turn):
                    assert self.crawler.engine is not None
                    self.crawler.engine.crawl(request)
            await self.site_surveyed(one)
        except ERRORS_OF_THE_ARCHIVE as error:
            self.archive.fail(error)

    async def _survey(self, one: Followed) -> tuple[list[NamedSource], Mapping[str, Response]]:
        """Survey a site. Return the listings to read, and those of their answers that came during the survey, by their
        addresses in plain form."""
        offer = Offer(one.address)
        surveyor = Surveyor(self.crawler, self._inspector, offer, whole=True)
        try:
            await surveyor.survey()
        except ERRORS_OF_THE_ARCHIVE:
            raise
        except Exception as error:  # a fault in this program: only this site must suffer from it
            offer.problem = str(as_archiver_error(error))
        read = [source for source in offer.sources if source.is_read and not source.index]
        # A survey that the budget cut off is repeated by a run of the next day. Until then what it found is read.
        looked = now() - (SURVEY_INTERVAL_MICROS - DAY if surveyor.is_cut_off else 0)
        found = [NamedSource(source.address, SOURCE_KIND_OF[source.kind], source.title, looked) for source in read]
        if not found and surveyor.is_cut_off:
            return [], {}
        if not found:  # go on with what an earlier survey found
            found = await self.index.run(lambda index: index.sources.named_by(one.address))
            site = FollowedListing(self.web, one.address, "page")
            stats = ListingStats(site.label, error=offer.why_nothing)
            self.finish(ListingTurn(site, stats))
        return found, surveyor.answers

    async def _known_articles(self, reference: FollowedListing) -> tuple[str, ...]:
        """Return known addresses of articles at the host of a page of links."""
        host = plain_form(reference.address).partition("/")[0]
        known = await self.index.run(lambda index: index.addresses_at(host, MAX_KNOWN_ADDRESSES))
        return tuple(f"https://{address}" for address in known)

    async def _items(
        self, articles: Sequence[ListedArticle], reference: FollowedListing
    ) -> tuple[list[Item], int, str]:
        """Return articles as they are noted in the index (one that the archive knows by its address gets the id that it
        has there), how many are left out, and why the first of these is."""
        items: dict[ArticleKey, Item] = {}
        left_out, example = 0, ""
        for start in range(0, len(articles), MAX_BATCH):
            some = articles[start : start + MAX_BATCH]
            forms = {one.address: plain_form(one.address) for one in some}
            known = await self.index.run(Index.known_as, set(forms.values()))
            found, problem = await asyncio.to_thread(self._some_items, some, reference, forms, known)
            left_out, example = left_out + len(some) - len(found), example or problem
            for item in found:
                items.setdefault(item.sighting.key, item)
        return list(items.values()), left_out, example

    def _some_items(
        self,
        articles: Sequence[ListedArticle],
        reference: FollowedListing,
        forms: Mapping[str, str],
        known: Mapping[str, ArticleKey | None],
    ) -> tuple[list[Item], str]:
        items, problem = [], ""
        for one in articles:
            try:
                article = resolve(one.address, self.recipes.values())
            except UnknownAddressError as error:
                problem = problem or str(error)
                continue
            key, site = article.key, ""
            if article.recipe.is_web:
                key, site = known.get(forms[one.address]) or key, site_of(one.address)
            time = one.time.isoformat() if one.time else ""
            media = media_text(one.media) if one.media else ""
            facts = {"title": one.title, "time": time, "url": one.address, "media": media, "image": one.image}
            # A time that the feed does not call a time of publication must not become one.
            facts["modified"] = "" if one.published else time
            said = {name: value for name, value in facts.items() if value} | self.feed_texts.facts(one)
            changed = micros(one.modified) if one.modified else None
            form = article.recipe.form
            items.append(Item(Sighting(key, reference.label, form, said, site, changed), one.time))
        return items, problem

    async def _parts(
        self, named: Sequence[SitemapEntry], reference: FollowedListing, *, is_first: bool
    ) -> tuple[NamedSource, ...]:
        """Return the sitemaps of an index to read, the newest first. The first time only the newest is read; later
        those that have changed since they were read last, and some of those that the index does not date (`_ends`).
        With `since` or `pages`, those decide instead. named: what the index names."""
        if not named:
            return ()
        parent = reference.label
        maps = [_part(one) for one in newest_first(named)]
        if self.in_part:
            since = self.since_in(reference.recipe)
            parts = [one for one in maps if not (since and one.modified and one.modified < micros(since))]
            return tuple(parts[: self.pages or MAX_PARTS])
        if is_first:
            await self.index.run(lambda index: index.sources.put(parent, maps[1:]))
            return tuple(maps[:1])
        known = {
            one.address: one.modified for one in await self.index.run(lambda index: index.sources.named_by(parent))
        }
        dated = [one for one in maps if one.modified and known.get(one.address) != one.modified]
        return (*dated[:MAX_PARTS], *_ends([one for one in maps if not one.modified]))


def _part(entry: SitemapEntry) -> NamedSource:
    return NamedSource(entry.address, "sitemap", "", now(), micros(entry.modified) if entry.modified else None)


def _ends(undated: list[NamedSource]) -> list[NamedSource]:
    """Return those of an index's undated sitemaps to ask for: the first and the last few, since new articles are either
    at the beginning or at the end of an index."""
    return (
        undated
        if len(undated) <= 2 * UNDATED_AT_EACH_END
        else [*undated[:UNDATED_AT_EACH_END], *undated[-UNDATED_AT_EACH_END:]]
    )


def _first_looked_at(items: list[Item]) -> list[Item]:
    """Return the items of a source that is read for the first time. Only the newest MAX_FIRST_ARTICLES are fetched; the
    others are noted without a form, so that they are not fetched, and not taken for new later."""
    order = sorted(range(len(items)), key=lambda number: _age(items[number].moment))
    wanted = set(order[:MAX_FIRST_ARTICLES])
    return [
        item if number in wanted else item._replace(sighting=item.sighting._replace(form=""))
        for number, item in enumerate(items)
    ]


def _age(moment: datetime | None) -> float:
    return -moment.timestamp() if moment else 0.0


def _replace_sources(index: Index, parent: str, found: Sequence[NamedSource]) -> None:
    index.sources.forget(parent)
    index.sources.put(parent, found)
