"""Workers: processes that crawl together, of a run that they share.

A worker says every few seconds that it is there (`renew`). Its leases last as long as it does so: a worker that has not
been heard of for MAX_SILENCE_MICROS, or is known to have ended, is taken for dead by any of the others (`take_over`).
From then on nothing that it writes is kept, and its leases are free again. So one renewal serves all of a worker's
leases, and the articles that it has claimed.
"""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.clock import SECOND
from archiver.index.database import LOST_STATE
from archiver.index.leases import ARTICLE, HOST, RECIPE, SITE, Leases
from archiver.index.lock import command_line
from archiver.index.types import Worker
from archiver.index.values import document_text, storable
from archiver.index.write import recover

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from archiver.index.database import Row, Statement
    from archiver.storage import Root

MAX_SILENCE_MICROS = 180 * SECOND  # a server may be away for a minute, and a machine may stand still
_COLUMNS = "worker, run, process, host, command, started, heard, state, doing, articles, requests, results"
_AT_WORK = f"state NOT IN ('left', '{LOST_STATE}')"


class OpenRun(NamedTuple):
    """A run that workers may join. asked: what they are to crawl."""

    run: int
    asked: dict[str, Any]


class Workers(Leases):
    """Notes of workers, and of what each is at. Times are by the clock that all writers share
    (`Database.clock_ahead`)."""

    def begin_run(
        self, command: str, now: int, asked: Mapping[str, Any] | None = None, limits: Mapping[str, int] | None = None
    ) -> int:
        """Note that a run begins which workers may join, and return its number; 0 if such a run is open, or workers of
        an earlier one are still at work. asked: what they are to crawl. limits: how many of each thing all of them
        together may do."""
        return self._database.transact(lambda: self._begin_run(command, now, asked or {}, limits or {}))

    def _begin_run(self, command: str, now: int, asked: Mapping[str, Any], limits: Mapping[str, int]) -> int:
        database = self._database
        # If two processes begin a run at once, the second waits here, and then finds the run of the first.
        database.rows(f"SELECT value FROM origin {database.locking_rows}")
        if self.open_run() or database.rows(f"SELECT 1 FROM workers WHERE {_AT_WORK} LIMIT 1"):
            return 0
        self.limit(limits)
        statement = "INSERT INTO runs (started, command, shared, asked) VALUES (?, ?, 1, ?) RETURNING run"
        return int(database.rows(statement, now, storable(command), document_text(dict(asked)))[0][0])

    def open_run(self) -> OpenRun | None:
        """Return the run that workers may join, None if there is none."""
        row = self._database.row(
            "SELECT run, asked FROM runs WHERE shared = 1 AND ended IS NULL ORDER BY run DESC LIMIT 1"
        )
        return OpenRun(row[0], json.loads(row[1])) if row else None

    def report_of(self, run: int) -> dict[str, Any] | None:
        """Return what a run came to, None if it was not ended."""
        row = self._database.row("SELECT report FROM runs WHERE run = ? AND ended IS NOT NULL", run)
        return dict(json.loads(row[0])) if row else None

    def last_end(self) -> int:
        """Return when the last run of workers ended, 0 if none has."""
        row = self._database.row("SELECT max(ended) FROM runs WHERE shared <> 0")
        return int(row[0] or 0) if row else 0

    def join(self, run: int, now: int) -> int:
        """Become a worker of a run, and return its number; 0 if the run has nothing left to do."""
        self._database.worker = self._database.transact(lambda: self._join(run, now))
        return self._database.worker

    def _join(self, run: int, now: int) -> int:
        # The row is changed, so that this waits for a worker that is finding out whether anything is left to do
        # (`rest`).
        if not self._database.rows("UPDATE runs SET shared = 1 WHERE run = ? AND shared = 1 RETURNING run", run):
            return 0
        rows = self._database.rows(
            """INSERT INTO workers (run, writer, process, host, command, started, heard, state)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, 'busy') RETURNING worker""",
            run,
            self._database.writer,
            os.getpid(),
            socket.gethostname(),
            storable(command_line()),
            now,
        )
        return int(rows[0][0])

    def renew(
        self, now: int, doing: str, articles: int, requests: int, results: Mapping[str, Any] | None = None
    ) -> tuple[int, list[Worker]]:
        """Note that this worker is there, and how far it is. results: None: they are still what it last said. Return by
        how much the clock that all workers go by is ahead of this machine's, and the workers that are at work."""
        renewing = (
            """UPDATE workers SET heard = ?, doing = ?, articles = ?, requests = ?,
               results = coalesce(CAST(? AS TEXT), results) WHERE worker = ?""",
            now,
            storable(doing),
            articles,
            requests,
            None if results is None else document_text(dict(results)),
            self._database.worker,
        )
        ahead, (_, rows) = self._database.compare_clocks([renewing, _asking_workers(_AT_WORK)])
        return ahead, _workers_in(rows)

    def go_idle(self, run: int) -> bool:
        """Note that this worker finds nothing to do, unless it has leases of other things than hosts. Return whether no
        worker of the run finds anything to do: then the run is over."""
        return self._database.transact(lambda: self._go_idle(run))

    def _go_idle(self, run: int) -> bool:
        database = self._database
        # All workers pass here one at a time, so that each sees which others have joined or are busy.
        database.rows("UPDATE runs SET shared = shared WHERE run = ? RETURNING run", run)
        database.write(
            f"""UPDATE workers SET state = 'idle' WHERE worker = ? AND state = 'busy' AND NOT EXISTS
                (SELECT 1 FROM leases WHERE leases.worker = workers.worker AND name NOT LIKE '{HOST} %')""",
            database.worker,
        )
        locked = database.locking_rows
        states = database.rows(f"SELECT state FROM workers WHERE run = ? AND {_AT_WORK} ORDER BY worker {locked}", run)
        if any(state == "busy" for (state,) in states):
            return False
        database.write(f"UPDATE workers SET state = 'over' WHERE run = ? AND {_AT_WORK}", run)
        database.write("UPDATE runs SET shared = 2 WHERE run = ?", run)
        return True

    def leave(self, run: int, results: Mapping[str, Any], now: int) -> bool:
        """Note the results of this worker, and that it does nothing more; its leases are free. The last worker of the
        run does not leave yet, since it must end the run (`end`): then True is returned."""
        return self._database.transact(lambda: self._leave(run, results, now))

    def _leave(self, run: int, results: Mapping[str, Any], now: int) -> bool:
        database = self._database
        database.rows("UPDATE runs SET shared = shared WHERE run = ? RETURNING run", run)
        self._free(database.worker, run, now)
        others_query = f"SELECT 1 FROM workers WHERE run = ? AND {_AT_WORK} AND worker <> ? LIMIT 1"
        is_last = not database.rows(others_query, run, database.worker)
        database.write(
            "UPDATE workers SET state = ?, heard = ?, results = ? WHERE worker = ?",
            "over" if is_last else "left",
            now,
            document_text(dict(results)),
            database.worker,
        )
        if is_last:
            database.write("UPDATE runs SET shared = 2 WHERE run = ?", run)
        return is_last

    def end(self) -> None:
        """Note that this worker has ended its run."""
        self._database.write("UPDATE workers SET state = 'left' WHERE worker = ?", self._database.worker)

    def take_over(self, worker: Worker, output: Root, now: int) -> bool:
        """Take over from a worker that was taken for dead: keep nothing more of what it writes, settle what it was
        writing by what is on disk in `output`, and free its leases. Return False if another worker has done that
        already."""
        writer = self._database.row("SELECT writer FROM workers WHERE worker = ?", worker.number)
        if writer and writer[0]:
            self._database.end_writer(writer[0])
        return self._database.transact(lambda: self._take_over(worker, output, now))

    def _take_over(self, worker: Worker, output: Root, now: int) -> bool:
        ended = self._database.rows(
            f"UPDATE workers SET state = '{LOST_STATE}' WHERE worker = ? AND {_AT_WORK} RETURNING worker", worker.number
        )
        if ended:
            recover(self._database, output, worker.number)
            self._free(worker.number, worker.run, now)
        return bool(ended)

    def _free(self, worker: int, run: int, now: int) -> None:
        """Free the leases of a worker, and the articles that it has claimed and not finished: those of its sites and
        recipes that are still due."""
        database = self._database
        had = database.rows("SELECT name FROM leases WHERE worker = ?", worker)
        for name in sorted(name for (name,) in had):
            kind, _, which = name.partition(" ")
            if kind in (SITE, RECIPE):
                of = "site = ?" if kind == SITE else "site = '' AND recipe = ?"
                database.write(
                    f"UPDATE articles SET run = 0 WHERE {of} AND due IS NOT NULL AND due <= ? AND run = ?",
                    which,
                    now,
                    run,
                )
        database.write(f"DELETE FROM leases WHERE worker = ? AND name LIKE '{ARTICLE} %'", worker)
        self._let_go(worker)

    def _let_go(self, worker: int) -> None:
        """Free the leases of a worker; its hosts may be asked only after the time between two requests, since it may
        have asked them just now."""
        self._database.write(
            f"""UPDATE leases SET worker = 0, wanted = 0, ready = CASE WHEN name LIKE '{HOST} %'
                THEN {self._database.present} + spacing ELSE ready END WHERE worker = ?""",
            worker,
        )

    def of_run(self, run: int) -> list[Worker]:
        """Return all workers of a run, in the order in which they joined it."""
        return self._workers("run = ?", run)

    def at_work(self) -> list[Worker]:
        """Return the workers that have not left, and were not taken for dead."""
        return self._workers(_AT_WORK)

    def lost(self) -> list[Worker]:
        """Return those that others took over from."""
        return self._workers(f"state = '{LOST_STATE}'")

    def are_noted(self) -> bool:
        """Return whether any workers, or a run that they may join, are noted: since they were last forgotten."""
        there = self._database.ask(("SELECT 1 FROM workers LIMIT 1",), ("SELECT 1 FROM runs WHERE shared = 1 LIMIT 1",))
        return any(there)

    def all_left(self) -> bool:
        """Return whether all workers that are noted have ended in order."""
        return self._database.row("SELECT 1 FROM workers WHERE state <> 'left' LIMIT 1") is None

    def forget(self) -> None:
        """Forget all workers; only a process that has the archive alone may do so: no worker is there any more, and
        their unfinished run is not gone on with. When hosts may be asked again is not forgotten: the next run may begin
        soon."""
        self._database.transact(self._forget)

    def _forget(self) -> None:
        database = self._database
        database.write("DELETE FROM workers")
        for (worker,) in database.rows("SELECT DISTINCT worker FROM leases WHERE worker <> 0"):
            self._let_go(worker)
        database.write(f"DELETE FROM leases WHERE name NOT LIKE '{HOST} %' OR ready <= {database.present}")
        self._database.write("UPDATE runs SET shared = 2 WHERE shared = 1")

    def _workers(self, condition: str, *values: Any) -> list[Worker]:
        return _workers_in(self._database.rows(*_asking_workers(condition, *values)))


def _asking_workers(condition: str, *values: Any) -> Statement:
    return (f"SELECT {_COLUMNS} FROM workers WHERE {condition} ORDER BY worker", *values)


def _workers_in(rows: Iterable[Row]) -> list[Worker]:
    return [Worker._make((*row[:-1], json.loads(row[-1]))) for row in rows]
