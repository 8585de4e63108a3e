"""What can be looked up: the history of an article, articles that say the same, and how many there are."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.index.held import held_by_number
from archiver.index.texts import ADDRESS
from archiver.index.types import ArticleKey, Held
from archiver.index.values import NUMBER, NUMBERS, json_text, storable
from archiver.minhash import similarity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


class Copy(NamedTuple):
    """One of several articles with the same text, or nearly the same. Without `path` it has no post; then `published`
    is missing, too, in most cases. address: one that it came from or was seen at; empty: none is known. similarity: to
    the first one of the group, from 0 to 1; None where that cannot be told."""

    key: ArticleKey
    published: datetime | None
    path: str | None
    address: str
    similarity: float | None


class Groups:
    """Groups of articles, put together from pairs that belong together."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def unite(self, one: int, other: int) -> None:
        """Note that two belong together."""
        first, second = sorted((self._top(one), self._top(other)))
        self._above[second] = first

    def all(self) -> list[list[int]]:
        """Return the groups, in the order of their least members."""
        groups: dict[int, list[int]] = {}
        for one in sorted(self._above):
            groups.setdefault(self._top(one), []).append(one)
        return list(groups.values())

    def _top(self, one: int) -> int:
        while (above := self._above.setdefault(one, one)) != one:
            self._above[one] = one = self._above[above]
        return one


class Catalogue:
    """Looks things up, for people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def states(self) -> dict[str, int]:
        """Return how many articles there are in each state."""
        return dict(self._database.rows("SELECT state, count(*) FROM articles GROUP BY state ORDER BY state"))

    def duplicates(self) -> Iterator[list[Copy]]:
        """Yield the articles whose text is the same, or nearly the same, group by group; within a group, the one that
        was published first comes first."""
        groups = Groups()
        for row in self._database.each(
            """SELECT min(key) OVER (PARTITION BY text_digest), key FROM articles WHERE text_digest IN
               (SELECT text_digest FROM articles WHERE text_digest > '-g' GROUP BY text_digest HAVING count(*) > 1)"""
        ):
            groups.unite(*row)
        for row in self._database.each("SELECT article, other FROM near_duplicates"):
            groups.unite(*row)
        for group in groups.all():
            yield self._copies(group)

    def _copies(self, group: list[int]) -> list[Copy]:
        rows = self._database.rows(
            f"""SELECT articles.key, recipe, articles.id, published, posts.path, {ADDRESS}, text_digest, scheme, content
                FROM {NUMBERS} CROSS JOIN articles ON articles.key = {NUMBER}
                LEFT JOIN posts ON posts.article = articles.key LEFT JOIN captures ON captures.key = posts.capture
                LEFT JOIN answers ON answers.article = articles.key
                LEFT JOIN signatures ON signatures.article = articles.key ORDER BY articles.key, posts.form DESC""",
            json_text(group),
        )
        # Of an article with posts of several forms, the last row counts.
        copies = {}
        for number, recipe, id_, published, path, address, *said in rows:
            when = published and datetime.fromisoformat(published)
            copies[number] = Copy(ArticleKey(recipe, id_), when, path, address, None), said
        found = [(number, *copy) for number, copy in copies.items()]
        found.sort(key=lambda one: (one[1].published is None, one[1].published or datetime.min, one[0]))
        first = found[0][2]
        return [one._replace(similarity=_likeness(first, said)) for _, one, said in found]

    def history(self, article_id: str) -> list[History]:
        """Return what is known of the articles with that id (several recipes may have one), and then of those that were
        united with one of them."""
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
        held = held_by_number(self._database, [key for _, key, *_ in rows])
        return [History(held[key], reason, self._places(key)) for _, key, _, _, reason in rows]

    def _places(self, number: int) -> tuple[Place, ...]:
        rows = self._database.rows(
            "SELECT place, first_seen, last_seen FROM sightings WHERE article = ? ORDER BY first_seen, place", number
        )
        return tuple(Place(*row) for row in rows)


def _likeness(one: Sequence[Any], other: Sequence[Any]) -> float | None:
    """Return how alike two articles are, by their digests, schemes and signatures."""
    if one[0] == other[0] is not None:
        return 1.0
    return similarity(one[2], other[2]) if one[1] == other[1] is not None else None
