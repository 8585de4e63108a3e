"""Decisions for a batch of articles, with what the index and the disk hold of them. Nothing is written."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from archiver.decide import Quarantine, Write, decide, unions
from archiver.errors import in_a_line
from archiver.index import ArticleKey, Index
from archiver.road.illustrating import Illustrator
from archiver.road.settling import Settler
from archiver.road.taken import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from archiver.article import Article
    from archiver.decide import Decision, Judge, Policy, Union
    from archiver.extraction import Renderer
    from archiver.index import Held, IndexThread
    from archiver.recipes import Recipe
    from archiver.road.taken import Taken


class Decided(NamedTuple):
    """A decision. before: the content of the post before the decision is carried out; None if there is no post, or if
    the decision does not change it."""

    decision: Decision
    taken: Taken
    before: bytes | None


class Plan(NamedTuple):
    """What is to be done: with each article of a batch (`decided`), then with the posts of articles that turned out to
    be the same as others (`unions`)."""

    decided: list[Decided]
    unions: list[Union]


class Planner:
    """Decides about articles.

    renderer: renders posts again for articles that take the time of an earlier post, and renders notices. read: returns
    what is in a file of the archive, None if there is none. pictures: paths of files that the archive would have, by
    the addresses of the pictures (for a dry run).
    """

    def __init__(
        self,
        index: IndexThread,
        recipes: Mapping[str, Recipe],
        policy: Policy,
        renderer: Renderer,
        read: Callable[[str], bytes | None],
        pictures: Mapping[str, str] | None = None,
    ) -> None:
        self._index = index
        self._recipes = recipes
        self._policy = policy
        self._renderer = renderer
        self._read = read
        self._settler = Settler(index, renderer.with_post, read)
        self._illustrator = Illustrator(index, pictures)

    async def plan(self, batch: Sequence[Taken], judge: Judge) -> Plan:
        """Return what is to be done with each of `batch`. judge: says whether a text is believed. Raises
        IndexFileError."""
        batch = await self._illustrator.illustrate(await self._settler.settle(batch))
        groups: defaultdict[ArticleKey, list[Taken]] = defaultdict(list)
        for one in batch:
            groups[key_of(one.candidate.article)].append(one)
        held = await self._index.run(Index.held, list(groups))
        on_disk = await asyncio.to_thread(self._read_changing, batch, held)
        decided: dict[int, Decided] = {}
        for key, group in groups.items():
            try:
                decided |= self._decide(held[key], group, on_disk, judge)
            except Exception as error:  # a fault in this program: only this article must suffer from it
                decided |= _undecided(group, error)
        found = [decided[id(one.candidate)] for one in batch]
        return Plan(found, await self._unions(found))

    async def _unions(self, decided: Sequence[Decided]) -> list[Union]:
        """Return what is to be done with the posts of articles that turned out to be the same as others."""
        decisions = sorted((one.decision for one in decided), key=lambda one: one.article.fetched)
        absorbed = {ArticleKey(one.article.recipe, id_) for one in decisions for id_ in one.article.absorbed}
        if not absorbed:
            return []
        held = await self._index.run(Index.held, absorbed)
        return await asyncio.to_thread(unions, decisions, held, self._read, self._renderer.notice)

    def _read_changing(self, batch: Sequence[Taken], held: Mapping[ArticleKey, Held]) -> dict[str, bytes | None]:
        """Return the present content of those posts that the batch would change, by path."""
        found: dict[str, bytes | None] = {}
        for article in (one.candidate.article for one in batch):
            for post in held[key_of(article)].posts if article.post else ():
                if post.form == article.form and post.path not in found and post.sha256 != _digest(article):
                    found[post.path] = self._read(post.path)
        return found

    def _decide(
        self, held: Held, group: list[Taken], on_disk: Mapping[str, bytes | None], judge: Judge
    ) -> dict[int, Decided]:
        """Return the decisions about one article, by the `id()` of their candidates."""
        taken = {id(one.candidate): one for one in group}
        candidates = [one.candidate for one in group]
        recipe, contents = self._recipes[held.key.recipe], dict(on_disk)
        decided: dict[int, Decided] = {}
        for decision in decide(held, candidates, recipe, self._policy, judge, self._renderer.with_post, on_disk):
            which = id(decision.candidate)
            before = contents.get(decision.path) if isinstance(decision, Write) else None
            decided[which] = Decided(decision, taken[which], before)
            if isinstance(decision, Write) and decision.article.post:
                contents[decision.path] = decision.article.post.content
        return decided


def _undecided(group: list[Taken], error: Exception) -> dict[int, Decided]:
    """Return a `Quarantine` for each candidate of an article about which deciding failed, by the `id()` of the
    candidate."""
    reason = f"it cannot be decided about: {in_a_line(error)}"
    return {
        id(one.candidate): Decided(Quarantine(one.candidate.article, one.candidate, reason), one, None) for one in group
    }


def _digest(article: Article) -> bytes:
    assert article.post is not None
    return sha256(article.post.content).digest()
