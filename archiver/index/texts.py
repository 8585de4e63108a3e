"""What articles say, as digests of their texts."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from archiver.index.types import ArticleKey
from archiver.index.values import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archiver.index.database import Database


# SQL for an address of an article, from the tables `articles`, `answers` and `captures`.
ADDRESS = """coalesce(answers.url, captures.url,
             (SELECT min(place) FROM sightings WHERE article = articles.key AND place LIKE '%://%'), '')"""


def last_texts(database: Database, recipe: str, count: int) -> list[tuple[str, str | None]]:
    """Return the ids of the articles of a recipe that were saved last, the latest first, each with the digest of its
    text."""
    rows = database.rows(
        "SELECT id, text_digest FROM articles WHERE recipe = ? AND saved > 0 ORDER BY saved DESC, key DESC LIMIT ?",
        recipe,
        count,
    )
    return [(id_, digest) for id_, digest in rows]


def articles_saying(database: Database, digests: Iterable[str]) -> dict[str, dict[ArticleKey, str]]:
    """Return, for each digest of a text, the articles with that text, each with an address that it came from or was
    seen at (empty: none is known). A digest that no article has is left out."""
    found: defaultdict[str, dict[ArticleKey, str]] = defaultdict(dict)
    for digest, recipe, id_, address in database.rows(
        f"""SELECT text_digest, recipe, articles.id, {ADDRESS}
           FROM json_each(?) AS one CROSS JOIN articles ON text_digest = one.value
           LEFT JOIN answers ON answers.article = articles.key
           LEFT JOIN posts ON posts.article = articles.key LEFT JOIN captures ON captures.key = posts.capture
           WHERE text_digest IS NOT NULL""",
        json_text(sorted(set(digests))),
    ):
        found[digest][ArticleKey(recipe, id_)] = address
    return dict(found)
