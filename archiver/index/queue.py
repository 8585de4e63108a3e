"""What is new: articles as listings name them in, what is due to be asked for out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from archiver.index.database import Database

MINUTE, HOUR, DAY = 60_000_000, 3600_000_000, 86400_000_000
# Until a failed article is asked for again; after the last of them it is given up.
RETRIES = (10 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY)
RETURNS = 6 * HOUR  # between two looks at a withdrawn article that is listed
# A time further off than any that is ever set was set when the clock was ahead.
TOO_FAR = RETRIES[-1] + 32 * DAY


class Sighting(NamedTuple):
    """An article as a listing has it: its id, and the fields that are not empty there."""

    id: str
    known: Mapping[str, str]


class Due(NamedTuple):
    """An article that is to be asked for: the forms of post wanted of it, what is known, where it was seen."""

    recipe: str
    id: str
    forms: tuple[str, ...]
    known: Mapping[str, str]
    places: tuple[str, ...]
    saved: bool  # there is a post of it
    another_form: bool  # and another form of it is wanted


class Queue:
    """The articles of an archive by what is to be done about them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def see(
        self, recipe: str, place: str, form: str, sightings: Iterable[Sighting], now: int, *, every_form: bool
    ) -> list[bool]:
        """Note that `place` lists articles, and return for each whether it was unknown.

        Those of which there is no post of the form are due from now on; with `every_form` off, only those of which
        there is no post at all.
        """
        return [self._see(recipe, place, form, sighting, now, every_form) for sighting in sightings]

    def claim(self, run: int, places: Sequence[str], now: int, limit: int) -> list[Due]:
        """Return up to `limit` articles seen in `places` that are due and were not claimed in `run` before: new ones
        first, in their listings' order."""
        if not limit:
            return []
        marks = ", ".join("?" * len(places))
        rows = self._database.rows(
            f"""SELECT * FROM articles WHERE (due <= ? OR due > ?) AND run <> ? AND EXISTS
                (SELECT 1 FROM sightings WHERE article = key AND place IN ({marks}))
                ORDER BY saved IS NOT NULL, key LIMIT ?""",
            now,
            now + TOO_FAR,
            run,
            *places,
            limit,
        )
        self._database.write_all("UPDATE articles SET run = ? WHERE key = ?", ((run, row["key"]) for row in rows))
        return [self._due(row) for row in rows]

    def recheck(self, places: Sequence[str], since: int, now: int) -> None:
        """Make every article seen in `places` that was saved at or after `since` due now."""
        marks = ", ".join("?" * len(places))
        self._database.write(
            f"""UPDATE articles SET due = ? WHERE saved >= ? AND state IN ('saved', 'withdrawn') AND EXISTS
                (SELECT 1 FROM sightings WHERE article = key AND place IN ({marks}))""",
            now,
            since,
            *places,
        )

    def has_saved(self, recipe: str) -> bool:
        """Return whether there is a post of any article of the recipe."""
        return self._database.row("SELECT 1 FROM articles WHERE recipe = ? AND saved > 0", recipe) is not None

    def look_again(self, recipe: str, since: int, now: int) -> None:
        """Make the articles of a recipe that were saved at or after `since` due, unless a time is set already."""
        self._database.write(
            "UPDATE articles SET due = ? WHERE recipe = ? AND saved >= ? AND due IS NULL AND state = 'saved'",
            now,
            recipe,
            since,
        )

    def failed(self, recipe: str, article_id: str, reason: str, now: int, state: str = "failed") -> None:
        """Note that the source did not give the article, and when to ask again. One with a post keeps its state."""
        row = self._article(recipe, article_id)
        if row is None:
            return
        tries = row["tries"] + 1
        due = now + RETRIES[tries - 1] if tries <= len(RETRIES) else None
        self._database.write(
            "UPDATE articles SET state = ?, reason = ?, tries = ?, due = ? WHERE key = ?",
            row["state"] if row["saved"] else state,
            reason,
            tries,
            due,
            row["key"],
        )

    def withdrawn(self, recipe: str, article_id: str, reason: str, now: int) -> None:
        """Note that the source has taken the article back. What is saved of it stays."""
        self._database.write(
            """UPDATE articles SET state = 'withdrawn', reason = ?, tries = 0, due = NULL, checked = ?
               WHERE recipe = ? AND id = ?""",
            reason,
            now,
            recipe,
            article_id,
        )

    def _article(self, recipe: str, article_id: str) -> sqlite3.Row | None:
        return self._database.row("SELECT * FROM articles WHERE recipe = ? AND id = ?", recipe, article_id)

    def _see(self, recipe: str, place: str, form: str, sighting: Sighting, now: int, every_form: bool) -> bool:
        row = self._article(recipe, sighting.id)
        write = self._database.write
        if row is None:
            key = write(
                """INSERT INTO articles (recipe, id, state, due, first_seen, last_seen, known)
                   VALUES (?, ?, 'listed', ?, ?, ?, ?)""",
                recipe,
                sighting.id,
                now,
                now,
                now,
                json.dumps(dict(sighting.known), ensure_ascii=False),
            )
            write("INSERT INTO wanted VALUES (?, ?)", key, form)
        else:
            key = row["key"]
            known = json.loads(row["known"])
            more = {**sighting.known, **known}  # what was known first stays: posts were made of it
            write(
                "UPDATE articles SET last_seen = max(last_seen, ?), known = ? WHERE key = ?",
                now,
                row["known"] if more == known else json.dumps(more, ensure_ascii=False),
                key,
            )
            self._want(row, form, now, every_form)
            # One that was withdrawn is listed again: it may be back.
            if row["state"] == "withdrawn" and (row["checked"] or 0) <= now - RETURNS:
                write("UPDATE articles SET due = ? WHERE key = ?", now, key)
        write(
            """INSERT INTO sightings VALUES (?, ?, ?, ?)
               ON CONFLICT DO UPDATE SET last_seen = max(last_seen, excluded.last_seen)""",
            key,
            place,
            now,
            now,
        )
        return row is None

    def _want(self, row: sqlite3.Row, form: str, now: int, every_form: bool) -> None:
        """Note that a post of `form` is wanted too, unless there is one."""
        forms = [
            found["form"]
            for found in self._database.rows(
                "SELECT form FROM posts WHERE article = ?1 UNION SELECT form FROM wanted WHERE article = ?1", row["key"]
            )
        ]
        if form not in forms and (every_form or not forms):
            self._database.write("INSERT INTO wanted VALUES (?, ?)", row["key"], form)
            if row["state"] == "saved":
                self._database.write("UPDATE articles SET due = ? WHERE key = ?", now, row["key"])

    def _due(self, row: sqlite3.Row) -> Due:
        forms = self._database.rows("SELECT form FROM wanted WHERE article = ? ORDER BY form", row["key"])
        wanted = bool(forms)
        if not wanted:  # a re-check: of every post that there is
            forms = self._database.rows("SELECT form FROM posts WHERE article = ? ORDER BY form", row["key"])
        places = self._database.rows("SELECT place FROM sightings WHERE article = ?", row["key"])
        return Due(
            row["recipe"],
            row["id"],
            tuple(found["form"] for found in forms),
            json.loads(row["known"]),
            tuple(found["place"] for found in places),
            row["saved"] is not None,
            wanted and row["saved"] is not None,
        )
