"""Articles that one worker at a time decides about: pages of two sites may be one article, by their addresses."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

from archiver.identity import article_key
from archiver.index import Index
from archiver.index.leases import ARTICLE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from archiver.article import Article
    from archiver.index import IndexThread

POLL_SECONDS = 0.1  # seconds between two looks whether another worker is done with an article


class ArticleLeases:
    """The articles that this worker decides about."""

    def __init__(self, index: IndexThread) -> None:
        self._index = index
        self._used: Counter[str] = Counter()  # the names that are leased, and by how many batches of this worker

    @asynccontextmanager
    async def leased(self, articles: Iterable[Article]) -> AsyncIterator[None]:
        """A context in which nobody else decides about these articles: it begins when all other workers are done with
        them. An article that is known by its id alone needs no lease: it is of a recipe, which one worker has at a
        time."""
        known_by_address = [one for one in articles if one.aliases]
        if not known_by_address:
            yield
            return
        names = await self._names(known_by_address)
        while not await self._take(names):
            await asyncio.sleep(POLL_SECONDS)
            names |= await self._names(
                known_by_address
            )  # the other worker may have found that two of them are one article
        try:
            yield
        finally:
            await self._let_go(names)

    async def _names(self, articles: list[Article]) -> set[str]:
        """Return names for all articles that these may turn out to be: by their addresses, and by the ids known for
        these."""
        addresses = {address for one in articles for address in (*one.aliases, one.id, article_key(one.response_url))}
        known = await self._index.run(Index.known_as, addresses)
        addresses.update(key.id for key in known.values() if key)
        return {sha256(address.encode("utf-8", "surrogatepass")).hexdigest() for address in addresses}

    async def _take(self, names: set[str]) -> bool:
        new = [name for name in names if not self._used[name]]
        self._used.update(names)
        if not new or await self._index.run(lambda index: index.workers.take_all(ARTICLE, new)):
            return True
        self._used.subtract(names)
        return False

    async def _let_go(self, names: set[str]) -> None:
        self._used.subtract(names)
        unused = [name for name in names if not self._used[name]]
        for name in unused:
            del self._used[name]
        await self._index.run(lambda index: index.workers.drop(ARTICLE, unused))
