"""Reading listings, page after page, endpoint after endpoint, into the index."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy import Request

from archiver.dates import read_time
from archiver.errors import BlockPageError, PageError, TimeFormatError
from archiver.index import Sighting, Validators, seconds
from archiver.net.budget import BudgetSpentError
from archiver.net.failures import explain, in_words
from archiver.pages.listing import ListingPage
from archiver.signals import blocked, listing_read
from archiver.spans import read_span
from archiver.spiders.article import NOT_MODIFIED, ArticleSpider
from archiver.yields import FILLED, Yield

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.http import Response
    from twisted.python.failure import Failure

    from archiver.listings import ListingReference
    from archiver.pages.listing import Entry
    from archiver.recipes import Recipe

EVERY_PAGE = 1000  # of a listing, when articles since a date are wanted


@dataclass(slots=True)
class Turn:
    """How far the reading of a listing has come."""

    reference: ListingReference
    result: Yield
    page: int = 1
    endpoint: int = 0
    failures: tuple[tuple[str, str], ...] = ()


class ListSpider(ArticleSpider):
    """The base of spiders that read listings: what they list goes into the index, what they gave into a Yield."""

    since: datetime | None = None  # older articles are passed over
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
        _, address = addresses[turn.endpoint]
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
            cb_kwargs={"turn": turn},
        )

    def read_listing(self, response: Response, turn: Turn) -> Iterator[Request]:
        """Note what `response` lists, and yield the request for the next page if there may be more that is new."""
        if response.status == NOT_MODIFIED:
            self._as_it_was(turn)
            return
        recipe, label = turn.reference.recipe, turn.reference.label
        endpoint, _ = list(turn.reference.addresses(turn.page, 0))[turn.endpoint]
        try:
            listed = ListingPage(recipe, label, endpoint).entries(response)
        except PageError as error:
            if isinstance(error, BlockPageError):
                self.crawler.signals.send_catch_log(blocked, address=response.url, reason=str(error))
            yield from self._next_endpoint(turn, response.url, str(error))
            return
        times = [self._time(entry, recipe) for entry in listed.entries]
        wanted = [
            Sighting(entry.id, entry.known)
            for entry, moment in zip(listed.entries, times, strict=True)
            if not (self.since and moment and moment < self.since)
        ]
        form = turn.reference.listing.form
        new = self.archive.index.queue.see(recipe.name, label, form, wanted, seconds(), every_form=self.every_form)
        _count_entries(turn.result, listed.entries, listed.unreadable, sum(new), times)
        if turn.page == 1:
            self._keep_validators(turn, response)
        if not self.dry:
            self.archive.index.commit()
        if self._goes_on(turn, bool(wanted) and len(wanted) == len(listed.entries), bool(new) and all(new)):
            yield from self.ask_listing(replace(turn, page=turn.page + 1))
        else:
            self.finish(turn)

    def next_endpoint(self, failure: Failure) -> Iterator[Request]:
        """Yield the request to the next endpoint after one that could not be had."""
        request: Request = failure.request  # type: ignore[attr-defined]
        turn: Turn = request.cb_kwargs["turn"]
        if isinstance(failure.value, BudgetSpentError):
            turn.result.requests -= 1
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

    def _goes_on(self, turn: Turn, all_wanted: bool, all_new: bool) -> bool:
        """Return whether to read the next page of a listing."""
        if not turn.reference.paged:
            return False
        if self.pages:
            return turn.page < self.pages and bool(turn.result.listed)
        if self.since:
            return all_wanted and turn.page < EVERY_PAGE
        # Nothing on this page is known, so there may be more that nobody has seen: but not the first time, when
        # nothing at all is.
        return all_new and turn.page < turn.reference.listing.pages and self._seen_before(turn)

    def _seen_before(self, turn: Turn) -> bool:
        return bool(self.archive.index.journal.yields(turn.reference.label, 1))

    def _if_changed(self, turn: Turn) -> dict[str, str]:
        """Return headers that ask for a listing only if it has changed since it was last read to its end."""
        if turn.page > 1 or self.since or self.pages or self.dry:
            return {}
        return conditional(self.archive.index.journal.validators(_place(turn)))

    def _keep_validators(self, turn: Turn, response: Response) -> None:
        self.archive.index.journal.keep_validators(_place(turn), Validators(*validators_of(response)))

    def _as_it_was(self, turn: Turn) -> None:
        """Report a listing that has not changed since the last run."""
        last = next(iter(self.archive.index.journal.yields(turn.reference.label, 1, good=True)), {})
        kept = {name: last[name] for name in ("listed", "unreadable", "newest", "fill") if name in last}
        self.finish(replace(turn, result=replace(turn.result, unchanged=True, **kept)))

    def _time(self, entry: Entry, recipe: Recipe) -> datetime | None:
        try:
            return read_time(entry.known.get("time", ""), recipe.zone(), datetime.now(UTC))[0]
        except TimeFormatError:
            return None


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
    moments = [int(moment.timestamp()) for moment in times if moment]
    result.newest = max([*moments, *([result.newest] if result.newest else [])], default=None)


def _place(turn: Turn) -> str:
    return f"{turn.reference.label}#{turn.endpoint}"


def validators_of(response: Response) -> tuple[str, str]:
    """Return what `response` says of its version: ETag and Last-Modified."""
    etag, modified = response.headers.get("ETag") or b"", response.headers.get("Last-Modified") or b""
    return etag.decode("latin-1"), modified.decode("latin-1")


def conditional(validators: Validators) -> dict[str, str]:
    """Return headers that ask for an answer only if it is another version."""
    headers = {"If-None-Match": validators.etag, "If-Modified-Since": validators.modified}
    return {name: value for name, value in headers.items() if value}
