"""What can be looked up: the history of an article, articles that say the same, and how many there are."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from archiver.index.held import held_by_number
from archiver.index.types import ArticleKey, Held
from archiver.index.values import storable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.index.database import Database


class Place(NamedTuple):
    """Where an article was seen: in a listing, or by its address."""

    name: str
    first_seen: int
    last_seen: int


class History(NamedTuple):
    """An article as the index knows it. reason: of the last failure."""

    held: Held
    reason: str
    places: tuple[Place, ...]


class SameText(NamedTuple):
    """One of several articles with the same text; without `path`, and mostly `published`, there is no post of it."""

    key: ArticleKey
    published: datetime | None
    path: str | None


class Catalogue:
    """Looks things up, for people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def states(self) -> dict[str, int]:
        """Return how many articles there are in each state."""
        return dict(self._database.rows("SELECT state, count(*) FROM articles GROUP BY state ORDER BY state"))

    def same_text(self) -> Iterator[list[SameText]]:
        """Yield the articles whose text is the same, group by group."""
        for (digest,) in self._database.rows(
            """SELECT text_digest FROM articles WHERE text_digest > '-g'
               GROUP BY text_digest HAVING count(*) > 1 ORDER BY min(key)"""
        ):
            yield [
                SameText(ArticleKey(recipe, id_), published and datetime.fromisoformat(published), path)
                for recipe, id_, published, path in self._database.rows(
                    """SELECT recipe, id, published, min(path) FROM articles LEFT JOIN posts ON article = key
                       WHERE text_digest = ? GROUP BY key ORDER BY published NULLS FIRST, key""",
                    digest,
                )
            ]

    def history(self, article_id: str) -> list[History]:
        """Return what is known of the articles with that id, and then of those that turned out to be one of them;
        several recipes may have one."""
        return self._database.snapshot(lambda: self._history(storable(article_id)))

    def _history(self, article_id: str) -> list[History]:
        rows = self._database.rows(
            """WITH asked AS (SELECT key, recipe FROM articles WHERE id = ?)
               SELECT 0, key, recipe, id, reason FROM asked JOIN articles USING (key, recipe)
               UNION SELECT 1, articles.key, articles.recipe, id, reason FROM asked
               JOIN aliases ON article = asked.key
               JOIN articles ON articles.recipe = asked.recipe AND id = address AND state = 'united'
               ORDER BY 1, recipe, id""",
            article_id,
        )
        held = held_by_number(self._database, {key: ArticleKey(recipe, id_) for _, key, recipe, id_, _ in rows})
        return [History(held[key], reason, self._places(key)) for _, key, _, _, reason in rows]

    def _places(self, number: int) -> tuple[Place, ...]:
        rows = self._database.rows(
            "SELECT place, first_seen, last_seen FROM sightings WHERE article = ? ORDER BY first_seen, place", number
        )
        return tuple(Place(*row) for row in rows)
