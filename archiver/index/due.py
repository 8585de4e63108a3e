"""Articles that are due: making them due before their time, and counting them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.index.values import json_text, storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.index.database import Database


def recheck(database: Database, places: Sequence[str], since: int, now: int) -> None:
    """Make every article seen in `places` that was saved at or after `since` due now."""
    database.write(
        """UPDATE articles SET due = ? WHERE saved >= ? AND state IN ('saved', 'withdrawn') AND EXISTS
           (SELECT 1 FROM sightings WHERE article = key AND place IN (SELECT one.value FROM json_each(?) AS one))""",
        now,
        since,
        json_text([storable(place) for place in places]),
    )


def retry(database: Database, places: Sequence[str], now: int) -> None:
    """Make every article seen in `places` that gave no post due now, as if it had never failed: also those that were
    given up."""
    database.write(
        """UPDATE articles SET due = ?, tries = 0 WHERE saved IS NULL AND state IN ('failed', 'quarantined') AND EXISTS
           (SELECT 1 FROM sightings WHERE article = key AND place IN (SELECT one.value FROM json_each(?) AS one))""",
        now,
        json_text([storable(place) for place in places]),
    )


def look_again(database: Database, recipe: str, since: int, now: int) -> None:
    """Make the articles of a recipe that were saved at or after `since` due, unless a time is set already."""
    database.write(
        "UPDATE articles SET due = ? WHERE recipe = ? AND saved >= ? AND due IS NULL AND state = 'saved'",
        now,
        recipe,
        since,
    )


def count_due(database: Database, run: int, places: Sequence[str], now: int) -> int:
    """Return how many articles seen in `places` are due, and were not claimed in `run`."""
    ((number,),) = database.rows(
        """SELECT count(*) FROM articles WHERE due IS NOT NULL AND due <= ? AND run <> ? AND EXISTS
           (SELECT 1 FROM sightings WHERE article = key AND place IN (SELECT one.value FROM json_each(?) AS one))""",
        now,
        run,
        json_text([storable(place) for place in places]),
    )
    return int(number)
