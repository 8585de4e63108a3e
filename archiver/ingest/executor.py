"""Carrying out what was decided: evidence first, then the intent, then the post, then what became of it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from archiver.captures import HELD_BACK_NOTE
from archiver.clock import micros
from archiver.decide import Hold, Keep, Quarantine, Write
from archiver.errors import CaptureError, StoreError
from archiver.index import Finished, Index
from archiver.ingest import notes
from archiver.ingest.illustrating import offered_pictures
from archiver.ingest.submission import key_of
from archiver.posts.pictures import shown_pictures, with_assets
from archiver.storage import DISK_FAILED_OUTCOME, Put

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archiver.article import Article
    from archiver.captures import Capture, Evidence
    from archiver.decide import Union
    from archiver.index import ArticleKey, FailedArticle, HeldBack, IndexThread, Intent
    from archiver.ingest.planner import Decided, Plan
    from archiver.ingest.turn import Turn
    from archiver.recipes import Recipe
    from archiver.recorder import Recorder
    from archiver.storage.storage import Storage

AS_MADE_OUTCOMES = frozenset({"written", "unchanged"})  # outcomes after which the file holds the post that was made
NO_OUTCOME = ("", "")  # the outcome where the storage was not asked to do anything


class Executor:
    """Carries out decisions. run: the number of the run that made them."""

    def __init__(
        self, index: IndexThread, storage: Storage, recorder: Recorder, recipes: Mapping[str, Recipe], run: int
    ) -> None:
        self._index = index
        self._storage = storage
        self._recorder = recorder
        self._recipes = recipes
        self._run = run
        # The captures of a batch are noted before those of the next are written, so that the next one knows which
        # payloads are captured already, and does not write them again.
        self._noting = asyncio.Lock()

    async def execute(self, plan: Plan, turn: Turn) -> list[Article]:
        """Do what was decided, and return the articles in the order of the plan, each with what became of it. If
        several decisions are about one post, they are carried out in the order in which its answers came. turn: at
        these articles; it ends together with the last note of what became of them. Raises IndexFileError, and
        StoreError or CaptureError if the disk takes nothing more: what is done by then is noted, and the rest stays as
        it was."""
        done: dict[int, Article] = {}
        decided = plan.decided
        waves = _waves(decided)
        for wave in waves:
            last = turn if wave is waves[-1] and not plan.unions else None
            for number, article in zip(wave, await self._do([decided[number] for number in wave], last), strict=True):
                done[number] = article  # noqa: PERF403 - each wave waits for the one before it
        await self._unite(plan.unions, turn)
        return [done[number] for number in range(len(decided))]

    async def rewrite_with_pictures(self, keys: Sequence[ArticleKey], now: int) -> int:
        """Write the posts of articles again with the pictures that have come since, and return how many posts were
        written. A post that somebody has changed stays as it is. Raises IndexFileError; StoreError if the disk takes
        nothing more."""
        held = await self._index.run(Index.held, keys)
        before = [(article, post, self._storage.read(post.path)) for article in held.values() for post in article.posts]
        ours = [
            (article, post, text) for article, post, text in before if text and sha256(text).digest() == post.sha256
        ]
        addresses = {address for _, _, text in ours for address in shown_pictures(text)}
        paths = await self._index.run(lambda index: index.pictures.paths(addresses))
        shown: dict[ArticleKey, tuple[str, ...]] = dict.fromkeys(keys, ())
        intents, puts = [], []
        for article, post, text in ours:
            content = with_assets(text, paths)
            shown[article.key] += tuple(shown_pictures(content))
            if content != text:
                intents.append(notes.intent_of_pictures(article, post, content, now))
                puts.append(Put(post.path, content, post.sha256))
        await self._index.run(_note, intents, [], [], now)
        outcomes = await self._storage.put(puts) if puts else []
        finished = [
            Finished(intent.key, intent.form, "saved" if outcome in AS_MADE_OUTCOMES else "dropped")
            for intent, (outcome, _) in zip(intents, outcomes, strict=True)
        ]
        await self._index.run(_note_pictures, finished, shown, now)
        for put, (outcome, why) in zip(puts, outcomes, strict=True):
            if outcome == DISK_FAILED_OUTCOME:
                raise StoreError(f"{put.path}: not written: {why}")
        return sum(outcome == "written" for outcome, _ in outcomes)

    async def _unite(self, unions: Sequence[Union], turn: Turn) -> None:
        """Replace the posts of articles that turned out to be others by notices, and note which articles they are. If
        somebody has changed such a post meanwhile, it stays, and its article stays one of its own."""
        if not unions:
            return
        now = max(micros(union.decided.article.fetched) for union in unions)
        await self._index.run(_note, [notes.intent_of_union(union) for union in unions], [], [], now)
        puts = [Put(union.path, union.content, union.expected) for union in unions]
        outcomes = await self._storage.put(puts)
        finished = [notes.united(union, outcome) for union, (outcome, _) in zip(unions, outcomes, strict=True)]
        await self._index.run(_note_outcomes, finished, [], now, (), turn)
        for union, (outcome, why) in zip(unions, outcomes, strict=True):
            if outcome in ("failed", DISK_FAILED_OUTCOME):
                raise StoreError(f"{union.path}: not written: {why}")

    async def _do(self, wave: list[Decided], turn: Turn | None) -> list[Article]:
        """Do what was decided. No two of the decisions may be about the same post. turn: ends with this; None: it goes
        on."""
        now = max(micros(decided.decision.article.fetched) for decided in wave)
        done: dict[int, Article] = {}
        intents, holds, puts, noted = [], [], {}, []
        async with self._noting:
            captures = await self._capture(wave)
            for number, (decided, capture) in enumerate(zip(wave, captures, strict=True)):
                decision = decided.decision
                if isinstance(capture, CaptureError):
                    done[number] = replace(decision.article, outcome="failed", reason=str(capture))
                    continue
                if isinstance(decision, Write):
                    assert decision.article.post is not None
                    intents.append(notes.intent(decision, capture, self._recipes[decision.article.recipe]))
                    puts[number] = Put(decision.path, decision.article.post.content, decision.expected, decision.force)
                elif isinstance(decision, Hold):
                    holds.append(notes.held_back(decision, decided.submission, capture, self._run))
                elif isinstance(decision, Keep) and decision.restore is not None:
                    puts[number] = Put(decision.path, decision.restore, None)
                if capture and decided.submission.evidence and not isinstance(decision, Write | Hold):
                    noted.append(capture)
            if intents or holds or noted:
                await self._index.run(_note, intents, holds, noted, now)
        outcomes = dict(zip(puts, await self._storage.put(list(puts.values())), strict=True)) if puts else {}
        finished: list[Finished] = []
        failed: list[FailedArticle] = []
        for number, (decided, capture) in enumerate(zip(wave, captures, strict=True)):
            if isinstance(capture, CaptureError) or outcomes.get(number, NO_OUTCOME)[0] == DISK_FAILED_OUTCOME:
                continue
            article = done[number] = notes.with_outcome(decided, *outcomes.get(number, NO_OUTCOME))
            finished += filter(None, [notes.finished(decided, article, capture, self._recipes[article.recipe])])
            failed += filter(None, [notes.failed(decided, article)])
            if decided.submission.capture and decided.submission.about and article.outcome == "written":
                await self._recorder.say_more(decided.submission.capture, decided.submission.about)
        if finished or failed:
            posted = [article for article in done.values() if article.outcome in AS_MADE_OUTCOMES]
            await self._index.run(_note_outcomes, finished, failed, now, posted, turn)
        for number, (outcome, why) in outcomes.items():
            if outcome == DISK_FAILED_OUTCOME:  # the intent stays in the index: opening the archive again settles it
                raise StoreError(f"{puts[number].path}: not written: {why}")
        return [done[number] for number in range(len(wave))]

    async def _capture(self, wave: list[Decided]) -> list[Capture | CaptureError | None]:
        """Return the capture of each answer, None if it has none. An answer is captured now if its decision calls for
        it (`_to_keep`)."""
        wanted = {number: evidence for number, decided in enumerate(wave) if (evidence := _to_keep(decided))}
        kept = dict(zip(wanted, await self._recorder.keep(list(wanted.values())), strict=True)) if wanted else {}
        return [
            decided.submission.capture or decided.submission.candidate.capture or kept.get(number)
            for number, decided in enumerate(wave)
        ]


def _note(
    index: Index, intents: Sequence[Intent], holds: Sequence[HeldBack], captures: Sequence[Capture], now: int
) -> None:
    """Note what is about to be written, what is held back, and captures that nothing names yet."""

    def note() -> None:
        if captures:
            index.captures.note(captures)
        if intents:
            index.begin(intents, now)
        if holds:
            index.hold(holds, now)

    index.together(note)


def _note_outcomes(
    index: Index,
    finished: Sequence[Finished],
    failed: Sequence[FailedArticle],
    now: int,
    posted: Sequence[Article],
    turn: Turn | None,
) -> None:
    """Note what became of articles. posted: those whose posts are as they were made. If the archive has pictures at
    all, those that these posts show from elsewhere are noted as waited for. turn: ends with this, if it is given."""

    def note() -> None:
        has_pictures = bool(finished) and index.finish(finished, now)
        if posted and has_pictures:
            index.pictures.wait({key_of(article): tuple(offered_pictures(article)) for article in posted})
        if failed:
            index.fail(failed, now)

    if turn:
        turn.end(index, note)
    else:
        index.together(note)


def _note_pictures(
    index: Index, finished: Sequence[Finished], shown: Mapping[ArticleKey, Sequence[str]], now: int
) -> None:
    """Note which posts were written again with pictures, and which pictures of theirs are still waited for."""

    def note() -> None:
        index.finish(finished, now)
        index.pictures.wait(shown)

    index.together(note)


def _waves(decided: Sequence[Decided]) -> list[list[int]]:
    """Return groups of decisions, by their numbers, in the order in which to carry them out. No group has two decisions
    about one post."""
    waves: defaultdict[int, list[int]] = defaultdict(list)
    count: defaultdict[tuple[ArticleKey, str], int] = defaultdict(int)
    for number in sorted(range(len(decided)), key=lambda number: decided[number].decision.article.fetched):
        article = decided[number].decision.article
        post = key_of(article), article.form
        waves[count[post]].append(number)
        count[post] += 1
    return [waves[wave] for wave in sorted(waves)]


def _to_keep(decided: Decided) -> Evidence | None:
    """Return what a decision calls for capturing, None if nothing: an answer that changes nothing needs no capture."""
    evidence, decision = decided.submission.evidence, decided.decision
    if evidence is None:
        return None
    match decision:
        case Write() | Keep(why="unchanged", captured=False):
            return evidence
        case Hold():
            return evidence.adding(**{HELD_BACK_NOTE: True})
        case Quarantine(same_text=False):  # better rules may make a post of it
            return evidence.adding(quarantined=decision.reason)
    return None
