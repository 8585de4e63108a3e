"""What of a run a crawl does itself: all of it where it has the archive alone, a share of it where workers crawl
together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.clock import now
from archiver.index import Index
from archiver.index.leases import ARTICLES, LISTING, RECIPE, REQUESTS, SITE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.crew import Member
    from archiver.index import Claim, IndexThread

MOST_LISTINGS = 16  # that a worker reads at a time, and looks for among sites
MOST_SITES = 32  # of which it asks at a time
ONCE = "task"  # what is done once in a run


class Allotment:
    """That of a crawl that has the archive alone."""

    def __init__(self, index: IndexThread, limit: int = 0) -> None:
        """limit: articles that are asked for at most; 0: there is no limit."""
        self._index = index
        self._limit = limit
        self._claimed = 0

    @property
    def is_spent(self) -> bool:
        """Whether no article may be asked for any more."""
        return bool(self._limit) and self._claimed >= self._limit

    async def claim(self, run: int, places: Sequence[str], most: int, site: str, recipe: str) -> list[Claim]:
        """Return articles of a site that are due, as many as may be asked for, and `most` at most."""
        room = min(most, self._limit - self._claimed) if self._limit else most
        self._claimed += room  # as long as nobody knows how many there are
        claims: list[Claim] = []
        try:
            claims = await self._index.run(Index.claim, run, places, room, now(), site, recipe)
        finally:
            self._claimed -= room - len(claims)
        return claims

    async def leave_room(self, count: int) -> None:
        """Take note that so many of what was claimed are not asked for."""
        self._claimed -= count

    async def listings(self, names: list[str]) -> list[str]:
        """Return those of the listings that are to be read now, or of the sites that are to be looked at."""
        return names

    async def found_listings(self, names: list[str]) -> list[str]:
        """Return those of the listings that this crawl reads, of which it has the answers already."""
        return names

    async def end_listing(self, name: str) -> None:
        """Take note that a listing has been read."""

    async def recipes(self, run: int, places: Sequence[str]) -> list[str]:  # noqa: ARG002
        """Return the recipes of whose articles those are to be asked for that wait for no other; "": all of them."""
        return [""]

    async def end_recipe(self, recipe: str) -> None:
        """Take note that no article of a recipe is due."""

    async def sites_due(self, run: int, places: Sequence[str]) -> list[str]:  # noqa: ARG002
        """Return sites of which articles are due."""
        return await self._index.run(Index.sites_due)

    async def sites(self, names: list[str]) -> list[str]:
        """Return those of the sites whose articles are to be asked for now."""
        return names

    async def end_site(self, site: str) -> bool:  # noqa: ARG002
        """Take note that no article of a site is due, and return whether it may be time to look for others."""
        return False

    async def begins(self, task: str) -> bool:  # noqa: ARG002
        """Return whether something that is done once in a run is to be done now."""
        return True

    async def end_task(self, task: str) -> None:
        """Take note that it is done."""

    async def is_over(self) -> bool:
        """Return whether there is nothing more to do in the run, when there is nothing at this moment."""
        return True


class SharedAllotment(Allotment):
    """That of a worker. expected: workers that begin with it. What is limited all workers of the run share."""

    def __init__(self, index: IndexThread, member: Member, expected: int, limit: int = 0) -> None:
        super().__init__(index, limit)
        self._member = member
        self._expected = expected
        self._sites: list[str] = []  # that waited when it looked last
        self._is_spent = False

    @property
    def is_spent(self) -> bool:
        return self._is_spent

    async def claim(self, run: int, places: Sequence[str], most: int, site: str, recipe: str) -> list[Claim]:
        parts = self._member.parts(self._expected) if self._limit else 0
        claims = await self._index.run(Index.claim, run, places, most, now(), site, recipe, parts)
        if parts and not claims:
            room = await self._member.take_room(ARTICLES, 1, 1)
            await self._member.leave_room(ARTICLES, room)
            self._is_spent = not room
        return claims

    async def leave_room(self, count: int) -> None:
        if self._limit:
            await self._member.leave_room(ARTICLES, count)

    async def take_requests(self, most: int) -> int:
        """Return how many requests more this worker may make, up to `most`."""
        return await self._member.take_room(REQUESTS, most, self._expected)

    async def leave_requests(self, count: int) -> None:
        """Leave so many of these to others."""
        await self._member.leave_room(REQUESTS, count)

    async def listings(self, names: list[str]) -> list[str]:
        free = await self._member.free(LISTING, names)
        room = MOST_LISTINGS - len(self._member.has(LISTING))
        share = min(self._member.share(len(free), self._expected), max(room, 0))
        return await self._member.take(LISTING, free[:share])

    async def found_listings(self, names: list[str]) -> list[str]:
        return await self._member.take(LISTING, names)

    async def end_listing(self, name: str) -> None:
        if name in self._member.has(LISTING):
            await self._member.give_back(LISTING, [name], done=True)

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
        room = MOST_SITES - len(self._member.has(SITE))
        return await self._member.take(SITE, names[: max(room, 0)])

    async def end_site(self, site: str) -> bool:
        await self._member.give_back(SITE, [site])
        return len(self._member.has(SITE)) < MOST_SITES // 2

    async def begins(self, task: str) -> bool:
        return bool(await self._member.take(ONCE, [task]))

    async def end_task(self, task: str) -> None:
        await self._member.give_back(ONCE, [task], done=True)

    async def is_over(self) -> bool:
        return await self._member.rest()
