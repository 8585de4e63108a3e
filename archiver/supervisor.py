"""Workers of this machine: starting them, passing signals on to them, waiting for them, reading the report of their
run.

Each is a process of its own. It knows the others by the index alone, whether they are on this machine or on another,
and goes on if the process that started it ends. The workers of one command are forked from one process
(`crawl_workers`): importing what a crawl needs takes a second, and so is done once for all of them.
"""

from __future__ import annotations

import asyncio
import pickle
import signal
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from archiver.clock import SECOND, go_by, now, steady
from archiver.configuration import Origin
from archiver.errors import IndexServerError, LockedError, StoreError, SupervisorError
from archiver.index import Index
from archiver.index.leases import ARTICLES, REQUESTS
from archiver.index.lock import command_line
from archiver.interrupts import STOP_SIGNALS, STOPPING_MESSAGE, Interrupts, StoppedError, say
from archiver.run_report import Result, RunReport
from archiver.session import Session
from archiver.session_options import session_options
from archiver.statuses import LOCKED
from archiver.views.alarms import merge_alarms
from archiver.worker_messages import read_messages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archiver.configuration import Configuration

LIMIT_OF_OPTION = {"limit": ARTICLES, "max_requests": REQUESTS}  # of a run, which its workers share
EMPTY_REPORT = RunReport({}, (), (), 0, {})
# Microseconds for which a worker without a run waits for a server or a store that has gone away: as one in a run does.
MAX_AWAY_MICROS = 180 * SECOND
POLL_SECONDS = 1.0  # seconds between two looks whether there is a run


class Supervisor:
    """Workers on this machine. listener: is called with each of their results."""

    def __init__(self, configuration: Configuration, listener: Callable[[Result], None] | None = None) -> None:
        self._configuration = configuration
        self._options = session_options(configuration)
        self._listener = listener
        self._process: subprocess.Popen[bytes] | None = None
        self._woken = threading.Event()
        self._interrupts = Interrupts(self._stop, STOPPING_MESSAGE)

    def crawl(self, workers: int, asked: Mapping[str, Any]) -> RunReport:
        """Have so many workers crawl, and return the report of their run. asked: what all of them together are to
        crawl: arguments of the spider for listings, and `max_requests`. Raises LockedError if anybody else is at work,
        SupervisorError if no worker came to the end of the run, StoppedError if that is due to a signal."""
        limits = [asked[name] for name in LIMIT_OF_OPTION if asked.get(name)]
        count = min(workers, *limits) if limits else workers
        with self._interrupts.taken():
            self._prepare()
            with closing(self._shared()) as index:
                run = self._begin(index, {**asked, "workers": count})
                if not run:
                    raise LockedError(
                        f"{self._configuration.output}: workers are at work here: archiver status shows them"
                    )
                self._work(run, asked, count)
        return self._report(run)

    def serve(
        self,
        asked: Mapping[str, Any],
        every: float,
        *,
        until_idle: bool,
        on_report: Callable[[RunReport], None] | None = None,
    ) -> RunReport:
        """Have a worker in one run after the other, until a signal comes: in a run that others have begun, or, `every`
        seconds after the end of the last run, in a new one. until_idle: in one run only. Return the report of the last
        run; on_report is called with each. Raises LockedError and SupervisorError if `until_idle` is set;
        IndexServerError and StoreError if what was there before stays away."""
        report = EMPTY_REPORT
        with self._interrupts.taken():
            reached = 0  # when the index and the store were reached last
            told = ""  # why they cannot be reached, as it was printed last
            while not self._interrupts.signal:
                found = None
                try:
                    self._prepare()
                    with closing(self._shared()) as index:
                        reached, told = steady(), ""
                        if found := self._find(index, asked, 0 if until_idle else every):
                            run, what = found
                            report, status = self._work(run, what)
                            reached = steady()
                except (IndexServerError, StoreError) as error:
                    if until_idle or not reached or steady() - reached > MAX_AWAY_MICROS:
                        raise
                    if str(error) != told:
                        told = str(error)
                        say(f"archiver: {told}; the worker tries again")
                if found:
                    if on_report:
                        on_report(report)
                    if until_idle:
                        self._refuse_failure(report, status)
                        break
                self._woken.wait(POLL_SECONDS)
        return replace(report, interrupted=self._interrupts.signal)

    def _refuse_failure(self, report: RunReport, status: int) -> None:
        """Raise ArchiverError if a worker ended without a report, and not because nothing was left to do."""
        if report is EMPTY_REPORT and status and not self._interrupts.signal:
            text = f"{self._configuration.output}: the worker came to no end; run it again: nothing is lost"
            raise LockedError(text) if status == LOCKED else SupervisorError(text)

    def _prepare(self) -> None:
        """Make the archive if it is not there, and settle what killed runs left open, unless workers are at work."""
        try:
            session = Session.open(self._configuration.root, self._options)
        except LockedError:
            self._shared().close()  # or somebody has it alone
        else:
            asyncio.run(session.close())

    def _shared(self) -> Index:
        """Open the index shared. It stays open while workers of ours are at work, or about to start: otherwise another
        process could take the archive alone, and treat a run that no worker has joined yet as one that a killed process
        left open."""
        index = Index.share(self._configuration.root, self._options.index)
        go_by(index.clock_ahead())
        return index

    def _find(self, index: Index, asked: Mapping[str, Any], every: float) -> tuple[int, Mapping[str, Any]] | None:
        """Return a run to work in, and what it is to crawl; None if there is none at this time."""
        found = index.workers.open_run()
        if found:
            return found
        if index.workers.last_end() + every * SECOND > now():
            return None
        run = self._begin(index, asked)
        return (run, asked) if run else None

    def _begin(self, index: Index, asked: Mapping[str, Any]) -> int:
        limits = {what: asked[name] for name, what in LIMIT_OF_OPTION.items() if asked.get(name)}
        return index.workers.begin_run(command_line(), now(), asked, limits)

    def _work(self, run: int, share: Mapping[str, Any], count: int = 1) -> tuple[RunReport, int]:
        """Start `count` workers, and wait until all have ended. Return the report that was sent last, and the exit
        status of the first worker that failed, or 0."""
        report = EMPTY_REPORT
        # The new process inherits the blocked signals, and unblocks them when it can pass them on to its workers.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        try:
            self._process = process = self._start(run, share, count)
            if self._interrupts.signal:
                self._stop()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        assert process.stdout
        with process.stdout:
            for said in read_messages(process.stdout):
                if isinstance(said, dict):
                    report = RunReport(**said)
                    continue
                address, outcome, reason = said
                if self._listener:
                    self._listener(Result(address, outcome, None, reason))
        status = process.wait()
        self._process = None
        return report, status

    def _start(self, run: int, share: Mapping[str, Any], count: int) -> subprocess.Popen[bytes]:
        arguments = {**share, "workers": count}
        configuration = self._configuration.override(self._parts(arguments.pop("max_requests", 0), count))
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "archiver.crawl_workers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # a terminal's Ctrl-C goes to this process only, which passes it on
        )
        assert process.stdin
        with process.stdin:
            pickle.dump((count, pickle.dumps((configuration, run, arguments))), process.stdin)
        return process

    def _parts(self, requests: int, count: int) -> dict[str, int]:
        """Return the settings of a worker that differ from those of the run. requests: how many all workers may make;
        0: any number. count: of workers."""
        parts = {"ARCHIVER_MAX_REQUESTS": requests} if requests else {}
        if self._configuration.origin("ARCHIVER_EXTRACTORS") is Origin.DEFAULT:
            parts["ARCHIVER_EXTRACTORS"] = max(1, self._configuration["ARCHIVER_EXTRACTORS"] // count)
        return parts

    def _stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(self._interrupts.signal)
        self._woken.set()

    def _report(self, run: int) -> RunReport:
        with closing(Index.read(self._configuration.root, self._options.index)) as index:
            content = index.workers.report_of(run)
        if content is None and self._interrupts.signal:  # the signal came before any worker had joined the run
            raise StoppedError(self._interrupts.status)
        if content is None:
            raise SupervisorError(
                f"{self._configuration.output}: no worker came to the end of the run; run again: nothing is lost"
            )
        alarms = tuple(merge_alarms(content["alarms"]))
        return RunReport(content["counts"], tuple(content["failures"]), alarms, self._interrupts.signal, content)
