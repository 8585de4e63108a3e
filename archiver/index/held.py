"""What the archive has of articles."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from archiver.index.types import ArticleKey, EarlierContent, Held, HeldPost, LastAnswer
from archiver.index.values import CAPTURE_COLUMNS, NUMBER, NUMBERS, as_capture, facts_of, json_text, numbers_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from archiver.index.database import Database, Row

# CROSS JOIN keeps SQLite to this order: first the few articles that were asked for, then the posts of each.
_HELD = (
    f"""SELECT article, form, posts.path, sha256, published, posts.saved, revision, rules, {CAPTURE_COLUMNS}
        FROM {NUMBERS} CROSS JOIN posts ON article = {NUMBER} CROSS JOIN articles ON articles.key = article
        LEFT JOIN captures ON captures.key = capture ORDER BY article, form""",
    f"""SELECT article, form, revision, sha256, saved, {CAPTURE_COLUMNS}
        FROM {NUMBERS} CROSS JOIN revisions ON article = {NUMBER}
        LEFT JOIN captures ON captures.key = capture ORDER BY article, form, revision""",
    f"""SELECT article, page, answers.url, etag, modified, fetched, {CAPTURE_COLUMNS}
        FROM {NUMBERS} CROSS JOIN answers ON article = {NUMBER} LEFT JOIN captures ON captures.key = capture""",
    f"SELECT articles.key, state, text_digest, known FROM {NUMBERS} CROSS JOIN articles ON articles.key = {NUMBER}",
)


def held(database: Database, keys: Iterable[ArticleKey]) -> dict[ArticleKey, Held]:
    """Return what is held of each of the articles; of an unknown one an empty Held."""
    asked = dict.fromkeys(keys)
    numbers = numbers_of(database, asked)
    found = held_by_number(database, {number: key for key, number in numbers.items()})
    return {key: found[numbers[key]]._replace(key=key) if key in numbers else Held(key) for key in asked}


def held_by_number(database: Database, keys: dict[int, ArticleKey]) -> dict[int, Held]:
    """Return what is held of articles, by the keys that the tables have for them."""
    return held_in(keys, database.ask(*asking_held(keys)))


def asking_held(numbers: Iterable[int]) -> list[tuple[str, str]]:
    """Return the queries whose rows `held_in` takes: a caller may send others together with them."""
    asked = json_text(list(numbers))
    return [(query, asked) for query in _HELD]


def held_in(keys: Mapping[int, ArticleKey], rows: Sequence[list[Row]]) -> dict[int, Held]:
    """Return the same as `held_by_number`, from the rows of the queries of `asking_held`."""
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
            keys[number],
            state,
            text_digest,
            facts_of(known),
            tuple(posts[number]) if number in posts else (),
            tuple(earlier[number]) if number in earlier else (),
            answers.get(number),
        )
        for number, state, text_digest, known in found_articles
    }
