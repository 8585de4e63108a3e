"""Taking articles into the archive, batch by batch. What is decided about an article depends on what was done with it
before. So a batch is decided while the one before it is still being written, but only if the two have no article in
common."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from archiver.decide import Believe, Candidate, Doubt, Texts, judge_edits
from archiver.identity import site_of
from archiver.index import ArticleKey, Finished, Index
from archiver.ingest.executor import Executor
from archiver.ingest.lookup import Lookup, look_up
from archiver.ingest.notes import recheck
from archiver.ingest.packing import unpack
from archiver.ingest.planner import Planner
from archiver.ingest.submission import Submission, key_of
from archiver.ingest.turn import Alone

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from archiver.article import Article
    from archiver.decide import Judge, Policy, Verdict
    from archiver.extraction import Renderer
    from archiver.index import HeldBack, IndexThread
    from archiver.ingest.lookup import Archived
    from archiver.ingest.turn import Turn
    from archiver.recipes import Recipe
    from archiver.recorder import Recorder
    from archiver.storage.storage import Storage


POLL_SECONDS = 0.1  # seconds between two looks whether somebody else is done with an article
MAX_BATCH = 128  # articles whose posts are written again together


class Ingester:
    """Takes articles from pages to posts, in the order in which they come."""

    def __init__(
        self,
        index: IndexThread,
        storage: Storage,
        recorder: Recorder,
        renderer: Renderer,
        recipes: Mapping[str, Recipe],
        policy: Policy,
        run: int,
    ) -> None:
        self._index = index
        self._recorder = recorder
        self._recipes = recipes
        self._planner = Planner(recipes, policy, renderer, storage.read)
        self._executor = Executor(index, storage, recorder, recipes, run)
        self._texts = Texts()
        self._deciding = asyncio.Lock()
        self._executing: dict[asyncio.Task[list[Article]], set[ArticleKey]] = {}

    async def take(
        self, batch: Sequence[Submission], judge: Judge | None = None, turn: Turn | None = None
    ) -> list[Article]:
        """Return the articles of `batch`, in its order, each with what became of it.

        judge: says whether a text is believed. Without one, the texts of the run so far decide that, and edits of
        articles that the archive has already wait for `decide_edits`. turn: at these articles, where others decide
        about articles, too. Raises IndexFileError: nothing more can be done in this archive then.
        """
        turn = turn or Alone()
        try:
            async with self._deciding:
                await self._wait_for_earlier(batch)
                archived = await self._look_up(self._lookup_of(batch, is_judged=judge is not None), turn)
                plan = await self._planner.plan(batch, archived, judge or self._judge)
                carried = asyncio.ensure_future(self._executor.execute(plan, turn))
                self._executing[carried] = {key_of(decided.decision.article) for decided in plan.decided}
                carried.add_done_callback(self._executing.pop)
            return await carried
        finally:
            if not turn.is_over:
                await self._index.run(lambda index: turn.end(index, lambda: None))

    async def decide_edits(self) -> list[Article]:
        """Decide about the edits that were held back, now that all else of the run has been looked at; return the
        articles, each with what became of it. Raises IndexFileError, CaptureError."""
        async with self._deciding:
            await self._wait_for_earlier()
            held_back = await self._index.run(Index.held_back)
            if not held_back:
                return []
            batch = [_as_submission(edit) for edit in held_back]
            articles = [submission.article for submission in batch]
            absorbed = {ArticleKey(article.recipe, id_) for article in articles for id_ in article.absorbed}
            verdicts = await self._judge_edits([(edit.key, edit.text_digest) for edit in held_back], absorbed)
            archived = await self._look_up(Lookup(articles), Alone())
            plan = await self._planner.plan(
                batch, archived, lambda article, *_: verdicts.get(key_of(article), Believe())
            )
            return await self._executor.execute(plan, Alone())

    async def add_arrived_pictures(self, now: int) -> int:
        """Write the posts again of which pictures have come since they were written, and return how many were written.
        Raises IndexFileError, StoreError."""
        count = 0
        async with self._deciding:
            await self._wait_for_earlier()
            while keys := await self._index.run(lambda index: index.pictures.ready(MAX_BATCH)):
                count += await self._executor.rewrite_with_pictures(keys, now)
        return count

    def unchanged(self, key: ArticleKey, forms: Iterable[str], now: int) -> list[Finished]:
        """Return what is to be noted of an article that according to the source has not changed."""
        again = recheck(self._recipes[key.recipe])
        return [Finished(key, form, "checked", checked=now, recheck=again) for form in forms]

    async def _wait_for_earlier(self, batch: Sequence[Submission] | None = None) -> None:
        """Wait until earlier batches that may concern `batch` are carried out; None: all of them. A web page waits for
        all: which article it is depends on what earlier pages say, which may give the same address as theirs."""
        keys = {key_of(submission.article) for submission in batch or ()}
        everything = batch is None or any(submission.article.aliases for submission in batch)
        before = [carried for carried, theirs in self._executing.items() if everything or theirs & keys]
        if before:
            await asyncio.wait(before)

    def _judge(self, article: Article, is_held: bool, before: str | None) -> Verdict:  # noqa: ARG002
        if is_held:
            return Doubt()
        site = site_of(article.response_url) if self._recipes[article.recipe].is_web else ""
        return self._texts.look_at(key_of(article), article.text_digest, site)

    def _lookup_of(self, batch: Sequence[Submission], *, is_judged: bool) -> Lookup:
        """Return what is asked about a batch. Unless somebody else judges its texts, this is also what decides whether
        they are believed: of a recipe with ids the texts that were saved last, of web pages which articles have the
        same texts as these."""
        articles = [submission.article for submission in batch]
        if is_judged:
            return Lookup(articles)
        pages = [article for article in articles if self._recipes[article.recipe].is_web]
        recipes = {article.recipe for article in articles} - {article.recipe for article in pages}
        return Lookup(
            articles,
            frozenset(article.text_digest for article in pages if article.text_digest),
            frozenset(recipe for recipe in recipes if self._texts.needs(recipe)),
        )

    async def _look_up(self, lookup: Lookup, turn: Turn) -> Archived:
        """Return what the archive has of a batch, when its turn has begun."""

        while (archived := await self._index.run(look_up, lookup, turn)) is None:
            await asyncio.sleep(POLL_SECONDS)
        for recipe, last in archived.last.items():
            self._texts.begin(recipe, last)
        for text, saying in archived.saying.items():
            for key, address in saying.items():
                self._texts.know(site_of(address), text, key.id)
        return archived

    async def _judge_edits(
        self, edits: Sequence[tuple[ArticleKey, str]], absorbed: Collection[ArticleKey]
    ) -> dict[ArticleKey, Verdict]:
        """Return which edits are believed. absorbed: articles that turned out to be the same as others; that these have
        the same text is no reason for doubt."""
        texts = {text for _, text in edits}
        saying = await self._index.run(Index.articles_saying, texts)
        for text in texts:
            if first := self._texts.first_with(text):
                saying.setdefault(text, {}).setdefault(first, "")
        saying = {text: {key: of[key] for key in of if key not in absorbed} for text, of in saying.items()}
        held = await self._index.run(Index.held, [key for key, _ in edits])
        return judge_edits([(key, text, held[key].text_digest) for key, text in edits], saying)


def _as_submission(held_back: HeldBack) -> Submission:
    made = unpack(held_back.made)
    return Submission(Candidate(made.article), None, held_back.capture, made.about, made.etag, made.modified)
