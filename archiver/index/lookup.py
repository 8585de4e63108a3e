"""Looking up what is known of a batch of articles, all of it at once: before anything is decided about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archiver.index.aliases import asking_known_as, known_in
from archiver.index.held import asking_held, held_by_key
from archiver.index.leases import taking_articles
from archiver.index.pictures import ANY_PICTURE
from archiver.index.texts import asking_last_texts, asking_saying, saying_in

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from archiver.index.database import Database
    from archiver.index.types import ArticleKey, Held


class Question(NamedTuple):
    """What is asked. addresses: of articles, in the form in which they are compared. keys: of articles; what is held of
    those that are known by the addresses is told, too. texts: digests of texts of which it is asked which articles have
    them. recipes: those of which it is asked what was saved last, so many articles of each (`last`)."""

    addresses: frozenset[str]
    keys: frozenset[ArticleKey]
    texts: frozenset[str] = frozenset()
    recipes: frozenset[str] = frozenset()
    last: int = 0


class Answer(NamedTuple):
    """What is known. known: the articles of the addresses, None for one that pages of several articles claim. held: of
    all articles that were asked for, or are known by the addresses. has_pictures: whether the archive has any. saying:
    the articles with a text, each with an address, by its digest. last: ids of the articles of a recipe that were saved
    last, each with the digest of its text."""

    known: Mapping[str, ArticleKey | None]
    held: Mapping[ArticleKey, Held]
    has_pictures: bool
    saying: Mapping[str, Mapping[ArticleKey, str]]
    last: Mapping[str, Sequence[tuple[str, str | None]]]


def look_up(database: Database, question: Question, leases: Collection[str]) -> Answer | None:
    """Return what is known. leases: names of articles that this worker is to have alone from then on, and which it has
    before anything is read; None if another worker has one of them: then it has none of these."""
    recipes = sorted(question.recipes)
    asking = [
        asking_known_as(question.addresses),
        ANY_PICTURE,
        asking_saying(question.texts),
        *(asking_last_texts(recipe, question.last) for recipe in recipes),
        *asking_held(question.keys, question.addresses),
    ]
    if leases:
        taking = taking_articles(database.worker, leases)
        (taken, *rows) = database.carry_out(lambda _: [taking, *asking])
        if len(taken) < len(set(leases)):
            return None
    else:
        rows = database.ask(*asking)
    of_known, of_pictures, of_texts, *others = rows
    known = known_in(question.addresses, of_known)
    keys = question.keys | set(filter(None, known.values()))
    return Answer(
        known,
        held_by_key(keys, others[len(recipes) :]),
        bool(of_pictures),
        saying_in(of_texts),
        {recipe: [(id_, digest) for id_, digest in rows] for recipe, rows in zip(recipes, others, strict=False)},
    )
