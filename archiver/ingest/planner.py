"""Decisions for a batch of articles, with what the index and the disk hold of them. Nothing is written."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from archiver.decide import Quarantine, Write, decide, unions
from archiver.errors import in_a_line
from archiver.ingest.illustrating import illustrate
from archiver.ingest.resolver import BatchResolver
from archiver.ingest.submission import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from archiver.article import Article
    from archiver.decide import Decision, Judge, Policy, Union
    from archiver.extraction import Renderer
    from archiver.index import ArticleKey, Held
    from archiver.ingest.lookup import Archived
    from archiver.ingest.submission import Submission
    from archiver.recipes import Recipe


class Decided(NamedTuple):
    """A decision. before: the content of the post before the decision is carried out; None if there is no post, or if
    the decision does not change it."""

    decision: Decision
    submission: Submission
    before: bytes | None


class Plan(NamedTuple):
    """What is to be done: with each article of a batch (`decided`), then with the posts of articles that turned out to
    be the same as others (`unions`)."""

    decided: list[Decided]
    unions: list[Union]


class Planner:
    """Decides about articles.

    renderer: renders posts again for articles that take the time of an earlier post, and renders notices. read: returns
    what is in a file of the archive, None if there is none.
    """

    def __init__(
        self,
        recipes: Mapping[str, Recipe],
        policy: Policy,
        renderer: Renderer,
        read: Callable[[str], bytes | None],
    ) -> None:
        self._recipes = recipes
        self._policy = policy
        self._renderer = renderer
        self._read = read
        self._resolver = BatchResolver(renderer.with_post, read)

    async def plan(self, batch: Sequence[Submission], archived: Archived, judge: Judge) -> Plan:
        """Return what is to be done with each of `batch`. archived: what the archive has of it. judge: says whether a
        text is believed."""
        batch = illustrate(await self._resolver.resolve(batch, archived), archived.offered, archived.paths)
        groups: defaultdict[ArticleKey, list[Submission]] = defaultdict(list)
        for submission in batch:
            groups[key_of(submission.article)].append(submission)
        on_disk = await asyncio.to_thread(self._read_changing, batch, archived.held)
        decided: dict[int, Decided] = {}
        for key, group in groups.items():
            try:
                decided |= self._decide(archived.held[key], group, on_disk, judge)
            except Exception as error:  # a fault in this program: only this article must suffer from it
                decided |= _undecided(group, error)
        decisions = [decided[id(submission.candidate)] for submission in batch]
        return Plan(decisions, await self._unions(decisions, archived.held))

    async def _unions(self, decided: Sequence[Decided], held: Mapping[ArticleKey, Held]) -> list[Union]:
        """Return what is to be done with the posts of articles that turned out to be the same as others."""
        decisions = sorted((one.decision for one in decided), key=lambda decision: decision.article.fetched)
        if not any(decision.article.absorbed for decision in decisions):
            return []
        return await asyncio.to_thread(unions, decisions, held, self._read, self._renderer.notice)

    def _read_changing(self, batch: Sequence[Submission], held: Mapping[ArticleKey, Held]) -> dict[str, bytes | None]:
        """Return the present content of those posts that the batch would change, by path."""
        contents: dict[str, bytes | None] = {}
        for article in (submission.article for submission in batch):
            for post in held[key_of(article)].posts if article.post else ():
                if post.form == article.form and post.path not in contents and post.sha256 != _digest(article):
                    contents[post.path] = self._read(post.path)
        return contents

    def _decide(
        self, held: Held, group: list[Submission], on_disk: Mapping[str, bytes | None], judge: Judge
    ) -> dict[int, Decided]:
        """Return the decisions about one article, by the `id()` of their candidates."""
        submissions = {id(submission.candidate): submission for submission in group}
        candidates = [submission.candidate for submission in group]
        recipe, contents = self._recipes[held.key.recipe], dict(on_disk)
        decided: dict[int, Decided] = {}
        for decision in decide(held, candidates, recipe, self._policy, judge, self._renderer.with_post, on_disk):
            candidate_id = id(decision.candidate)
            before = contents.get(decision.path) if isinstance(decision, Write) else None
            decided[candidate_id] = Decided(decision, submissions[candidate_id], before)
            if isinstance(decision, Write) and decision.article.post:
                contents[decision.path] = decision.article.post.content
        return decided


def _undecided(group: list[Submission], error: Exception) -> dict[int, Decided]:
    """Return a `Quarantine` for each candidate of an article about which deciding failed, by the `id()` of the
    candidate."""
    reason = f"it cannot be decided about: {in_a_line(error)}"
    return {
        id(submission.candidate): Decided(
            Quarantine(submission.article, submission.candidate, reason), submission, None
        )
        for submission in group
    }


def _digest(article: Article) -> bytes:
    assert article.post is not None
    return sha256(article.post.content).digest()
