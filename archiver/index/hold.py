"""Edits that are held back until all other articles of a run have been looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.index.types import ArticleKey, HeldBack
from archiver.index.values import (
    CAPTURE_COLUMNS,
    CAPTURE_KEY,
    as_capture,
    place_of,
    put_captures,
    storable,
    storable_key,
)
from archiver.index.write import know

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.index.database import Database


def hold(database: Database, edits: Sequence[HeldBack], now: int) -> None:
    """Hold edits back; each replaces an earlier one of the same article and form. Their articles stay due until the
    edits are finished, so an edit that is lost is asked for again."""
    know(database, ((one.key, now) for one in edits))
    put_captures(database, (one.capture for one in edits))
    database.write_all(
        # An edit that is held back again moves to the end of the order.
        """DELETE FROM held_back WHERE form = ?
           AND article IN (SELECT key FROM articles WHERE recipe = ? AND id = ?)""",
        [(storable(one.form), *storable_key(one.key)) for one in edits],
    )
    database.write_all(
        f"""INSERT INTO held_back (article, form, run, text_digest, made, capture)
            SELECT articles.key, ?, ?, ?, ?, {CAPTURE_KEY} FROM articles WHERE recipe = ? AND id = ?""",
        [
            (storable(one.form), one.run, one.text_digest, one.made, *place_of(one.capture), *storable_key(one.key))
            for one in edits
        ],
    )
    database.write_all(
        "UPDATE articles SET due = least(coalesce(due, ?3), ?3) WHERE recipe = ?1 AND id = ?2",
        [(*storable_key(one.key), now) for one in edits],
    )


def held_back(database: Database, run: int | None) -> list[HeldBack]:
    """Return the edits that are held back, of a run or (None) of all, in the order in which they came."""
    rows = database.rows(
        f"""SELECT recipe, id, form, held_back.run, held_back.text_digest, made, {CAPTURE_COLUMNS}
            FROM held_back JOIN articles ON articles.key = article LEFT JOIN captures ON captures.key = capture
            WHERE CAST(?1 AS BIGINT) IS NULL OR held_back.run = ?1 ORDER BY position""",
        run,
    )
    return [
        HeldBack(ArticleKey(recipe, id_), form, of_run, text_digest, made, as_capture(*where))
        for recipe, id_, form, of_run, text_digest, made, *where in rows
    ]
