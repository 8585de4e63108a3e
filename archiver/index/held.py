"""What the archive has of articles."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from archiver.index.types import ArticleKey, EarlierContent, Held, HeldPost, LastAnswer
from archiver.index.values import (
    CAPTURE_COLUMNS,
    NUMBER,
    NUMBERS,
    as_capture,
    facts_of,
    json_text,
    storable,
    storable_key,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archiver.index.database import Database, Row, Statement

# CROSS JOIN keeps SQLite to this order: first the few articles that were asked for, then the posts of each. `{asked}`
# stands for a table of the articles, `{number}` for the key in it.
_HELD = (
    f"""SELECT article, form, posts.path, sha256, published, posts.saved, revision, rules, {CAPTURE_COLUMNS}
        FROM {{asked}} CROSS JOIN posts ON article = {{number}} CROSS JOIN articles ON articles.key = article
        LEFT JOIN captures ON captures.key = capture ORDER BY article, form""",
    f"""SELECT article, form, revision, sha256, saved, {CAPTURE_COLUMNS}
        FROM {{asked}} CROSS JOIN revisions ON article = {{number}}
        LEFT JOIN captures ON captures.key = capture ORDER BY article, form, revision""",
    f"""SELECT article, page, answers.url, etag, modified, fetched, {CAPTURE_COLUMNS}
        FROM {{asked}} CROSS JOIN answers ON article = {{number}} LEFT JOIN captures ON captures.key = capture""",
    """SELECT articles.key, recipe, articles.id, state, text_digest, known
       FROM {asked} CROSS JOIN articles ON articles.key = {number}""",
)
_BY_NUMBER = tuple(query.format(asked=NUMBERS, number=NUMBER) for query in _HELD)
# The articles of keys, and of addresses that they are known by.
_OF_KEYS = """(SELECT articles.key AS number FROM json_each(?1) AS asked
               CROSS JOIN articles ON articles.recipe = asked.value ->> 0 AND articles.id = asked.value ->> 1
               UNION SELECT article FROM json_each(?2) AS one CROSS JOIN aliases ON address = one.value
               WHERE article IS NOT NULL) AS numbers"""
_BY_KEY = tuple(query.format(asked=_OF_KEYS, number="numbers.number") for query in _HELD)


def held(database: Database, keys: Iterable[ArticleKey]) -> dict[ArticleKey, Held]:
    """Return what is held of each of the articles; of an unknown one an empty Held."""
    asked = list(keys)
    return held_by_key(asked, database.ask(*asking_held(asked, ())))


def held_by_number(database: Database, numbers: Iterable[int]) -> dict[int, Held]:
    """Return what is held of articles, by the keys that the tables have for them."""
    asked = json_text(list(numbers))
    return _held_in(database.ask(*((query, asked) for query in _BY_NUMBER)))


def asking_held(keys: Iterable[ArticleKey], addresses: Iterable[str]) -> list[Statement]:
    """Return the queries whose rows `held_by_key` takes: a caller may send others together with them. addresses: what
    is held of articles that are known by these is told, too."""
    asked = json_text(sorted(set(map(storable_key, keys))))
    named = json_text(sorted({storable(address) for address in addresses}))
    return [(query, asked, named) for query in _BY_KEY]


def held_by_key(keys: Iterable[ArticleKey], rows: Sequence[list[Row]]) -> dict[ArticleKey, Held]:
    """Return what is held of each of the articles, from the rows of the queries of `asking_held`."""
    found = {one.key: one for one in _held_in(rows).values()}
    stored = {key: storable_key(key) for key in keys}
    return {key: found[one]._replace(key=key) if one in found else Held(key) for key, one in stored.items()}


def _held_in(rows: Sequence[list[Row]]) -> dict[int, Held]:
    found_posts, found_earlier, found_answers, found_articles = rows
    posts: defaultdict[int, list[HeldPost]] = defaultdict(list)
    for row in found_posts:
        article, form, path, content, published, saved, revision, rules, *where = row
        when = datetime.fromisoformat(published)
        posts[article].append(HeldPost(form, path, content, when, saved, revision, facts_of(rules), as_capture(*where)))
    earlier: defaultdict[int, list[EarlierContent]] = defaultdict(list)
    for row in found_earlier:
        article, form, revision, content, saved, *where = row
        earlier[article].append(EarlierContent(form, revision, content, saved, as_capture(*where)))
    answers: dict[int, LastAnswer] = {}
    for row in found_answers:
        article, page, url, etag, modified, fetched, *where = row
        answers[article] = LastAnswer(page, url, etag, modified, fetched, as_capture(*where))
    return {
        number: Held(
            ArticleKey(recipe, id_),
            state,
            text_digest,
            facts_of(known),
            tuple(posts[number]) if number in posts else (),
            tuple(earlier[number]) if number in earlier else (),
            answers.get(number),
        )
        for number, recipe, id_, state, text_digest, known in found_articles
    }
