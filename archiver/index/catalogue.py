"""What can be looked up: an article's history, and articles that say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from archiver.index.database import Database

PAGE = 1000  # rows that are read at a time: a reader that keeps a query open keeps SQLite from tidying up
# All that is known of a post, beside its file.
POSTS = """SELECT posts.article, posts.form, posts.path, posts.sha256, posts.revision, posts.saved, posts.rules,
           articles.recipe, articles.id, articles.published, articles.state, articles.first_seen, articles.checked,
           captures.warc, captures.offset, captures.length, captures.payload, captures.url, captures.time,
           (SELECT json_group_array(place) FROM sightings WHERE sightings.article = articles.key) AS places
           FROM posts JOIN articles ON articles.key = posts.article
           LEFT JOIN captures ON captures.key = posts.capture"""


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
        """Return the earlier revisions of a post, the first of all first: revision, sha256, saved, and its capture."""
        return self._database.rows(
            """SELECT revision, sha256, saved, capture, warc, offset, length, payload, url, time
               FROM revisions LEFT JOIN captures ON captures.key = capture
               WHERE article = ? AND form = ? ORDER BY revision""",
            key,
            form,
        )

    def places(self, key: int) -> list[sqlite3.Row]:
        """Return where an article was seen: place, first_seen, last_seen."""
        return self._database.rows("SELECT * FROM sightings WHERE article = ? ORDER BY first_seen, place", key)

    def posts(self, since: int = 0, recipe: str = "", place: str = "") -> Iterator[sqlite3.Row]:
        """Yield all posts saved at or after `since`, in the order in which they were: of a recipe, of articles that
        were seen in a place, or of all."""
        after = (since, -1, "")
        where, values = self._of(recipe, place)
        while rows := self._database.rows(
            f"""{POSTS} WHERE (posts.saved, posts.article, posts.form) > (?, ?, ?) {where}
                ORDER BY posts.saved, posts.article, posts.form LIMIT {PAGE}""",
            *after,
            *values,
        ):
            yield from rows
            after = (rows[-1]["saved"], rows[-1]["article"], rows[-1]["form"])

    def latest(self, count: int, recipe: str = "", place: str = "") -> Iterator[sqlite3.Row]:
        """Yield the posts that were published last, the latest first, up to `count`."""
        where, values = self._of(recipe, place)
        yield from self._database.rows(
            f"""{POSTS} WHERE true {where} ORDER BY unixepoch(articles.published) DESC, posts.article DESC, posts.form
                LIMIT ?""",
            *values,
            count,
        )

    def _of(self, recipe: str, place: str) -> tuple[str, list[str]]:
        """Return conditions for posts, and their values."""
        conditions, values = "", []
        if recipe:
            conditions += " AND articles.recipe = ?"
            values.append(recipe)
        if place:
            conditions += " AND EXISTS (SELECT 1 FROM sightings WHERE sightings.article = articles.key AND place = ?)"
            values.append(place)
        return conditions, values
