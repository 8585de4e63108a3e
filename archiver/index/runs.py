"""The runs of an archive, and what each came to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from archiver.index.types import Run
from archiver.index.values import document_text, storable

if TYPE_CHECKING:
    from archiver.index.database import Database


class Runs:
    """Notes of runs, for later runs and for `archiver status`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, command: str, now: int) -> int:
        """Note that a run begins, and return its number."""
        statement = "INSERT INTO runs (started, command) VALUES (?, ?) RETURNING run"
        return self._database.transact(lambda: int(self._database.rows(statement, now, storable(command))[0][0]))

    def end(self, run: int, report: dict[str, Any], now: int) -> None:
        """Note that a run has ended."""
        text = document_text(report)
        self._database.write("UPDATE runs SET ended = ?, report = ? WHERE run = ?", now, text, run)

    def latest(self, limit: int) -> list[Run]:
        """Return the last runs, the latest first."""
        rows = self._database.rows(
            "SELECT run, started, ended, command, report FROM runs ORDER BY run DESC LIMIT ?", limit
        )
        return [
            Run(number, started, ended, command, json.loads(report)) for number, started, ended, command, report in rows
        ]

    def has(self, run: int, started: int) -> bool:
        """Return whether the run `run` is known and began at `started`. A run that is not known counts too if later
        ones are: it was forgotten since."""
        rows = self._database.rows("SELECT run, started FROM runs WHERE run >= ? ORDER BY run LIMIT 1", run)
        return bool(rows) and (rows[0][0] > run or rows[0][1] == started)

    def forget(self, before: int, good: int) -> None:
        """Delete the runs before the run `before`, and what listings gave in them, except the last `good` results
        without alarm of each listing."""
        self._database.transact(lambda: self._forget(before, good))

    def _forget(self, before: int, good: int) -> None:
        self._database.write(
            """DELETE FROM listing_stats WHERE run < ?1 AND run NOT IN (SELECT run FROM listing_stats AS kept
               WHERE kept.listing = listing_stats.listing AND kept.good <> 0 ORDER BY run DESC LIMIT ?2)""",
            before,
            good,
        )
        self._database.write("DELETE FROM runs WHERE run < ?", before)
