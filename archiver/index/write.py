"""Posts that are written: what is about to be, and what became of it."""

from __future__ import annotations

from dataclasses import astuple
from hashlib import sha256
from typing import TYPE_CHECKING

from archiver.index.aliases import absorb, put_aliases, take_over
from archiver.index.near_duplicates import SIGNATURES_OF_KEYS, note_signatures, signatures_in
from archiver.index.pictures import ANY_PICTURE
from archiver.index.see import PUT_SIGHTING
from archiver.index.types import ArticleKey, Finished, Recheck
from archiver.index.values import (
    ASKED_ARTICLES,
    CAPTURE_KEY,
    asking_numbers,
    can_be_key,
    facts_text,
    numbers_in,
    place_of,
    put_captures,
    storable,
    storable_key,
)
from archiver.minhash import Signature
from archiver.storage.regular import read_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archiver.index.database import Database, Row
    from archiver.index.types import Intent
    from archiver.storage import Root

NO_SIGNATURE = Signature("", b"")
_OF_POST = "article = ?1 AND form = ?2"
# Note the present content of a post as an earlier one, before it is replaced. A number of a revision can only be taken
# already if the index was lost once.
_KEEP_EARLIER = f"""
    INSERT INTO revisions (article, form, revision, sha256, saved, capture)
    SELECT article, form, revision, posts.sha256, posts.saved, posts.capture
    FROM posts JOIN intents USING (article, form) WHERE {_OF_POST} AND posts.sha256 <> intents.sha256
    ON CONFLICT (article, form, revision) DO UPDATE SET sha256 = excluded.sha256, saved = excluded.saved,
    capture = excluded.capture, listed = 0"""
# Another post's row with the same path is deleted.
_FREE_PATH = f"""
    DELETE FROM posts WHERE path = (SELECT path FROM intents WHERE {_OF_POST}) AND NOT ({_OF_POST})"""
# A post with the same path and content keeps its row.
_PUT_POST = f"""
    INSERT INTO posts (article, form, path, sha256, revision, saved, rules, capture)
    SELECT article, form, intents.path, intents.sha256,
           CASE WHEN posts.sha256 = intents.sha256 THEN posts.revision ELSE coalesce(posts.revision, 0) + 1 END,
           intents.saved, intents.rules, intents.capture
    FROM intents LEFT JOIN posts USING (article, form) WHERE {_OF_POST}
    AND (posts.path IS NULL OR posts.sha256 <> intents.sha256 OR posts.path <> intents.path)
    ON CONFLICT (article, form) DO UPDATE SET path = excluded.path, sha256 = excluded.sha256,
    revision = excluded.revision, saved = excluded.saved, rules = excluded.rules, capture = excluded.capture,
    listed = 0"""
_PUT_CAPTURE = f"""
    UPDATE posts SET capture = (SELECT capture FROM intents WHERE {_OF_POST}) WHERE {_OF_POST} AND capture IS NULL"""
_PUT_FACTS = f"""
    UPDATE articles SET saved = coalesce(articles.saved, intents.saved), published = intents.published,
    text_digest = intents.text_digest FROM intents WHERE key = article AND {_OF_POST}"""
# Of a post that a capture gave, without asking the source: no time is set at which the article is due.
_SETTLE_BY_CAPTURE = f"""
    UPDATE articles SET state = CASE state WHEN 'withdrawn' THEN state ELSE 'saved' END, reason = '', tries = 0,
    due = CASE WHEN state IN ('saved', 'withdrawn')
               OR EXISTS (SELECT 1 FROM wanted WHERE article = key AND form <> ?2) THEN due END,
    checked = greatest(coalesce(checked, 0),
                  coalesce((SELECT time FROM captures WHERE captures.key = intents.capture), intents.saved))
    FROM intents WHERE articles.key = article AND {_OF_POST}"""
# Of a post that an answer gave. The article stays due if another form is wanted or an edit of it is held back; else it
# is due for its next re-check, while it is young enough for one.
_SETTLE = """
    UPDATE articles SET state = 'saved', reason = '', tries = 0, checked = ?2,
    due = CASE WHEN EXISTS (SELECT 1 FROM wanted WHERE article = key)
               OR EXISTS (SELECT 1 FROM held_back WHERE article = key) THEN due
               WHEN ?4 > 0 AND ?2 + ?4 <= saved + ?3 THEN ?2 + ?4 END
    WHERE key = ?1 AND saved IS NOT NULL"""


_INTENDED_SIGNATURES = f"""
    SELECT article, form, scheme, signature FROM {ASKED_ARTICLES} CROSS JOIN intents ON article = articles.key"""


def begin(database: Database, intents: Sequence[Intent], now: int) -> None:
    """Note posts that are about to be written; an article that is not known becomes known."""
    know(database, ((one.key, min(one.saved, now)) for one in intents))
    put_captures(database, (one.capture for one in intents))
    database.write_all(
        f"""INSERT INTO intents (article, form, path, sha256, published, text_digest, rules, saved, within, every,
                                 scheme, signature, worker, capture)
            SELECT articles.key, ?, ?, ?, ?, ?, ?, ?, CAST(? AS BIGINT), CAST(? AS BIGINT), ?, ?, CAST(? AS BIGINT),
                   {CAPTURE_KEY}
            FROM articles WHERE recipe = ? AND id = ?
            ON CONFLICT (article, form) DO UPDATE SET path = excluded.path, sha256 = excluded.sha256,
            published = excluded.published, text_digest = excluded.text_digest, rules = excluded.rules,
            saved = excluded.saved, within = excluded.within, every = excluded.every,
            scheme = excluded.scheme, signature = excluded.signature, worker = excluded.worker,
            capture = excluded.capture""",
        [
            (
                storable(one.form),
                storable(one.path),
                one.sha256,
                one.published.isoformat(),
                one.text_digest,
                facts_text(one.rules),
                one.saved,
                *(one.recheck or (None, None)),
                *astuple(one.signature or NO_SIGNATURE),
                database.worker,
                *place_of(one.capture),
                *storable_key(one.key),
            )
            for one in intents
        ],
    )


def know(database: Database, keys: Iterable[tuple[ArticleKey, int]]) -> None:
    """Note articles, each with a time at which it was seen; those that are known stay as they are."""
    database.write_all(
        """INSERT INTO articles (recipe, id, state, first_seen, last_seen) VALUES (?1, ?2, 'listed', ?3, ?3)
           ON CONFLICT DO NOTHING""",
        sorted((*storable_key(key), seen) for key, seen in keys if can_be_key(*key)),
    )


def finish(database: Database, finished: Sequence[Finished], now: int) -> bool:
    """Note what became of articles. Unknown articles are passed over; what is finished already stays as it is. Return
    whether the archive has any pictures."""
    keys = [one.key for one in finished]
    asking = asking_numbers(keys)
    found, signatures, noted, pictures = database.ask(
        asking, *((query, asking[1]) for query in (_INTENDED_SIGNATURES, SIGNATURES_OF_KEYS)), ANY_PICTURE
    )
    numbers = numbers_in(keys, found)
    known = [(numbers[one.key], storable(one.form), one) for one in finished if one.key in numbers]
    written = [(number, form) for number, form, one in known if one.outcome == "saved"]
    database.write_all(_KEEP_EARLIER, written)
    for post in written:
        database.write(_FREE_PATH, *post)
        database.write(_PUT_POST, *post)
    for statement in (_PUT_CAPTURE, _PUT_FACTS):
        database.write_all(statement, written)
    note_signatures(database, _of_written(written, signatures), signatures_in(noted))
    database.write_all(
        _SETTLE_BY_CAPTURE,
        [(number, form) for number, form, one in known if one.outcome == "saved" and one.checked is None],
    )
    for table in ("intents", "held_back"):
        database.write_all(f"DELETE FROM {table} WHERE {_OF_POST}", [(number, form) for number, form, _ in known])
    database.write_all(f"DELETE FROM wanted WHERE {_OF_POST}", written)
    database.write_all(
        _SETTLE,
        [
            (number, one.checked, *(one.recheck or (None, None)))
            for number, _, one in known
            if one.outcome != "dropped" and one.checked is not None
        ],
    )
    _put_places(database, finished)
    _put_answers(database, known, now)
    _put_known_captures(database, known)
    put_aliases(database, known)
    absorb(database, ((number, one.united) for number, _, one in known if one.united))
    take_over(database, [one for one in known if one[2].outcome != "dropped"])
    return bool(pictures)


def _of_written(written: Sequence[tuple[int, str]], signatures: Sequence[Row]) -> dict[int, Signature | None]:
    """Return the signatures of the posts that were written, out of the signatures of all intents."""
    intended = {(number, form): (scheme, content) for number, form, scheme, content in signatures}
    return {post[0]: Signature(*intended[post]) if intended[post][0] else None for post in written if post in intended}


def _put_places(database: Database, finished: Sequence[Finished]) -> None:
    """Note where articles were seen."""
    seen = [(storable_key(one.key), one) for one in finished if one.places and can_be_key(*one.key)]
    database.write_all(
        """UPDATE articles SET first_seen = least(first_seen, ?3), last_seen = greatest(last_seen, ?3)
           WHERE recipe = ?1 AND id = ?2""",
        [(*key, one.seen) for key, one in seen],
    )
    database.write_all(
        PUT_SIGHTING,
        [(*key, storable(place), one.seen) for key, one in seen for place in one.places if can_be_key(place)],
    )


def _put_answers(database: Database, known: Iterable[tuple[int, str, Finished]], now: int) -> None:
    """Keep the latest answer of each article, in whatever order answers come."""
    answers = [(number, one.answer) for number, _, one in known if one.answer]
    put_captures(database, (answer.capture for _, answer in answers))
    database.write_all(
        f"""INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, {CAPTURE_KEY})
            ON CONFLICT (article) DO UPDATE SET page = excluded.page, url = excluded.url, etag = excluded.etag,
            modified = excluded.modified, fetched = excluded.fetched, capture = excluded.capture
            -- One that is later than now was kept when the clock was ahead.
            WHERE excluded.fetched >= answers.fetched OR answers.fetched > ?""",
        [
            (
                number,
                storable(answer.page),
                storable(answer.url),
                storable(answer.etag),
                storable(answer.modified),
                answer.fetched,
                *place_of(answer.capture),
                now,
            )
            for number, answer in answers
        ],
    )


def _put_known_captures(database: Database, known: Iterable[tuple[int, str, Finished]]) -> None:
    """Note which captures posts and earlier contents were made of, where that was not known."""
    found = [(number, form, one) for number, form, one in known if one.outcome == "checked" and one.capture]
    put_captures(database, (one.capture for _, _, one in found))
    database.write_all(
        f"UPDATE posts SET capture = {CAPTURE_KEY} WHERE article = ? AND form = ? AND capture IS NULL",
        [(*place_of(one.capture), number, form) for number, form, one in found if not one.revision],
    )
    database.write_all(
        f"""UPDATE revisions SET capture = {CAPTURE_KEY}
            WHERE article = ? AND form = ? AND revision = ? AND capture IS NULL""",
        [(*place_of(one.capture), number, form, one.revision) for number, form, one in found if one.revision],
    )


def recover(database: Database, output: Root, worker: int | None = None) -> int:
    """Settle the intents that a killed run left open, by what is on disk in `output`; return how many there were.
    worker: only the intents of this worker; None: all."""
    rows = database.rows(
        """SELECT recipe, id, form, path, intents.sha256, intents.saved, within, every
           FROM intents JOIN articles ON key = article WHERE CAST(?1 AS BIGINT) IS NULL OR intents.worker = ?1""",
        worker,
    )
    finished = []
    for recipe, id_, form, path, content, saved, within, every in rows:
        try:
            is_written = sha256(read_in(output, path)).digest() == content
        except OSError:
            is_written = False
        recheck = None if every is None else Recheck(within, every)
        finished.append(
            Finished(
                ArticleKey(recipe, id_), form, "saved" if is_written else "dropped", saved if recheck else None, recheck
            )
        )
    finish(database, finished, 0)  # the time is for answers, and there are none
    return len(rows)
