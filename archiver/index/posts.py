"""The posts of an archive, one after the other: for exports, and for what is made of those that changed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.index.types import ArticleKey, EarlierContent
from archiver.index.values import (
    ASKED_ARTICLES,
    CAPTURE_COLUMNS,
    as_capture,
    facts_of,
    json_text,
    storable,
    storable_key,
    texts_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archiver.captures import Capture
    from archiver.index.database import Database

PAGE_ROWS = 1000  # rows that are read at a time: a reader that keeps a query open keeps SQLite from tidying up
_COLUMNS = f"""articles.recipe, articles.id, posts.form, posts.path, posts.sha256, revision, posts.saved, rules,
               published, state, first_seen, checked,
               (SELECT json_group_array(place)
                FROM (SELECT place FROM sightings WHERE article = articles.key ORDER BY place) AS places),
               {CAPTURE_COLUMNS}"""
_BESIDE = """JOIN articles ON articles.key = posts.article
             LEFT JOIN captures ON captures.key = posts.capture"""


class ArchivedPost(NamedTuple):
    """A post, and what is known of its article."""

    key: ArticleKey
    form: str
    path: str
    sha256: bytes
    revision: int
    saved: int
    rules: Mapping[str, str]
    published: datetime
    state: str
    first_seen: int
    checked: int | None
    places: tuple[str, ...]
    capture: Capture | None


class Selected(NamedTuple):
    """A selected post, as it is at the moment that it is yielded.

    chosen: its time of saving when the selection began. pending: the earliest time of the posts that were being written
    then, None if there were none.
    """

    post: ArchivedPost
    chosen: int
    pending: int | None


class Changed(NamedTuple):
    """An article whose posts changed. number: of the change, larger than those before it. text_digest: the same for
    articles with the same text. posts: all that the article has by now."""

    number: int
    key: ArticleKey
    text_digest: str | None
    posts: tuple[ArchivedPost, ...]


class Posts:
    """Reads the posts of an archive, while a run may be at work in it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def select(self, since: int | None = None, recipe: str = "", place: str = "") -> Iterator[Selected]:
        """Yield all posts, in the order in which they were saved: those saved at or after `since`, of a recipe, of
        articles that were seen in a place. They are selected at the beginning, and each comes once."""
        return self._chosen("posts.saved, posts.article, posts.form", None, since, recipe, place)

    def select_latest(
        self, count: int | None, since: int | None = None, recipe: str = "", place: str = ""
    ) -> Iterator[Selected]:
        """Yield the same posts as `select`, but the latest published first, and up to `count` of them (None: all)."""
        order = "unixepoch(articles.published) DESC, posts.article DESC, posts.form"
        return self._chosen(order, count, since, recipe, place)

    def recipes(self) -> list[str]:
        """Return the recipes of all posts, that of the most posts first."""
        rows = self._database.rows(
            """SELECT articles.recipe FROM posts JOIN articles ON articles.key = posts.article
               GROUP BY articles.recipe ORDER BY count(*) DESC, articles.recipe"""
        )
        return [recipe for (recipe,) in rows]

    def origin(self) -> str:
        """Return an identifier of this index. Another index of the same archive has another one, and other numbers of
        changes."""
        return str(self._database.rows("SELECT value FROM origin")[0][0])

    def last_change(self) -> int:
        """Return the number of the last change; 0: there was none."""
        return int(self._database.rows("SELECT coalesce(max(number), 0) FROM changes")[0][0])

    def changed(self, since: int = 0) -> Iterator[Changed]:
        """Yield the articles whose posts changed after the change `since` (new, edited, moved, withdrawn, gone), in
        that order. One that changes meanwhile may come again."""
        while True:
            rows = self._database.rows(
                """SELECT number, recipe, id, text_digest FROM changes JOIN articles ON articles.key = article
                   WHERE number > ? ORDER BY number LIMIT ?""",
                since,
                PAGE_ROWS,
            )
            yield from self._changes(rows)
            if len(rows) < PAGE_ROWS:
                return
            since = rows[-1][0]

    def changes_of(self, keys: Sequence[ArticleKey]) -> Iterator[Changed]:
        """Yield the last changes of articles, of which there are not many; those without one are left out."""
        yield from self._changes(
            self._database.rows(
                f"""SELECT number, articles.recipe, articles.id, text_digest FROM {ASKED_ARTICLES}
                    CROSS JOIN changes ON article = articles.key ORDER BY number""",
                json_text(keys),
            )
        )

    def _changes(self, rows: Sequence[tuple[Any, ...]]) -> Iterator[Changed]:
        posts = self._of([ArticleKey(recipe, id_) for _, recipe, id_, _ in rows])
        for number, recipe, id_, digest in rows:
            key = ArticleKey(recipe, id_)
            yield Changed(number, key, digest, tuple(posts.get(key, ())))

    def _of(self, keys: Sequence[ArticleKey]) -> dict[ArticleKey, list[ArchivedPost]]:
        """Return the posts of articles."""
        found: dict[ArticleKey, list[ArchivedPost]] = {}
        for row in self._database.rows(
            f"""SELECT {_COLUMNS} FROM {ASKED_ARTICLES} CROSS JOIN posts ON posts.article = articles.key
                LEFT JOIN captures ON captures.key = posts.capture ORDER BY posts.form""",
            json_text(keys),
        ):
            post = _post(row)
            found.setdefault(post.key, []).append(post)
        return found

    def get(self, key: ArticleKey, form: str) -> ArchivedPost | None:
        """Return what is known of a post by now, None if it is no more."""
        row = self._database.row(
            f"SELECT {_COLUMNS} FROM posts {_BESIDE} WHERE recipe = ? AND id = ? AND posts.form = ?",
            *storable_key(key),
            form,
        )
        return _post(row) if row else None

    def earlier(self, key: ArticleKey, form: str) -> tuple[EarlierContent, ...]:
        """Return the earlier contents of a post, the first of all first."""
        rows = self._database.rows(
            f"""SELECT form, revision, sha256, revisions.saved, {CAPTURE_COLUMNS}
                FROM articles CROSS JOIN revisions ON article = articles.key
                LEFT JOIN captures ON captures.key = capture
                WHERE recipe = ? AND id = ? AND form = ? ORDER BY revision""",
            *storable_key(key),
            form,
        )
        return tuple(
            EarlierContent(form, revision, content, saved, as_capture(*where))
            for _, revision, content, saved, *where in rows
        )

    def is_being_written(self, key: ArticleKey, form: str, content: bytes) -> bool:
        """Return whether a post is about to be that content (SHA-256)."""
        query = """SELECT 1 FROM intents JOIN articles ON key = article
                   WHERE recipe = ? AND id = ? AND form = ? AND sha256 = ?"""
        return self._database.row(query, *storable_key(key), form, content) is not None

    def _chosen(self, order: str, count: int | None, since: int | None, recipe: str, place: str) -> Iterator[Selected]:
        """Yield posts in an order. Their keys are stored first: a crawl that edits posts meanwhile would move them in
        the order, and they are too many for memory."""
        where, values = _conditions(since, recipe, place)
        limit = "" if count is None else f"LIMIT {count:d}"
        # One statement, so that keys and `pending` are of the same moment.
        for page in self._database.pages(
            f"""SELECT posts.article, posts.form, posts.saved, (SELECT min(saved) FROM intents) AS pending
                FROM posts JOIN articles ON articles.key = posts.article WHERE {where} ORDER BY {order} {limit}""",
            *values,
        ):
            # CROSS JOIN: SQLite keeps that order, and goes from the few keys to the posts.
            rows = self._database.rows(
                f"""SELECT posts.article, {_COLUMNS} FROM json_each(?) AS asked
                    CROSS JOIN posts ON posts.article = CAST(asked.value ->> 0 AS BIGINT)
                    AND posts.form = asked.value ->> 1 {_BESIDE}""",
                json_text([row[:2] for row in page]),
            )
            found = {(row[0], post.form): post for row in rows for post in [_post(row[1:])]}
            for article, form, chosen, pending in page:
                if post := found.get((article, form)):
                    yield Selected(post, chosen, pending)


def _post(row: Sequence[Any]) -> ArchivedPost:
    recipe, id_, form, path, content, revision, saved, rules, published, state, first_seen, checked, places, *where = (
        row
    )
    return ArchivedPost(
        ArticleKey(recipe, id_),
        form,
        path,
        content,
        revision,
        saved,
        facts_of(rules),
        datetime.fromisoformat(published),
        state,
        first_seen,
        checked,
        tuple(texts_of(places)),
        as_capture(*where),
    )


def _conditions(since: int | None, recipe: str, place: str) -> tuple[str, list[str | int]]:
    """Return a condition for posts, and its values."""
    conditions, values = ["state <> 'united'"], list[str | int]()
    if since is not None:
        conditions.append("posts.saved >= ?")
        values.append(since)
    if recipe:
        conditions.append("articles.recipe = ?")
        values.append(storable(recipe))
    if place:
        conditions.append("EXISTS (SELECT 1 FROM sightings WHERE sightings.article = articles.key AND place = ?)")
        values.append(storable(place))
    return " AND ".join(conditions), values
