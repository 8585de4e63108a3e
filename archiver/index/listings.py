"""What listings gave in earlier runs, and what the next reading of each must know."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from archiver.index.types import ListingRun, Validators, Waiting
from archiver.index.values import can_be_key, document_text, storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archiver.index.database import Database, Row, Statement


class Listings:
    """Notes of listings, for later runs and for `archiver status`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_stats(self, listing: str, run: int, stats: dict[str, Any], now: int, *, good: bool) -> None:
        """Note what `listing` gave in a run. good: it gave no cause for alarm."""
        if not can_be_key(listing):
            return
        self._database.write(
            """INSERT INTO listing_stats (listing, run, time, good, content) VALUES (?, ?, ?, ?, ?)
               ON CONFLICT (listing, run)
               DO UPDATE SET time = excluded.time, good = excluded.good, content = excluded.content""",
            storable(listing),
            run,
            now,
            int(good),
            document_text(stats),
        )

    def stats(self, listing: str, limit: int, *, good: bool = False) -> list[ListingRun]:
        """Return what `listing` gave in its last runs (only the `good` ones), the latest first."""
        return _runs_in(self._database.rows(*_asking_stats(listing, limit, good=good)))

    def histories(
        self, listings: Sequence[str], limit: int
    ) -> tuple[dict[str, list[ListingRun]], dict[str, list[ListingRun]]]:
        """Return for each listing what it gave in its last run, and in its last `limit` good ones, the latest first."""
        last = [_asking_stats(one, 1, good=False) for one in listings]
        good = [_asking_stats(one, limit, good=True) for one in listings]
        found = [_runs_in(rows) for rows in self._database.ask(*last, *good)]
        return dict(zip(listings, found, strict=False)), dict(zip(listings, found[len(listings) :], strict=True))

    def names(self) -> list[str]:
        """Return the listings that were ever asked for."""
        # One step in the database's index for each listing, however many runs there were.
        return [
            name
            for (name,) in self._database.rows(
                """WITH RECURSIVE names(listing) AS (
                       SELECT min(listing) FROM listing_stats
                       UNION ALL SELECT (SELECT min(listing) FROM listing_stats WHERE listing > names.listing)
                       FROM names WHERE names.listing IS NOT NULL)
                   SELECT listing FROM names WHERE listing IS NOT NULL"""
            )
        ]

    def waiting(self, listing: str, now: int) -> Waiting:
        """Return how many of a listing's articles wait to be asked for again, and when the next is due."""
        row = self._database.row(
            """SELECT count(*), min(due) FROM articles WHERE due IS NOT NULL AND state <> 'saved'
               AND EXISTS (SELECT 1 FROM sightings WHERE article = key AND place = ?)""",
            storable(listing),
        )
        count, due = row or (0, None)
        return Waiting(count, None if due is None else max(due, now))

    def validators(self, listing: str, endpoint: int) -> Validators:
        """Return the validators (ETag, Last-Modified) of the last answer of a listing's endpoint."""
        row = self._database.row(
            "SELECT etag, modified FROM validators WHERE listing = ? AND endpoint = ?", storable(listing), endpoint
        )
        return Validators(*row) if row else Validators()

    def keep_validators(self, listing: str, endpoint: int, validators: Validators) -> None:
        """Keep the validators of the last answer of a listing's endpoint."""
        if not can_be_key(listing):
            return
        self._database.write(
            """INSERT INTO validators (listing, endpoint, etag, modified) VALUES (?, ?, ?, ?)
               ON CONFLICT (listing, endpoint) DO UPDATE SET etag = excluded.etag, modified = excluded.modified""",
            storable(listing),
            endpoint,
            *map(storable, validators),
        )

    def postpone(self, listing: str, until: int, says: str) -> None:
        """Note that a listing need not be asked for until then (0: it may be at any time). says: what it says about
        when it changes, as JSON."""
        if not can_be_key(listing):
            return
        self._database.write(
            """INSERT INTO resting (listing, until, says) VALUES (?, ?, ?)
               ON CONFLICT (listing) DO UPDATE SET until = excluded.until, says = excluded.says""",
            storable(listing),
            until,
            says,
        )

    def postponed(self, now: int) -> dict[str, int]:
        """Return the listings that need not be asked for yet, and until when."""
        return dict(self._database.rows("SELECT listing, until FROM resting WHERE until > ?", now))

    def schedule_of(self, listing: str) -> str:
        """Return what a listing said about when it changes, as JSON; empty if it was never read."""
        row = self._database.row("SELECT says FROM resting WHERE listing = ?", storable(listing))
        return str(row[0]) if row else ""

    def forget_validators(self, listing: str) -> None:
        """Ask for the listing in full the next time."""
        self._database.write("DELETE FROM validators WHERE listing = ?", storable(listing))

    def unfinished(self, listing: str) -> int:
        """Return the page of a listing at which its last reading was cut off; 0 if it came to its end."""
        row = self._database.row("SELECT page FROM unfinished WHERE listing = ?", storable(listing))
        return row[0] if row else 0

    def note_unfinished(self, listing: str, page: int) -> None:
        """Note that the reading of a listing is about to go on to that page; 0: it has come to its end."""
        if page and can_be_key(listing):
            self._database.write(
                "INSERT INTO unfinished VALUES (?, ?) ON CONFLICT (listing) DO UPDATE SET page = excluded.page",
                storable(listing),
                page,
            )
        else:
            self._database.write("DELETE FROM unfinished WHERE listing = ?", storable(listing))


def _asking_stats(listing: str, limit: int, *, good: bool) -> Statement:
    which = "AND good <> 0" if good else ""
    sql = f"SELECT run, time, good, content FROM listing_stats WHERE listing = ? {which} ORDER BY run DESC LIMIT ?"
    return sql, storable(listing), limit


def _runs_in(rows: Iterable[Row]) -> list[ListingRun]:
    return [ListingRun(run, time, bool(good), json.loads(content)) for run, time, good, content in rows]
