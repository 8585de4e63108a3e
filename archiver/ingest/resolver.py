"""Resolving which article each web page is (`decide.resolver`), by what the index knows and what is on disk."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from archiver.decide import ArticleResolver, ComparedText, letters
from archiver.errors import QuarantineError
from archiver.posts.read import read as read_post

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from archiver.article import Article
    from archiver.index import ArticleKey, Held
    from archiver.ingest.lookup import Archived
    from archiver.ingest.submission import Submission


class BatchResolver:
    """Settles articles that are known by their addresses. render and read: as for `Planner`."""

    def __init__(self, render: Callable[[Article], Article], read: Callable[[str], bytes | None]) -> None:
        self._render = render
        self._read = read

    async def resolve(self, batch: Sequence[Submission], archived: Archived) -> list[Submission]:
        """Return `batch`, each article with the id that it has in the archive."""
        if not any(submission.article.aliases for submission in batch):
            return list(batch)
        return await asyncio.to_thread(self._resolve, batch, archived.known, archived.held)

    def _resolve(
        self, batch: Sequence[Submission], known: Mapping[str, ArticleKey | None], held: Mapping[ArticleKey, Held]
    ) -> list[Submission]:
        def text_of_post(key: ArticleKey) -> ComparedText | None:
            return self._compared_text(held[key]) if key in held else None

        resolver = ArticleResolver(known, {key for key, article in held.items() if article.posts}, text_of_post)
        resolved: dict[int, Submission] = {}
        for number in sorted(range(len(batch)), key=lambda number: batch[number].candidate.article.fetched):
            submission = batch[number]
            article = resolver.resolve(submission.article, believed=submission.candidate.believed)
            resolved[number] = submission if article is submission.article else self._with(submission, article)
        return [resolved[number] for number in range(len(batch))]

    def _with(self, submission: Submission, article: Article) -> Submission:
        """Return the submission with the resolved article in it, its post rendered again."""
        if article.post is not None:
            try:
                article = self._render(article)
            except QuarantineError as error:
                article = replace(article, post=None, reason=str(error))
        resolved = submission.with_article(article)
        if article.shared and resolved.evidence:  # a replay must not believe the page's own address either
            about = resolved.evidence.about
            known = {**about.get("known", {}), "canonical": article.url}
            return resolved._replace(evidence=resolved.evidence.adding(known=known))
        return resolved

    def _compared_text(self, held: Held) -> ComparedText | None:
        """Return what an article of the archive says, None if it has no post."""
        for post in held.posts:
            if content := self._read(post.path):
                saved = read_post(content)
                # A notice has no text of its own: it only stands in the place of a post.
                return None if saved.more.moved_to else ComparedText(saved.title, letters(saved.body))
        return None
