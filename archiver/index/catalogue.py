"""What can be looked up: an article's history, and articles that say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from archiver.index.database import Database

PAGE = 1000  # rows that are read at a time: a reader that keeps a query open keeps SQLite from tidying up
# All that is known of a post, beside its file.
COLUMNS = """posts.article, posts.form, posts.path, posts.sha256, posts.revision, posts.saved, posts.rules,
             articles.recipe, articles.id, articles.published, articles.state, articles.first_seen, articles.checked,
             captures.warc, captures.offset, captures.length, captures.payload, captures.url, captures.time,
             (SELECT json_group_array(place) FROM sightings WHERE sightings.article = articles.key) AS places"""
BESIDE = """JOIN articles ON articles.key = posts.article
            LEFT JOIN captures ON captures.key = posts.capture"""


class Catalogue:
    """Looks things up, for people."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._selections = 0

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

    def posts(self, since: int | None = None, recipe: str = "", place: str = "") -> Iterator[sqlite3.Row]:
        """Yield all posts, in the order in which they were saved: those saved at or after `since`, of a recipe, of
        articles that were seen in a place.

        Which posts these are is settled at the beginning, and each comes once, as it is by then: `chosen` is when it
        was saved at the beginning, `pending` the earliest time of a post that was being written then, or None.
        """
        return self._chosen("ORDER BY posts.saved, posts.article, posts.form", [], since, recipe, place)

    def latest(
        self, count: int | None, since: int | None = None, recipe: str = "", place: str = ""
    ) -> Iterator[sqlite3.Row]:
        """Yield the same, but those that were published last, the latest first, up to `count` (None: all)."""
        order = "ORDER BY unixepoch(articles.published) DESC, posts.article DESC, posts.form LIMIT ?"
        return self._chosen(order, [-1 if count is None else count], since, recipe, place)

    def post(self, article: int, form: str) -> sqlite3.Row | None:
        """Return what is known of a post by now, None if it is no more."""
        return self._database.row(
            f"SELECT {COLUMNS} FROM posts {BESIDE} WHERE posts.article = ? AND posts.form = ?", article, form
        )

    def is_being_written(self, article: int, form: str, content: bytes) -> bool:
        """Return whether a post is about to be that content (SHA-256)."""
        query = "SELECT 1 FROM intents WHERE article = ? AND form = ? AND sha256 = ?"
        return self._database.row(query, article, form, content) is not None

    def _chosen(
        self, ending: str, last: list[int], since: int | None, recipe: str, place: str
    ) -> Iterator[sqlite3.Row]:
        """Yield posts in an order. Their keys are put down first, in a file of SQLite's own: a crawl that edits posts
        meanwhile would move them in the order, and they are too many for memory."""
        self._selections += 1
        table = f"chosen_{self._selections}"
        where, values = _conditions(since, recipe, place)
        self._database.write("PRAGMA temp_store = FILE")
        # The rows are numbered in the order of the query (SQLite, "CREATE TABLE ... AS SELECT"). It is one statement,
        # so all of it is of one moment.
        self._database.write(
            f"""CREATE TEMP TABLE {table} AS
                SELECT posts.article, posts.form, posts.saved, (SELECT min(time) FROM intents) AS pending
                FROM posts JOIN articles ON articles.key = posts.article WHERE {where} {ending}""",
            *values,
            *last,
        )
        (size,) = self._database.rows(f"SELECT count(*) FROM {table}")[0]
        for start in range(0, size, PAGE):
            # CROSS JOIN: SQLite keeps that order, and goes from the few keys to the posts.
            yield from self._database.rows(
                f"""SELECT {COLUMNS}, chosen.saved AS chosen, chosen.pending AS pending FROM {table} AS chosen
                    CROSS JOIN posts ON posts.article = chosen.article AND posts.form = chosen.form {BESIDE}
                    WHERE chosen.rowid > ? AND chosen.rowid <= ? ORDER BY chosen.rowid""",
                start,
                start + PAGE,
            )
        self._database.write(f"DROP TABLE {table}")


def _conditions(since: int | None, recipe: str, place: str) -> tuple[str, list[str | int]]:
    """Return a condition for posts, and its values."""
    conditions, values = ["true"], list[str | int]()
    if since is not None:
        conditions.append("posts.saved >= ?")
        values.append(since)
    if recipe:
        conditions.append("articles.recipe = ?")
        values.append(recipe)
    if place:
        conditions.append("EXISTS (SELECT 1 FROM sightings WHERE sightings.article = articles.key AND place = ?)")
        values.append(place)
    return " AND ".join(conditions), values
