"""What articles say, as digests of their texts."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from archiver.index.types import ArticleKey
from archiver.index.values import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archiver.index.database import Database, Row, Statement


# SQL for an address of an article, from the tables `articles`, `answers` and `captures`.
ADDRESS = """coalesce(answers.url, captures.url,
             (SELECT min(place) FROM sightings WHERE article = articles.key AND place LIKE '%://%'), '')"""


def last_texts(database: Database, recipe: str, count: int) -> list[tuple[str, str | None]]:
    """Return the ids of the articles of a recipe that were saved last, the latest first, each with the digest of its
    text."""
    return [(id_, digest) for id_, digest in database.rows(*asking_last_texts(recipe, count))]


def asking_last_texts(recipe: str, count: int) -> Statement:
    """Return the query whose rows are what `last_texts` returns: a caller may send others together with it."""
    sql = "SELECT id, text_digest FROM articles WHERE recipe = ? AND saved > 0 ORDER BY saved DESC, key DESC LIMIT ?"
    return sql, recipe, count


def articles_saying(database: Database, digests: Iterable[str]) -> dict[str, dict[ArticleKey, str]]:
    """Return, for each digest of a text, the articles with that text, each with an address that it came from or was
    seen at (empty: none is known). A digest that no article has is left out."""
    return saying_in(database.rows(*asking_saying(digests)))


def asking_saying(digests: Iterable[str]) -> Statement:
    """Return the query whose rows `saying_in` takes: a caller may send others together with it."""
    sql = f"""SELECT text_digest, recipe, articles.id, {ADDRESS}
              FROM json_each(?) AS one CROSS JOIN articles ON text_digest = one.value
              LEFT JOIN answers ON answers.article = articles.key
              LEFT JOIN posts ON posts.article = articles.key LEFT JOIN captures ON captures.key = posts.capture
              WHERE text_digest IS NOT NULL"""
    return sql, json_text(sorted(set(digests)))


def saying_in(rows: Iterable[Row]) -> dict[str, dict[ArticleKey, str]]:
    """Return the same as `articles_saying`, from the rows of the query of `asking_saying`."""
    found: defaultdict[str, dict[ArticleKey, str]] = defaultdict(dict)
    for digest, recipe, id_, address in rows:
        found[digest][ArticleKey(recipe, id_)] = address
    return dict(found)
