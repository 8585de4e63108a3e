"""Reading listings, page after page, endpoint after endpoint, into the index."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy import Request

from archiver.captures import Evidence
from archiver.dates import read_time
from archiver.errors import PageError, TimeFormatError
from archiver.index import Sighting, Validators, seconds
from archiver.net.budget import BudgetSpentError
from archiver.net.conditional import NOT_MODIFIED, conditional, validators_of
from archiver.net.failures import explain, in_words
from archiver.net.handler import EXCHANGES
from archiver.pages.listing import ListingPage
from archiver.recorder import recorder
from archiver.signals import listing_read
from archiver.spans import read_span
from archiver.spiders.article import ArticleSpider
from archiver.yields import FILLED, Yield

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scrapy.http import Response
    from twisted.python.failure import Failure

    from archiver.listings import ListingReference
    from archiver.pages.listing import Entry
    from archiver.recipes import Endpoint, Recipe

AHEAD = 86400  # seconds that a source's clock or zone may be ahead
EVERY_PAGE = 1000  # of a listing, when articles since a date are wanted


@dataclass(frozen=True, slots=True)
class Turn:
    """How far the reading of a listing has come."""

    reference: ListingReference
    result: Yield
    page: int = 1
    endpoint: int = 0
    failures: tuple[tuple[str, str], ...] = ()
    validators: Validators = field(default_factory=Validators)  # of its first page
    unfinished: int = 0  # the page at which an earlier reading was cut off
    ids: frozenset[str] = frozenset()  # what it has listed so far


class ListSpider(ArticleSpider):
    """The base of spiders that read listings: what they list goes into the index, what they gave into a Yield."""

    since: datetime | None = None  # older articles are passed over; without a zone it is in the source's own
    pages = 0  # of each listing; 0: as many as may hold something new
    every_form = True  # a post of each form that a listing asks for, not only of the first
    dry = False

    def ask_listing(self, turn: Turn) -> Iterator[Request]:
        """Yield the request for a page of a listing, at the endpoint whose turn it is; when there is none left, the
        listing has failed."""
        addresses = list(turn.reference.addresses(turn.page, round(time.time() * 1000)))
        if turn.endpoint == len(addresses):
            turn.result.error = in_words(turn.failures)
            self.finish(turn)
            return
        endpoint, address = addresses[turn.endpoint]
        turn.result.requests += 1
        headers = self._if_changed(turn)
        yield Request(
            address,
            headers=headers,
            callback=self.read_listing,
            errback=self.next_endpoint,
            dont_filter=True,
            priority=1,
            meta={"handle_httpstatus_list": [NOT_MODIFIED]} if headers else {},
            cb_kwargs={"turn": turn, "endpoint": endpoint},
        )

    def read_listing(self, response: Response, turn: Turn, endpoint: Endpoint) -> Iterator[Request]:
        """Note what `response` lists, and yield the request for the next page if there may be more that is new."""
        if response.status == NOT_MODIFIED:
            self._as_it_was(turn)
            return
        recipe, label = turn.reference.recipe, turn.reference.label
        try:
            listed = ListingPage(recipe, label, endpoint).entries(response)
        except PageError as error:
            self.look_for_block(response, error)
            yield from self._next_endpoint(turn, response.url, str(error))
            return
        times = [self.time_of(entry.known, recipe) for entry in listed.entries]
        since = self.since_in(recipe)
        wanted = [
            Sighting(entry.id, entry.known)
            for entry, moment in zip(listed.entries, times, strict=True)
            if not (since and moment and moment < since)
        ]
        journal, form = self.archive.index.journal, turn.reference.listing.form
        new = self.archive.index.queue.see(recipe.name, label, form, wanted, seconds(), every_form=self.every_form)
        if any(new) and self.captured(recipe) and EXCHANGES in response.meta:
            recorder(self.crawler).keep_soon(
                Evidence(response.meta[EXCHANGES], {"recipe": recipe.name, "listing": label})
            )
        _count_entries(turn.result, listed.entries, listed.unreadable, sum(new), times)
        if turn.page == 1:
            turn = replace(turn, validators=validators_of(response))
        ids = turn.ids.union(entry.id for entry in listed.entries)
        further = len(ids) > len(turn.ids) and self._goes_on(turn, len(wanted) == len(listed.entries), new)
        journal.note_unfinished(label, turn.page + 1 if further else 0)
        if not further:
            journal.keep_validators(label, turn.endpoint, Validators() if self._in_part else turn.validators)
        if not self.dry:
            self.archive.index.commit()
        if further:
            yield from self.ask_listing(replace(turn, page=turn.page + 1, ids=ids))
        else:
            self.finish(turn)

    def next_endpoint(self, failure: Failure) -> Iterator[Request]:
        """Yield the request to the next endpoint after one that could not be had."""
        request: Request = failure.request  # type: ignore[attr-defined]
        turn: Turn = request.cb_kwargs["turn"]
        if isinstance(failure.value, BudgetSpentError):
            turn.result.requests -= 1
            if turn.page > 1:  # what was read counts; the next run goes on
                self.finish(turn)
            return
        yield from self._next_endpoint(turn, request.url, explain(failure))

    def finish(self, turn: Turn) -> None:
        """Report what a listing gave."""
        if turn.reference.listing.rhythm:
            turn.result.rhythm = int(read_span(turn.reference.listing.rhythm).total_seconds())
        self.crawler.signals.send_catch_log(listing_read, yield_=turn.result)

    def _next_endpoint(self, turn: Turn, address: str, reason: str) -> Iterator[Request]:
        failures = (*turn.failures, (address, reason))
        yield from self.ask_listing(replace(turn, endpoint=turn.endpoint + 1, failures=failures))

    def _goes_on(self, turn: Turn, all_wanted: bool, new: list[bool]) -> bool:
        """Return whether to read the next page of a listing."""
        if not turn.reference.paged:
            return False
        if self.pages:
            return turn.page < self.pages
        if self.since:
            return all_wanted and turn.page < EVERY_PAGE
        if turn.page < turn.unfinished:
            return True
        if turn.page >= turn.reference.listing.pages:
            return False
        if turn.unfinished:  # what was cut off there has moved on to later pages since
            return any(new)
        # Nothing on this page is known, so there may be more that nobody has seen: but not the first time, when
        # nothing at all is.
        return all(new) and self._seen_before(turn)

    def _seen_before(self, turn: Turn) -> bool:
        journal, queue = self.archive.index.journal, self.archive.index.queue
        if journal.yields(turn.reference.label, 1, good=True):
            return True
        # An index that was made anew from the posts has no history of listings.
        return not journal.listings() and queue.has_saved(turn.reference.recipe.name)

    @property
    def _in_part(self) -> bool:
        """Whether this run does not look at all that a listing has."""
        return bool(self.since or self.pages)

    def _if_changed(self, turn: Turn) -> dict[str, str]:
        """Return headers that ask for a listing only if it has changed since it was last read to its end."""
        if turn.page > 1 or turn.unfinished or self._in_part or self.dry:
            return {}
        return conditional(self.archive.index.journal.validators(turn.reference.label, turn.endpoint))

    def _as_it_was(self, turn: Turn) -> None:
        """Report a listing that has not changed since the last run."""
        last = next(iter(self.archive.index.journal.yields(turn.reference.label, 1, good=True)), {})
        kept = {name: last[name] for name in ("listed", "unreadable", "newest", "fill") if name in last}
        self.finish(replace(turn, result=replace(turn.result, unchanged=True, **kept)))

    def time_of(self, known: Mapping[str, str], recipe: Recipe) -> datetime | None:
        """Return when an article was published, by what a listing says; None if it does not say."""
        try:
            return read_time(known.get("time", ""), recipe.zone(), datetime.now(UTC))[0]
        except TimeFormatError:
            return None

    def since_in(self, recipe: Recipe) -> datetime | None:
        """Return the time since which articles are wanted, for a source."""
        if self.since is None or self.since.tzinfo:
            return self.since
        return self.since.replace(tzinfo=recipe.zone())


def _count_entries(
    result: Yield, entries: list[Entry], unreadable: int, new: int, times: list[datetime | None]
) -> None:
    """Add what a page lists to what its listing gave."""
    before, count = result.listed, len(entries)
    result.listed += count
    result.new += new
    result.unreadable += unreadable
    for name in FILLED if count else ():
        filled = sum(name in entry.known for entry in entries) + result.fill.get(name, 0.0) * before
        result.fill[name] = round(filled / result.listed, 4)
    # What lies in the future says nothing of when the listing was last alive.
    latest = time.time() + AHEAD
    moments = [int(moment.timestamp()) for moment in times if moment and moment.timestamp() <= latest]
    result.newest = max([*moments, *([result.newest] if result.newest else [])], default=None)
