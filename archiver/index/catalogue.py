"""What can be looked up: an article's history, and articles that say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from archiver.index.database import Database


class Catalogue:
    """Looks things up, for people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def same_words(self) -> Iterator[list[sqlite3.Row]]:
        """Yield the articles whose text is the same, group by group: recipe, id, published, path."""
        for group in self._database.rows(
            "SELECT words FROM articles WHERE words > '-g' GROUP BY words HAVING count(*) > 1 ORDER BY min(key)"
        ):
            yield self._database.rows(
                """SELECT recipe, id, published, path FROM articles LEFT JOIN posts ON article = key
                   WHERE words = ? GROUP BY key ORDER BY published, key""",
                group["words"],
            )

    def history(self, article_id: str) -> list[sqlite3.Row]:
        """Return what is known of the articles with that id: one row for each of their posts."""
        return self._database.rows(
            """SELECT articles.*, form, path, sha256, revision, posts.saved AS post_saved
               FROM articles LEFT JOIN posts ON article = key
               WHERE id = ? ORDER BY recipe, form""",
            article_id,
        )

    def revisions(self, key: int, form: str) -> list[sqlite3.Row]:
        """Return the earlier revisions of a post, the first of all first: revision, sha256, saved."""
        return self._database.rows(
            "SELECT * FROM revisions WHERE article = ? AND form = ? ORDER BY revision", key, form
        )

    def places(self, key: int) -> list[sqlite3.Row]:
        """Return where an article was seen: place, first_seen, last_seen."""
        return self._database.rows("SELECT * FROM sightings WHERE article = ? ORDER BY first_seen, place", key)
