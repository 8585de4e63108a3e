"""Judging which texts in captures are believed, when all of them are known."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from archiver.decide import Believe, Texts, judge_edits
from archiver.identity import site_of
from archiver.index import Index
from archiver.ingest import key_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from archiver.article import Article
    from archiver.decide import Judge, Verdict
    from archiver.index import ArticleKey, IndexThread
    from archiver.replay.uniting import United

MAX_KEYS = 500  # articles for which the index is asked at a time


async def judge_texts(united: United, index: IndexThread, web: Collection[str]) -> Judge:
    """Return a judge that says which texts of captured articles are believed, as if they had come in the order of their
    answers.

    A text that became a post when it came is believed; the index need not be asked for it. web: the names of recipes
    for all web pages. Raises IndexFileError.
    """
    in_order = [
        outline
        for outline in sorted(united.outlines, key=attrgetter("place", "key"))
        if outline.text_digest is not None
    ]
    held_texts = await _held_texts(index, dict.fromkeys(outline.key for outline in in_order if not outline.believed))
    texts = Texts()
    edits: list[tuple[ArticleKey, str, str | None]] = []
    verdicts: dict[tuple[ArticleKey, str], Verdict] = {}
    for outline in in_order:
        text = outline.text_digest
        assert text is not None
        if outline.key in held_texts and text == held_texts[outline.key]:
            continue
        if outline.key in held_texts:
            if not outline.believed:
                edits.append((outline.key, text, held_texts[outline.key]))
            held_texts[outline.key] = text
            continue
        verdict = texts.look_at(outline.key, text, site_of(outline.place[2]) if outline.key.recipe in web else "")
        if outline.believed or isinstance(verdict, Believe):
            held_texts[outline.key] = text
        else:
            verdicts[outline.key, text] = verdict
    verdicts |= await _judge_edits(index, edits, held_texts, united.kin)

    def judge(article: Article, *_: object) -> Verdict:
        return verdicts.get((key_of(article), article.text_digest or ""), Believe())

    return judge


async def _held_texts(index: IndexThread, keys: Iterable[ArticleKey]) -> dict[ArticleKey, str | None]:
    """Return the text digests of those of these articles that have a post."""
    left = list(keys)
    texts: dict[ArticleKey, str | None] = {}
    for start in range(0, len(left), MAX_KEYS):
        held = await index.run(Index.held, left[start : start + MAX_KEYS])
        texts |= {key: one.text_digest for key, one in held.items() if one.posts}
    return texts


async def _judge_edits(
    index: IndexThread,
    edits: Sequence[tuple[ArticleKey, str, str | None]],
    held_texts: dict[ArticleKey, str | None],
    kin: Mapping[ArticleKey, Collection[ArticleKey]],
) -> dict[tuple[ArticleKey, str], Verdict]:
    if not edits:
        return {}
    wanted = {text for _, text, _ in edits}
    saying = await index.run(Index.articles_saying, wanted)
    for key, text in held_texts.items():
        if text in wanted:
            saying.setdefault(text, {}).setdefault(key, "")
    for key, text, _ in edits:
        for other in kin.get(key, ()):  # another key of the same article: no reason for doubt
            saying.get(text, {}).pop(other, None)
    text_of = {(key, text) for key, text, _ in edits}
    verdicts = judge_edits(edits, saying)
    return {(key, text): verdicts[key] for key, text in text_of}
