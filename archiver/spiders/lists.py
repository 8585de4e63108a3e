"""Reading listings into the index: page after page, and if one endpoint fails, at the next."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from scrapy import Request

from archiver.captures import Evidence
from archiver.clock import SECOND, now
from archiver.dates import listed_time
from archiver.errors import BlockPageError, PageError
from archiver.extraction import Unusable
from archiver.index import ArticleKey, Index, Sighting, Validators
from archiver.listing_stats import CHECKED_FIELDS, ListingStats
from archiver.listings import ListingReference
from archiver.net.budget import BudgetSpentError
from archiver.net.conditional import NOT_MODIFIED, conditional, validators_of
from archiver.net.failures import explain, in_words
from archiver.net.handler import EXCHANGES_META_KEY
from archiver.pages.listing import ListingPage
from archiver.signals import listing_read
from archiver.spans import read_span
from archiver.spiders.answers import answer_of
from archiver.spiders.article import ArticleSpider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from scrapy.http import Response
    from twisted.python.failure import Failure

    from archiver.following import FollowedListing
    from archiver.index import IndexThread, NamedSource
    from archiver.recipes import Endpoint, Recipe

MAX_SECONDS_AHEAD = 86400  # seconds that a source's clock or zone may be ahead
MAX_PAGES = 1000  # the most pages of a listing that are read when articles since a date are wanted
MAX_BATCH = 1000  # articles that are noted in one go


@dataclass(frozen=True, slots=True)
class ListingTurn:
    """A step in the reading of a listing: which page is read, and what was found before."""

    reference: ListingReference | FollowedListing
    stats: ListingStats
    page: int = 1
    endpoint: int = 0
    failures: tuple[tuple[str, str], ...] = ()
    validators: Validators = field(default_factory=Validators)  # of its first page
    unfinished: int = 0  # the page at which an earlier reading was cut off
    ids: frozenset[str] = frozenset()  # listed so far: ids of articles, or, for an index, addresses of sitemaps
    at: str = ""  # the address of this page, if another page named it
    part: NamedSource | None = None  # the sitemap of an index that this page is
    rest: tuple[NamedSource, ...] = ()  # the sitemaps of the index that are still to be read
    spared: bool = False  # whether some sitemaps were not read because they have not changed
    answers: Mapping[str, Response] = field(default_factory=dict)  # those of its survey, by addresses in plain form

    @property
    def label(self) -> str:
        """The name under which the validators (ETag, Last-Modified) of this page are kept."""
        return f"{self.reference.recipe.name}/{self.part.address}" if self.part else self.reference.label


class Item(NamedTuple):
    """An article in a listing. moment: when it was published, as the listing says; None: it does not say."""

    sighting: Sighting
    moment: datetime | None


class ListedPage(NamedTuple):
    """What a page of a listing has.

    items: the articles, each once. unreadable: how many entries name no article; example: what the first of these has
    instead. parts: the sitemaps to read after it. goes_on: whether the listing may have a further page; next_address:
    its address, if this page names it. spared: whether some of its sitemaps are not read because they have not changed.
    undated: whether it names sitemaps without a date, which may change while this page stays the same.
    """

    items: Sequence[Item]
    unreadable: int = 0
    example: str = ""
    parts: tuple[NamedSource, ...] = ()
    goes_on: bool = False
    next_address: str = ""
    spared: bool = False
    undated: bool = False


class ListSpider(ArticleSpider):
    """The base of spiders that read listings. The listed articles go into the index, and counts into ListingStats."""

    since: datetime | None = None  # older articles are passed over; a time without a zone is in that of the source
    pages = 0  # how many pages of each listing to read; 0: as many as may hold something new
    index: IndexThread  # takes what is listed, and knows what earlier runs read

    async def ask_listing(self, turn: ListingTurn) -> AsyncIterator[Request]:
        """Yield the request for a page of a listing at its current endpoint. If all endpoints have been tried, report
        the listing as failed."""
        addresses = self.addresses(turn)
        if turn.endpoint == len(addresses):
            turn.stats.error = in_words(turn.failures)
            self.finish(turn)
            return
        endpoint, address = addresses[turn.endpoint]
        turn.stats.requests += 1
        headers = await self._if_changed(turn)
        yield Request(
            address,
            headers=headers,
            callback=self.read_listing,
            errback=self.next_endpoint,
            dont_filter=True,
            priority=1,
            meta={**({"handle_httpstatus_list": [NOT_MODIFIED]} if headers else {}), **self.meta_of(turn)},
            cb_kwargs={"turn": turn, "endpoint": endpoint},
        )

    def addresses(self, turn: ListingTurn) -> list[tuple[Endpoint | None, str]]:
        """Return the endpoints of a listing and their addresses, in the order in which to try them."""
        assert isinstance(turn.reference, ListingReference)
        return list(turn.reference.addresses(turn.page, round(time.time() * 1000)))

    def meta_of(self, turn: ListingTurn) -> dict[str, Any]:  # noqa: ARG002
        """Return further entries for the `meta` of the request for a page."""
        return {}

    async def listed(self, response: Response, turn: ListingTurn, endpoint: Endpoint | None) -> ListedPage:
        """Return what an answer lists. Raises PageError if it is no listing."""
        reference = turn.reference
        assert isinstance(reference, ListingReference)
        assert endpoint is not None
        recipe, label = reference.recipe, reference.label
        listed = ListingPage(recipe, label, endpoint).entries(answer_of(response))
        items = [
            Item(
                Sighting(ArticleKey(recipe.name, entry.id), label, reference.form, entry.known),
                self.time_of(entry.id, entry.known, recipe),
            )
            for entry in listed.entries
        ]
        return ListedPage(items, listed.unreadable, listed.example, goes_on=reference.paged)

    async def read_listing(
        self, response: Response, turn: ListingTurn, endpoint: Endpoint | None
    ) -> AsyncIterator[Request]:
        """Note what `response` lists, and yield the request for the next page if there may be more that is new."""
        if response.status == NOT_MODIFIED and turn.part is None:
            await self.listing_unchanged(response, turn)
            return
        recipe, label = turn.reference.recipe, turn.reference.label
        try:
            unchanged = response.status == NOT_MODIFIED
            listed = ListedPage((), spared=True) if unchanged else await self.listed(response, turn, endpoint)
        except PageError as error:
            self.report_if_blocked(response.url, Unusable(str(error), blocked=isinstance(error, BlockPageError)))
            async for request in self._ask_next_endpoint(turn, response.url, str(error)):
                yield request
            return
        since = self.since_in(recipe)
        wanted = [one.sighting for one in listed.items if not (since and one.moment and one.moment < since)]
        every_form = self.settings.getbool("ARCHIVER_EVERY_FORM")
        new: list[bool] = []
        for start in range(0, len(wanted), MAX_BATCH):
            seen = wanted[start : start + MAX_BATCH]
            new += await self.index.run(Index.see, seen, now(), every_form=every_form)
        if any(new) and self.captured(recipe) and EXCHANGES_META_KEY in response.meta:
            self.archive.keep_soon(
                Evidence(response.meta[EXCHANGES_META_KEY], {"recipe": recipe.name, "listing": label})
            )
        _count_entries(turn.stats, listed, sum(new))
        turn = replace(turn, spared=turn.spared or listed.spared)
        validators = Validators() if listed.undated else validators_of(response)
        if turn.page == 1:
            turn = replace(turn, validators=validators)
        if turn.part:
            await self._note_part(turn.part, turn, None if unchanged else validators)
        further = await self._further(turn, listed, len(wanted) == len(listed.items), new)
        await self._note_progress(turn, further=further is not None)
        if further:
            async for request in self.ask_listing(further):
                yield request
        elif turn.spared and not (turn.stats.listed or turn.stats.unreadable):
            await self.listing_unchanged(response, turn)
        else:
            self.finish(turn)
        async for request in self.after_listing(turn, wanted):
            yield request

    async def after_listing(self, turn: ListingTurn, seen: Sequence[Sighting]) -> AsyncIterator[Request]:  # noqa: ARG002
        """Yield requests that can be made as soon as a page of a listing has been read. seen: the articles on it."""
        for _ in ():
            yield _

    async def next_endpoint(self, failure: Failure) -> AsyncIterator[Request]:
        """Yield the request to the next endpoint after one that failed."""
        request: Request = failure.request  # type: ignore[attr-defined]
        turn: ListingTurn = request.cb_kwargs["turn"]
        if isinstance(failure.value, BudgetSpentError):
            turn.stats.requests -= 1
            if turn.page > 1:  # report what was read; the next run goes on from there
                self.finish(turn)
            return
        async for further in self._ask_next_endpoint(turn, request.url, explain(failure, listing=True)):
            yield further

    def answer_failed(self, request: Request | None, reason: str) -> None:
        """Report a listing, or an article, whose callback failed."""
        turn: ListingTurn | None = request.cb_kwargs.get("turn") if request else None
        if turn is None:
            super().answer_failed(request, reason)
            return
        turn.stats.error = reason
        self.finish(turn)

    def finish(self, turn: ListingTurn) -> None:
        """Report what a listing gave."""
        if turn.part and turn.failures:
            turn.stats.error = in_words(turn.failures)
        if turn.reference.rhythm:
            turn.stats.rhythm = int(read_span(turn.reference.rhythm).total_seconds())
        self.crawler.signals.send_catch_log(listing_read, stats=turn.stats)

    def time_of(self, article_id: str, known: Mapping[str, str], recipe: Recipe) -> datetime | None:
        """Return when an article was published, by what a listing says; None if it does not say."""
        return listed_time(known.get("time", ""), recipe, article_id, datetime.now(UTC))

    def since_in(self, recipe: Recipe) -> datetime | None:
        """Return the time since which articles of a recipe are wanted (aware), None if all are."""
        if self.since is None or self.since.tzinfo:
            return self.since
        return self.since.replace(tzinfo=recipe.zone())

    async def _ask_next_endpoint(self, turn: ListingTurn, address: str, reason: str) -> AsyncIterator[Request]:
        turn = replace(turn, failures=(*turn.failures, (address, reason)))
        if turn.part and not turn.rest:
            self.finish(turn)
            return
        further = next_part(turn) if turn.part else replace(turn, endpoint=turn.endpoint + 1)
        async for request in self.ask_listing(further):
            yield request

    async def _note_part(self, part: NamedSource, turn: ListingTurn, validators: Validators | None) -> None:
        """Note that a sitemap of an index was read. validators: those of its answer; None if it has not changed."""
        parent, label, read = turn.reference.label, turn.label, part._replace(found=now())
        kept = None if validators is None else Validators() if self.in_part else validators

        def note(index: Index) -> None:
            index.sources.put(parent, [read])
            if kept is not None:
                index.listings.keep_validators(label, 0, kept)

        await self.archive.note(note)

    async def _note_progress(self, turn: ListingTurn, *, further: bool) -> None:
        """Note how far the reading of a listing has come, for a later run."""
        label, validators = turn.reference.label, Validators() if self.in_part else turn.validators

        def note(index: Index) -> None:
            index.listings.note_unfinished(label, turn.page + 1 if further else 0)
            if not further:
                index.listings.keep_validators(label, turn.endpoint, validators)

        await self.archive.note(note)

    async def _further(
        self, turn: ListingTurn, listed: ListedPage, all_wanted: bool, new: list[bool]
    ) -> ListingTurn | None:
        """Return the turn of the next page to read; None if there is none."""
        parts = {one.address: one for one in listed.parts if one.address not in turn.ids}
        if turn.rest or parts:
            return next_part(replace(turn, rest=(*turn.rest, *parts.values()), ids=turn.ids.union(parts)))
        if not listed.goes_on:
            return None
        ids = turn.ids.union(one.sighting.key.id for one in listed.items)
        if len(ids) == len(turn.ids) or not await self._goes_on(turn, all_wanted, new):
            return None
        return replace(turn, page=turn.page + 1, ids=ids, at=listed.next_address)

    async def _goes_on(self, turn: ListingTurn, all_wanted: bool, new: list[bool]) -> bool:
        """Return whether to read the next page of a listing."""
        if self.pages:
            return turn.page < self.pages
        if self.since:
            return all_wanted and turn.page < MAX_PAGES
        if turn.page < turn.unfinished:
            return True
        if turn.page >= turn.reference.pages:
            return False
        if turn.unfinished:  # what the earlier reading did not reach has moved to later pages since
            return any(new)
        # If everything on this page is new, there may be more on the next one. Not so at the first reading, when
        # everything is new anyway.
        return all(new) and await self.seen_before(turn)

    async def seen_before(self, turn: ListingTurn) -> bool:
        """Return whether an earlier run has read the listing."""
        if await self.last_stats(turn):
            return True
        # An index that was made anew from the posts has no history of listings.
        if await self.index.run(lambda index: index.listings.names()):
            return False
        return await self.index.run(Index.has_saved, turn.reference.recipe.name)

    async def last_stats(self, turn: ListingTurn) -> dict[str, Any]:
        """Return the stats of the listing's last reading without an alarm; empty if there was none."""
        label = turn.reference.label
        last = await self.index.run(lambda index: index.listings.stats(label, 1, good=True))
        return last[0].stats if last else {}

    @property
    def in_part(self) -> bool:
        """Whether this run reads only a part of each listing (`since` or `pages`)."""
        return bool(self.since or self.pages)

    async def _if_changed(self, turn: ListingTurn) -> dict[str, str]:
        """Return headers that ask for a listing only if it has changed since it was last read to its end."""
        if (turn.page > 1 and turn.part is None) or turn.unfinished or self.in_part or self.archive.dry:
            return {}
        label = turn.label
        return conditional(await self.index.run(lambda index: index.listings.validators(label, turn.endpoint)))

    async def listing_unchanged(self, response: Response, turn: ListingTurn) -> None:  # noqa: ARG002
        """Report a listing that has not changed since the last run, with the counts of then."""
        last = await self.last_stats(turn)
        kept = {name: last[name] for name in ("listed", "unreadable", "newest", "filled_share") if name in last}
        self.finish(replace(turn, stats=replace(turn.stats, unchanged=True, **kept)))


def next_part(turn: ListingTurn) -> ListingTurn:
    """Return the turn in which the next of an index's sitemaps is read."""
    part, *rest = turn.rest
    return replace(turn, page=turn.page + 1, endpoint=0, part=part, at=part.address, rest=tuple(rest))


def _count_entries(stats: ListingStats, page: ListedPage, new: int) -> None:
    """Add the counts of a page to the stats of its listing."""
    before, count = stats.listed, len(page.items)
    stats.listed += count
    stats.new += new
    stats.unreadable += page.unreadable
    stats.no_id = stats.no_id or page.example
    for name in CHECKED_FIELDS if count else ():
        filled = sum(name in one.sighting.known for one in page.items) + stats.filled_share.get(name, 0.0) * before
        stats.filled_share[name] = round(filled / stats.listed, 4)
    # A time in the future does not show that the listing is still kept up.
    latest = now() // SECOND + MAX_SECONDS_AHEAD
    times = (one.moment.timestamp() for one in page.items if one.moment)
    moments = [int(time) for time in times if time <= latest]
    stats.newest = max([*moments, *([stats.newest] if stats.newest else [])], default=None)
