"""What the archive holds: the posts of each article, and their revisions."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from archiver.index.database import Database


Recheck = tuple[int, int]  # microseconds after an article was saved in which to look again, and between two looks
NEVER: Recheck = (0, 0)
AS_IT_WAS: Recheck = (-1, -1)  # the source was not asked: nothing is due because of it, or no more


class Held(NamedTuple):
    """A post as the index knows it."""

    path: str  # in the output directory
    sha256: bytes
    published: datetime
    saved: int
    capture: int | None  # its key


class Intent(NamedTuple):
    """A post that is to be written, and what is to be known of it when it is."""

    recipe: str
    id: str
    form: str
    path: str
    sha256: bytes
    published: datetime
    words: str | None
    rules: Mapping[str, str]
    place: str  # where the article was asked for
    recheck: Recheck | None = None
    capture: int | None = None  # the key of the one that it is made of


class Holdings:
    """The posts of an archive. A post is intended, written (not here), and then saved."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def post(self, recipe: str, article_id: str, form: str) -> Held | None:
        """Return the post of that form, if the archive holds one."""
        row = self._database.row(
            """SELECT path, sha256, published, posts.saved AS saved, capture FROM posts JOIN articles ON key = article
               WHERE recipe = ? AND id = ? AND form = ?""",
            recipe,
            article_id,
            form,
        )
        if row is None:
            return None
        published = datetime.fromisoformat(row["published"])
        return Held(row["path"], row["sha256"], published, row["saved"], row["capture"])

    def forms(self, recipe: str, article_id: str) -> tuple[str, ...]:
        """Return the forms of the posts that are held of the article, and of those that are wanted."""
        rows = self._database.rows(
            """SELECT form FROM posts JOIN articles ON key = article WHERE recipe = ?1 AND id = ?2
               UNION SELECT form FROM wanted JOIN articles ON key = article WHERE recipe = ?1 AND id = ?2 ORDER BY 1""",
            recipe,
            article_id,
        )
        return tuple(row["form"] for row in rows)

    def known(self, recipe: str, article_id: str) -> dict[str, str]:
        """Return what listings said of the article."""
        row = self._database.row("SELECT known FROM articles WHERE recipe = ? AND id = ?", recipe, article_id)
        return json.loads(row["known"]) if row else {}

    def words(self, recipe: str, article_id: str) -> tuple[bool, str | None]:
        """Return whether the article is held, and what it says by what is held of it, as a digest."""
        row = self._database.row(
            "SELECT saved, text_digest FROM articles WHERE recipe = ? AND id = ?", recipe, article_id
        )
        return (row["saved"] is not None, row["text_digest"]) if row else (False, None)

    def last(self, recipe: str, count: int) -> list[tuple[str, str | None]]:
        """Return the ids of the articles that were saved last, the latest first, and what they say."""
        rows = self._database.rows(
            "SELECT id, text_digest FROM articles WHERE recipe = ? AND saved > 0 ORDER BY saved DESC, key DESC LIMIT ?",
            recipe,
            count,
        )
        return [(row["id"], row["text_digest"]) for row in rows]

    def says(self, words: str) -> list[str]:
        """Return the ids of the articles that say that."""
        return [row["id"] for row in self._database.rows("SELECT id FROM articles WHERE text_digest = ?", words)]

    def intend(self, intent: Intent, now: int) -> None:
        """Note that a post is about to be written. When that is committed, it may be."""
        self._database.write(
            "INSERT OR REPLACE INTO intents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._key(intent, now),
            intent.form,
            intent.path,
            intent.sha256,
            intent.published.isoformat(),
            intent.words,
            json.dumps(intent.rules, ensure_ascii=False),
            now,
            *((None, None) if intent.recheck == AS_IT_WAS else intent.recheck or NEVER),
            intent.capture,
        )

    def listed(self, recipe: str, article_id: str, places: Sequence[str], known: Mapping[str, str], now: int) -> None:
        """Note where an article was seen, and what was said of it there: nothing is due because of it."""
        row = self._article(recipe, article_id)
        if row is None:
            return
        for place in places:
            self._database.write(
                """INSERT INTO sightings VALUES (?, ?, ?, ?)
                   ON CONFLICT DO UPDATE SET last_seen = max(last_seen, excluded.last_seen)""",
                row["key"],
                place,
                now,
                now,
            )
        if known:
            text = json.dumps(dict(known), ensure_ascii=False)
            self._database.write("UPDATE articles SET known = json_patch(?, known) WHERE key = ?", text, row["key"])

    def had(self, recipe: str, article_id: str, form: str, content: bytes) -> int:
        """Return the number of the revision of a post that had that content (SHA-256) before; 0 if none had."""
        row = self._database.row(
            """SELECT max(revision) AS revision FROM revisions JOIN articles ON key = article
               WHERE recipe = ? AND id = ? AND form = ? AND sha256 = ?""",
            recipe,
            article_id,
            form,
            content,
        )
        return (row and row["revision"]) or 0

    def captured(self, recipe: str, article_id: str, form: str, revision: int, capture: int) -> None:
        """Note which capture an earlier content of a post was made of, unless that is known."""
        self._database.write(
            """UPDATE revisions SET capture = ? WHERE form = ? AND revision = ? AND capture IS NULL
               AND article = (SELECT key FROM articles WHERE recipe = ? AND id = ?)""",
            capture,
            form,
            revision,
            recipe,
            article_id,
        )

    def drop(self, intent: Intent) -> None:
        """Note that a post was not written after all."""
        row = self._article(intent.recipe, intent.id)
        if row:
            self._database.write("DELETE FROM intents WHERE article = ? AND form = ?", row["key"], intent.form)

    def saved(self, intent: Intent, now: int) -> None:
        """Note that a post is on disk as intended."""
        row = self._article(intent.recipe, intent.id)
        assert row is not None, "saved before it was intended"
        found = self._database.row("SELECT * FROM intents WHERE article = ? AND form = ?", row["key"], intent.form)
        assert found is not None, "saved before it was intended"
        self._keep(found, now)

    def current(self, intent: Intent, now: int) -> None:
        """Note that the source still has the article, and that what is held of it stays as it is, not as intended."""
        row = self._article(intent.recipe, intent.id)
        self.drop(intent)
        if row:
            self._settle(row["key"], now, intent.recheck or NEVER)

    def _article(self, recipe: str, article_id: str) -> sqlite3.Row | None:
        return self._database.row("SELECT key FROM articles WHERE recipe = ? AND id = ?", recipe, article_id)

    def _key(self, intent: Intent, now: int) -> int:
        """Return the article's key; one that was asked for by its address is new here."""
        row = self._article(intent.recipe, intent.id)
        key: int = row["key"] if row else 0
        if not key:
            key = self._database.write(
                "INSERT INTO articles (recipe, id, state, first_seen, last_seen) VALUES (?, ?, 'listed', ?, ?)",
                intent.recipe,
                intent.id,
                now,
                now,
            )
        if "://" in intent.place:  # not a bare id
            self._database.write(
                """INSERT INTO sightings VALUES (?, ?, ?, ?)
                   ON CONFLICT DO UPDATE SET last_seen = max(last_seen, excluded.last_seen)""",
                key,
                intent.place,
                now,
                now,
            )
        return key

    def _keep(self, intent: sqlite3.Row, now: int) -> None:
        """Make a post of an intent."""
        key, form = intent["article"], intent["form"]
        write = self._database.write
        held = self._database.row("SELECT * FROM posts WHERE article = ? AND form = ?", key, form)
        revision = held["revision"] if held else 1
        if held and held["sha256"] != intent["sha256"]:
            write(
                """INSERT OR REPLACE INTO revisions (article, form, revision, sha256, saved, capture)
                   VALUES (?, ?, ?, ?, ?, ?)""",
                key,
                form,
                revision,
                held["sha256"],
                held["saved"],
                held["capture"],
            )
            revision += 1
        if held is None or (held["sha256"], held["path"]) != (intent["sha256"], intent["path"]):
            write(
                """INSERT OR REPLACE INTO posts (article, form, path, sha256, revision, saved, rules, capture)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                key,
                form,
                intent["path"],
                intent["sha256"],
                revision,
                now,
                intent["rules"],
                intent["capture"],
            )
        elif held["capture"] is None and intent["capture"] is not None:
            write("UPDATE posts SET capture = ? WHERE article = ? AND form = ?", intent["capture"], key, form)
        write("DELETE FROM intents WHERE article = ? AND form = ?", key, form)
        write("DELETE FROM wanted WHERE article = ? AND form = ?", key, form)
        write(
            "UPDATE articles SET saved = coalesce(saved, ?), published = ?, text_digest = ? WHERE key = ?",
            now,
            intent["published"],
            intent["text_digest"],
            key,
        )
        if intent["every"] is not None:
            self._settle(key, now, (intent["within"], intent["every"]))
        else:
            write(
                """UPDATE articles SET due = CASE WHEN state IN ('saved', 'withdrawn') THEN due END,
                   state = CASE state WHEN 'withdrawn' THEN state ELSE 'saved' END, reason = '', tries = 0,
                   checked = max(coalesce(checked, 0), ?) WHERE key = ?""",
                now,
                key,
            )

    def _settle(self, key: int, now: int, recheck: Recheck) -> None:
        """Note that an article is as it should be: it is asked for again when another form is wanted, or for a
        re-check."""
        within, every = recheck
        self._database.write(
            """UPDATE articles SET state = 'saved', reason = '', tries = 0, checked = ?1,
               due = CASE WHEN EXISTS (SELECT 1 FROM wanted WHERE article = key) THEN due
                          WHEN ?2 > 0 AND ?1 + ?2 <= saved + ?3 THEN ?1 + ?2 END
               WHERE key = ?4 AND saved IS NOT NULL""",
            now,
            every,
            within,
            key,
        )
