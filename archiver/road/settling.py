"""Settling which article each web page is (`decide.settle`), by what the index knows and what is on disk."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from archiver.decide import Said, Settling, letters, own_key
from archiver.errors import QuarantineError
from archiver.identity import article_key, plain_form
from archiver.index import ArticleKey, Index
from archiver.posts.read import read as read_post

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from archiver.article import Article
    from archiver.index import Held, IndexThread
    from archiver.road.taken import Taken


class Settler:
    """Settles articles that are known by their addresses. render and read: as for `Planner`."""

    def __init__(
        self, index: IndexThread, render: Callable[[Article], Article], read: Callable[[str], bytes | None]
    ) -> None:
        self._index = index
        self._render = render
        self._read = read

    async def settle(self, batch: Sequence[Taken]) -> list[Taken]:
        """Return `batch`, each article with the id that it has in the archive. Raises IndexFileError."""
        articles = [one.candidate.article for one in batch if one.candidate.article.aliases]
        if not articles:
            return list(batch)
        own = {key for article in articles for key in _keys(article)}
        names = {address for article in articles for address in article.aliases} | {key.id for key in own}
        known = await self._index.run(Index.known_as, names)
        held = await self._index.run(Index.held, own.union(filter(None, known.values())))
        return await asyncio.to_thread(self._settle, batch, known, held)

    def _settle(
        self, batch: Sequence[Taken], known: Mapping[str, ArticleKey | None], held: Mapping[ArticleKey, Held]
    ) -> list[Taken]:
        def said(key: ArticleKey) -> Said | None:
            return self._said_by(held[key]) if key in held else None

        settling = Settling(known, {key for key, one in held.items() if one.posts}, said)
        settled: dict[int, Taken] = {}
        for number in sorted(range(len(batch)), key=lambda number: batch[number].candidate.article.fetched):
            one = batch[number]
            article = settling.settle(one.candidate.article, believed=one.candidate.believed)
            settled[number] = one if article is one.candidate.article else self._with(one, article)
        return [settled[number] for number in range(len(batch))]

    def _with(self, one: Taken, article: Article) -> Taken:
        """Return what was taken with the settled article in it, its post rendered again."""
        if article.post is not None:
            try:
                article = self._render(article)
            except QuarantineError as error:
                article = replace(article, post=None, reason=str(error))
        taken = one._replace(candidate=one.candidate._replace(article=article))
        if article.shared and taken.evidence:  # a replay must not believe the page's own address either
            about = taken.evidence.about
            known = {**about.get("known", {}), "canonical": article.url}
            return taken._replace(evidence=taken.evidence.saying(known=known))
        return taken

    def _said_by(self, held: Held) -> Said | None:
        """Return what an article of the archive says, None if it has no post."""
        for post in held.posts:
            if content := self._read(post.path):
                found = read_post(content)
                # A notice has no text of its own: it only stands in the place of a post.
                return None if found.more.moved_to else Said(found.title, letters(found.body))
        return None


def _keys(article: Article) -> Iterator[ArticleKey]:
    """Yield the keys that an article may have: by the address that it gives itself, and by where its answer came
    from."""
    yield own_key(article)
    if plain_form(article.response_url):
        yield ArticleKey(article.recipe, article_key(article.response_url))
