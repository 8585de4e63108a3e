"""Which part of a run this crawl does itself: all of it if it has the archive alone, a share if several workers crawl
together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.clock import now
from archiver.index import Index
from archiver.index.leases import ARTICLES, LISTING, RECIPE, REQUESTS, SITE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.coordination import Member
    from archiver.index import Claim, IndexThread

MAX_LISTINGS = 16  # listings that a worker reads at a time, sites that it surveys included
MAX_SITES = 32  # sites whose articles a worker asks for at a time
ONCE_LEASE = "task"  # the kind of lease for things that are done once in a run


class Allotment:
    """The allotment of a crawl that has the archive alone: everything."""

    def __init__(self, index: IndexThread, limit: int = 0) -> None:
        """limit: the most articles to ask for; 0: there is no limit."""
        self._index = index
        self._limit = limit
        self._claimed = 0

    @property
    def is_spent(self) -> bool:
        """Whether no article may be asked for any more."""
        return bool(self._limit) and self._claimed >= self._limit

    async def claim(self, run: int, places: Sequence[str], most: int, site: str, recipe: str) -> list[Claim]:
        """Return articles that are due, as many as may be asked for, and `most` at most. run, places, site, recipe: as
        for `Index.claim`."""
        room = min(most, self._limit - self._claimed) if self._limit else most
        self._claimed += room  # counted in advance, until it is known how many there are
        claims: list[Claim] = []
        try:
            claims = await self._index.run(Index.claim, run, places, room, now(), site, recipe)
        finally:
            self._claimed -= room - len(claims)
        return claims

    async def return_quota(self, count: int) -> None:
        """Note that `count` of the claimed articles are not asked for after all."""
        self._claimed -= count

    async def listings(self, names: list[str]) -> list[str]:
        """Return those of the listings that this crawl is to read now, or of the sites that it is to survey."""
        return names

    async def found_listings(self, names: list[str]) -> list[str]:
        """Return those of the listings that this crawl reads itself, out of those that its survey of a site found. It
        may have their answers already, so MAX_LISTINGS does not apply."""
        return names

    async def end_listings(self, names: list[str]) -> None:
        """Note that listings have been read, or sites surveyed."""

    async def recipes(self, run: int, places: Sequence[str]) -> list[str]:  # noqa: ARG002
        """Return the recipes whose due articles this crawl is to ask for, apart from those that wait in the queue of a
        site; "": those of all recipes."""
        return [""]

    async def end_recipe(self, recipe: str) -> None:
        """Note that no article of a recipe is due any more."""

    async def sites_due(self, run: int, places: Sequence[str]) -> list[str]:  # noqa: ARG002
        """Return sites with articles that are due, whose articles this crawl is to ask for."""
        return await self._index.run(Index.sites_due)

    async def sites(self, names: list[str]) -> list[str]:
        """Return those of the sites whose articles this crawl is to ask for now."""
        return names

    async def end_site(self, site: str) -> bool:  # noqa: ARG002
        """Note that no article of a site is due any more, and return whether it is time to look for further sites."""
        return False

    async def begins(self, task: str) -> bool:  # noqa: ARG002
        """Return whether this crawl is to do something that is done once in a run."""
        return True

    async def end_task(self, task: str) -> None:
        """Note that such a task is done."""

    async def is_over(self) -> bool:
        """Return whether the run is over; called when there is nothing to do at the moment. A worker waits a little if
        others are still at work, since they may find more."""
        return True


class SharedAllotment(Allotment):
    """The allotment of a worker. expected: how many workers begin together. limit: for all workers of the run
    together."""

    def __init__(self, index: IndexThread, member: Member, expected: int, limit: int = 0) -> None:
        super().__init__(index, limit)
        self._member = member
        self._expected = expected
        self._sites: list[str] = []  # sites that had articles waiting when the index was asked last
        self._is_spent = False

    @property
    def is_spent(self) -> bool:
        return self._is_spent

    async def claim(self, run: int, places: Sequence[str], most: int, site: str, recipe: str) -> list[Claim]:
        parts = self._member.parts(self._expected) if self._limit else 0
        claims = await self._index.run(Index.claim, run, places, most, now(), site, recipe, parts)
        if parts and not claims:
            room = await self._member.take_quota(ARTICLES, 1, 1)
            await self._member.return_quota(ARTICLES, room)
            self._is_spent = not room
        return claims

    async def return_quota(self, count: int) -> None:
        if self._limit:
            await self._member.return_quota(ARTICLES, count)

    async def take_requests(self, most: int) -> int:
        """Return how many further requests this worker may make, up to `most`."""
        return await self._member.take_quota(REQUESTS, most, self._expected)

    async def return_requests(self, count: int) -> None:
        """Give back `count` of these requests, for other workers."""
        await self._member.return_quota(REQUESTS, count)

    async def listings(self, names: list[str]) -> list[str]:
        room = MAX_LISTINGS - len(self._member.has(LISTING))
        return await self._member.take_share(LISTING, names, self._expected, room)

    async def found_listings(self, names: list[str]) -> list[str]:
        return await self._member.take(LISTING, names)

    async def end_listings(self, names: list[str]) -> None:
        if read := sorted(self._member.has(LISTING).intersection(names)):
            await self._member.give_back(LISTING, read, done=True)

    async def recipes(self, run: int, places: Sequence[str]) -> list[str]:
        waiting = await self._index.run(Index.waiting, run, places, now())
        self._sites = [site for _, site in waiting if site]
        new = [recipe for recipe, _ in waiting if recipe]
        share = self._member.share(len(new), self._expected)
        return [*sorted(self._member.has(RECIPE)), *await self._member.take(RECIPE, new[:share])]

    async def end_recipe(self, recipe: str) -> None:
        await self._member.give_back(RECIPE, [recipe])

    async def sites_due(self, run: int, places: Sequence[str]) -> list[str]:
        if not self._sites:
            waiting = await self._index.run(Index.waiting, run, places, now())
            self._sites = [site for _, site in waiting if site]
        sites, self._sites = self._sites, []
        return await self.sites(sites[: self._member.share(len(sites), self._expected)])

    async def sites(self, names: list[str]) -> list[str]:
        room = MAX_SITES - len(self._member.has(SITE))
        return await self._member.take(SITE, names[: max(room, 0)])

    async def end_site(self, site: str) -> bool:
        await self._member.give_back(SITE, [site])
        return len(self._member.has(SITE)) < MAX_SITES // 2

    async def begins(self, task: str) -> bool:
        return bool(await self._member.take(ONCE_LEASE, [task]))

    async def end_task(self, task: str) -> None:
        await self._member.give_back(ONCE_LEASE, [task], done=True)

    async def is_over(self) -> bool:
        return await self._member.go_idle()
