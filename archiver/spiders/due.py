"""Fetching what is due: articles that wait in the index are claimed there and asked for."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.addresses import Reference, page_addresses
from archiver.clock import now
from archiver.identity import plain_form
from archiver.index import Index, Validators
from archiver.net.budget import BudgetMiddleware
from archiver.net.conditional import conditional
from archiver.private import public_address
from archiver.signals import article_due
from archiver.spiders.following import FollowingSpider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from scrapy import Request

    from archiver.article import Article
    from archiver.index import Claim
    from archiver.recipes import Recipe
    from archiver.spiders.allotment import Allotment

MAX_BATCH = 500  # articles that are claimed at a time; the others wait in the index
# Articles of one site that are claimed at a time: the first time, and at most. Each further time it is twice as many,
# so that a site with much to ask for takes few trips to the index, and one that is given up soon has few claimed.
FIRST_BATCH_OF_SITE, MAX_BATCH_OF_SITE = 20, 160


class _Claimed(NamedTuple):
    """Articles that were claimed: how many; and those that are wanted, since they are not too old."""

    number: int
    wanted: list[Claim]


@dataclass(slots=True)
class _Line:
    """The articles of a site that were claimed and wait until the one before them has come. batch: how many to claim
    next. is_at_end: there were fewer than that, so no more are due, unless a listing names more."""

    waiting: deque[Claim] = field(default_factory=deque)
    batch: int = FIRST_BATCH_OF_SITE
    is_at_end: bool = False


class DueSpider(FollowingSpider):
    """The base of spiders that fetch what is due. Of each site one article is on its way at a time.

    limit: the most articles that it asks for; 0: there is no limit. asked: how many it has asked for.
    """

    limit = 0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.recipes: dict[str, Recipe] = {}
        self.asked = 0
        self._places: tuple[str, ...] = ()  # labels of the listings whose articles are asked for
        self._sites: dict[str, _Line] = {}  # sites with an article on its way
        self._claiming = 0  # how many calls of `_claim` wait for the index
        self._learned: set[str] = set()  # addresses of articles that have come
        self._allotment: Allotment

    async def _ask_sites(self) -> bool:
        """Ask for the next article of each site that has none on its way, and return whether there were any."""
        run = (await self.archive.open()).run
        asked = False
        for site in await self._allotment.sites_due(run, self._places):
            if self.archive.dry:
                await self._ask_for_many(site)
            async for request in self._ask_next(site):
                self._crawl(request)
                asked = True
        return asked

    def go_on_with(self, sites: Iterable[str]) -> None:
        """Note that there are further articles of sites, so that those that are being asked for are not their last."""
        for site in sites:
            if site in self._sites:
                self._sites[site].is_at_end = False

    def learn(self, reference: Reference, article: Article) -> None:  # noqa: ARG002
        """Note the addresses of an article, so that it is not asked for again at another of them."""
        self._learned.update(article.aliases)

    async def ask_after(self, reference: Reference) -> AsyncIterator[Request]:
        """Yield the request for the next article of the site in whose queue the article was."""
        if reference.site:
            async for request in self._go_on_with(reference.site):
                yield request

    async def _ask_for_many(self, site: str, recipe: str = "") -> bool:
        """Ask for a batch of articles at once, and return whether there were any. site: in whose queue they wait;
        empty: in that of no site. recipe: whose articles; empty: of any. A dry run only reports all of them as due."""
        while (claimed := await self._claim(site, MAX_BATCH, recipe)).number:
            for claim in claimed.wanted:
                reference = self._reference(claim)
                if self.archive.dry:
                    self.crawler.signals.send_catch_log(article_due, reference=reference)
                else:
                    for request in self._requests(reference, claim):
                        self._crawl(request)
            if claimed.wanted and not self.archive.dry:
                return True
        return False

    async def _ask_next(self, site: str) -> AsyncIterator[Request]:
        """Yield the request for the next article of a site, unless one is on its way."""
        if site and site not in self._sites and not self.archive.dry:
            self._sites[site] = _Line()
            async for request in self._go_on_with(site):
                yield request

    async def _go_on_with(self, site: str) -> AsyncIterator[Request]:
        """Yield the request for the next article of a site that has not come yet under another of its addresses."""
        line = self._sites.setdefault(site, _Line())
        while True:
            if not line.waiting:
                claims = None if line.is_at_end else await self._claim_next(site, line)
                if claims is None:
                    self._sites.pop(site, None)
                    if await self._allotment.end_site(site) and not (self.archive.is_ending or self._is_spent):
                        self.archive.do_soon(self._ask_sites())
                    return
                line.waiting.extend(claims)
                continue
            claim = line.waiting.popleft()
            reference = self._reference(claim, site)
            if plain_form(reference.address) in self._learned:
                continue
            if requests := list(self._requests(reference, claim)):
                for request in requests:
                    yield request
                return

    @property
    def _is_at_something(self) -> bool:
        """Whether a request is on its way, or an article is about to be asked for."""
        assert self.crawler.engine is not None
        return self._claiming > 0 or not self.crawler.engine.spider_is_idle()

    @property
    def _is_spent(self) -> bool:
        """Whether no article may be asked for any more."""
        budget = self._budget
        return self._allotment.is_spent or self.archive.failure is not None or bool(budget and budget.spent)

    @property
    def _budget(self) -> BudgetMiddleware | None:
        return self.crawler.get_downloader_middleware(BudgetMiddleware)

    async def _claim_next(self, site: str, line: _Line) -> list[Claim] | None:
        """Return the next articles of a site that are wanted; this may be none, if all that were claimed are too old.
        None if no articles are due, or if no more may be asked for."""
        line.is_at_end = not self.limit  # which may give fewer than there are
        claimed = await self._claim(site, line.batch)
        # A listing that named more meanwhile has said so.
        line.is_at_end = line.is_at_end and claimed.number < line.batch
        line.batch = min(2 * line.batch, MAX_BATCH_OF_SITE)
        return claimed.wanted if claimed.number else None

    async def _claim(self, site: str, most: int, recipe: str = "") -> _Claimed:
        """Claim articles of a site that are due; none if no more may be asked for."""
        if self._is_spent:
            return _Claimed(0, [])
        run = (await self.archive.open()).run
        self._claiming += 1
        try:
            claims = await self._allotment.claim(run, self._places, most, site, recipe)
            wanted = [claim for claim in claims if not self._is_too_old(claim)]
            await self._allotment.return_quota(len(claims) - len(wanted))
        finally:
            self._claiming -= 1
        self.asked += len(wanted)
        return _Claimed(len(claims), wanted)

    async def total(self) -> int:
        """Return how many articles this run asks for, as far as is known by now. Raises ArchiverError."""
        run = (await self.archive.open()).run
        due = await self.index.run(Index.count_due, run, self._places, now())
        total = self.asked + due  # in this order: articles claimed before `due` was counted are in `asked` by now
        return min(total, self.limit) if self.limit else total

    def _is_too_old(self, claim: Claim) -> bool:
        recipe = self.recipes[claim.key.recipe]
        since = self.since_in(recipe)
        moment = self.time_of(claim.key.id, claim.held.known, recipe) if since else None
        return bool(since and moment and moment < since)

    def _reference(self, claim: Claim, site: str = "") -> Reference:
        """Return the reference by which a claimed article is asked for. A web page that came before is asked for at the
        address that its last answer came from."""
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
        """Yield the request for an article. If only another form of its post is wanted, the request is answered from
        the capture. Else, if its last answer is known, it asks for the article only if that has changed."""
        self.archive.asked_again += reference.held
        answer = claim.held.answer
        if answer and answer.capture and claim.another_form:
            yield from self.ask_for_captured(reference, answer.page, answer.capture)
            return
        _, first = next(page_addresses(reference), (None, ""))
        same = answer is not None and not claim.another_form and answer.url == public_address(first)
        headers = conditional(Validators(answer.etag, answer.modified)) if answer and same else {}
        yield from self.ask(reference, headers=headers)
