"""The runs of an archive: what each came to, what each listing gave in it, and what the next one must know."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from archiver.index.database import Database


class Validators(NamedTuple):
    """What a source says of the version of an answer (RFC 9110, 8.8); empty where it says nothing."""

    etag: str = ""
    modified: str = ""


class Robots(NamedTuple):
    """A site's robots.txt as it came."""

    status: int
    body: bytes


class Run(NamedTuple):
    """A run: times in seconds since 1970; `ended` is None while it runs, and for ever if it was killed."""

    number: int
    started: int
    ended: int | None
    command: str
    report: dict[str, Any]


class Journal:
    """Notes of runs, for later runs and for `archiver status`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, command: str, now: int) -> int:
        """Note that a run begins, and return its number."""
        return self._database.write("INSERT INTO runs (started, command) VALUES (?, ?)", now, command)

    def end(self, run: int, now: int, report: dict[str, Any]) -> None:
        """Note that a run has ended."""
        text = json.dumps(report, ensure_ascii=False)
        self._database.write("UPDATE runs SET ended = ?, report = ? WHERE run = ?", now, text, run)

    def forget(self, before: int, good: int) -> None:
        """Let go of the runs before that one, but for the last `good` ones that each listing gave without alarm."""
        self._database.write(
            """DELETE FROM yields WHERE run < ?1 AND run NOT IN (SELECT run FROM yields AS kept
               WHERE kept.listing = yields.listing AND kept.good ORDER BY run DESC LIMIT ?2)""",
            before,
            good,
        )
        self._database.write("DELETE FROM runs WHERE run < ?", before)

    def runs(self, limit: int) -> list[Run]:
        """Return the last runs, the latest first."""
        rows = self._database.rows("SELECT * FROM runs ORDER BY run DESC LIMIT ?", limit)
        return [
            Run(row["run"], row["started"], row["ended"], row["command"], json.loads(row["report"])) for row in rows
        ]

    def add_yield(self, listing: str, run: int, now: int, content: dict[str, Any], *, good: bool) -> None:
        """Note what `listing` gave in a run. good: it gave no cause for alarm."""
        text = json.dumps(content, ensure_ascii=False)
        self._database.write("INSERT OR REPLACE INTO yields VALUES (?, ?, ?, ?, ?)", listing, run, now, good, text)

    def yields(self, listing: str, limit: int, *, good: bool = False) -> list[dict[str, Any]]:
        """Return what `listing` gave in its last runs (only the `good` ones), the latest first, each with the `time`
        of the run."""
        which = "AND good" if good else ""
        rows = self._database.rows(
            f"SELECT time, content FROM yields WHERE listing = ? {which} ORDER BY run DESC LIMIT ?", listing, limit
        )
        return [{**json.loads(row["content"]), "time": row["time"]} for row in rows]

    def listings(self) -> list[str]:
        """Return the listings that were ever asked for."""
        # One step of the index for each, however many runs there were.
        return [
            row["listing"]
            for row in self._database.rows(
                """WITH RECURSIVE names(listing) AS (
                       SELECT min(listing) FROM yields
                       UNION ALL SELECT (SELECT min(listing) FROM yields WHERE listing > names.listing)
                       FROM names WHERE names.listing IS NOT NULL)
                   SELECT listing FROM names WHERE listing IS NOT NULL"""
            )
        ]

    def waiting(self, listing: str, now: int) -> dict[str, Any]:
        """Return how many of a listing's articles wait to be asked for again, and when the next is due."""
        row = self._database.row(
            """SELECT count(*) AS count, min(due) AS next FROM articles WHERE due IS NOT NULL AND state <> 'saved'
               AND EXISTS (SELECT 1 FROM sightings WHERE article = key AND place = ?)""",
            listing,
        )
        return {"count": row["count"], "next": row["next"] and max(row["next"], now)} if row else {}

    def states(self) -> dict[str, int]:
        """Return how many articles there are in each state."""
        rows = self._database.rows("SELECT state, count(*) AS count FROM articles GROUP BY state ORDER BY state")
        return {row["state"]: row["count"] for row in rows}

    def validators(self, listing: str, endpoint: int) -> Validators:
        """Return what an endpoint of a listing said of its last answer."""
        row = self._database.row(
            "SELECT etag, modified FROM validators WHERE listing = ? AND endpoint = ?", listing, endpoint
        )
        return Validators(*row) if row else Validators()

    def keep_validators(self, listing: str, endpoint: int, validators: Validators) -> None:
        """Keep what an endpoint of a listing says of its answer."""
        self._database.write("INSERT OR REPLACE INTO validators VALUES (?, ?, ?, ?)", listing, endpoint, *validators)

    def forget_validators(self, listing: str) -> None:
        """Ask for the listing in full the next time."""
        self._database.write("DELETE FROM validators WHERE listing = ?", listing)

    def unfinished(self, listing: str) -> int:
        """Return the page of a listing at which its last reading was cut off; 0 if it came to its end."""
        row = self._database.row("SELECT page FROM unfinished WHERE listing = ?", listing)
        return row["page"] if row else 0

    def note_unfinished(self, listing: str, page: int) -> None:
        """Note that the reading of a listing is about to go on to that page; 0: it has come to its end."""
        if page:
            self._database.write("INSERT OR REPLACE INTO unfinished VALUES (?, ?)", listing, page)
        else:
            self._database.write("DELETE FROM unfinished WHERE listing = ?", listing)

    def hosts(self, now: int) -> dict[str, int]:
        """Return the hosts that are to be left alone, and until when."""
        rows = self._database.rows("SELECT * FROM hosts WHERE resume > ? ORDER BY host", now)
        return {row["host"]: row["resume"] for row in rows}

    def hold(self, host: str, resume: int) -> None:
        """Note that `host` asked to be left alone until then."""
        self._database.write("INSERT OR REPLACE INTO hosts VALUES (?, ?)", host, resume)

    def robots(self, address: str, since: int, now: int) -> Robots | None:
        """Return the robots.txt at `address` if it came between these times."""
        row = self._database.row(
            "SELECT status, body FROM robots WHERE address = ? AND fetched BETWEEN ? AND ?", address, since, now
        )
        return Robots(row["status"], row["body"]) if row else None

    def keep_robots(self, address: str, status: int, body: bytes, now: int) -> None:
        """Keep the robots.txt that came from `address`."""
        self._database.write("INSERT OR REPLACE INTO robots VALUES (?, ?, ?, ?)", address, status, body, now)
