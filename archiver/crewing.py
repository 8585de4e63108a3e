"""Workers of this machine: they are begun, told of signals, and waited for; what their run came to is read in the end.

Each is a process of its own (`crew_process`), and knows the others by the index alone: those of other machines are no
different, and it does without whoever has begun it.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from archiver.clock import SECOND, go_by, now
from archiver.errors import CrewError, LockedError
from archiver.index import Index
from archiver.index.leases import ARTICLES, REQUESTS
from archiver.index.lock import command_line
from archiver.interrupts import STOPPING, Interrupts
from archiver.run_report import Result, RunReport
from archiver.session import Session
from archiver.session_options import session_options
from archiver.statuses import LOCKED
from archiver.views.alarms import merge_alarms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archiver.configuration import Configuration

LIMITS = {"limit": ARTICLES, "max_requests": REQUESTS}  # of a run, which its workers share
NOTHING = RunReport({}, (), (), 0, {})
BETWEEN = 1.0  # seconds until it is looked again whether there is a run


class Crew:
    """Workers on this machine. listener: is told of each result of theirs."""

    def __init__(self, configuration: Configuration, listener: Callable[[Result], None] | None = None) -> None:
        self._configuration = configuration
        self._options = session_options(configuration)
        self._listener = listener
        self._processes: list[subprocess.Popen[bytes]] = []
        self._woken = threading.Event()
        self._interrupts = Interrupts(self._stop, STOPPING)

    def crawl(self, workers: int, asked: Mapping[str, Any]) -> RunReport:
        """Have so many workers crawl, and return what their run came to. asked: of them all, arguments of the spider
        for listings, and `max_requests`. Raises LockedError if anybody else is at work, CrewError if none of them came
        to the end of the run."""
        limits = [asked[name] for name in LIMITS if asked.get(name)]
        count = min(workers, *limits) if limits else workers
        with self._interrupts.taken():
            self._prepare()
            with closing(self._shared()) as index:
                run = self._begin(index, {**asked, "workers": count})
                if not run:
                    raise LockedError(
                        f"{self._configuration.output}: workers are at work here: archiver status shows them"
                    )
                self._work(run, [{**asked, "workers": count}] * count)
        return self._report(run)

    def serve(
        self,
        asked: Mapping[str, Any],
        every: float,
        *,
        until_idle: bool,
        on_report: Callable[[RunReport], None] | None = None,
    ) -> RunReport:
        """Be a worker of one run after the other, until a signal comes: of one that others have begun, or, so many
        seconds after the last one, of a new one. until_idle: of one run only. Returns what the last one came to;
        on_report is told of each. Raises LockedError and CrewError with until_idle."""
        report = NOTHING
        with self._interrupts.taken():
            while not self._interrupts.signal:
                self._prepare()
                with closing(self._shared()) as index:
                    if found := self._find(index, asked, 0 if until_idle else every):
                        run, what = found
                        ((report, status),) = self._work(run, [{**what, "workers": 1}])
                if found:
                    if on_report:
                        on_report(report)
                    if until_idle:
                        self._refuse_failure(report, status)
                        break
                self._woken.wait(BETWEEN)
        return replace(report, interrupted=self._interrupts.signal)

    def _refuse_failure(self, report: RunReport, status: int) -> None:
        """Raise ArchiverError if a worker ended without a report, and not because nothing was left to do."""
        if report is NOTHING and status and not self._interrupts.signal:
            text = f"{self._configuration.output}: the worker came to no end; run it again: nothing is lost"
            raise LockedError(text) if status == LOCKED else CrewError(text)

    def _prepare(self) -> None:
        """Make the archive if it is not there, and settle what killed runs left open, unless workers are at work."""
        try:
            session = Session.open(self._configuration.root, self._options)
        except LockedError:
            self._shared().close()  # or somebody has it alone
        else:
            asyncio.run(session.close())

    def _shared(self) -> Index:
        """Open the index for as long as workers of ours are at work, or about to be: who has it alone meanwhile takes a
        run that none has joined yet for one that was left open."""
        index = Index.share(self._configuration.root, self._options.index)
        go_by(index.clock_ahead())
        return index

    def _find(self, index: Index, asked: Mapping[str, Any], every: float) -> tuple[int, Mapping[str, Any]] | None:
        """Return a run to be a worker of, and what is asked of that; None if there is none at this time."""
        found = index.workers.open_run()
        if found:
            return found
        if index.workers.last_end() + every * SECOND > now():
            return None
        run = self._begin(index, asked)
        return (run, asked) if run else None

    def _begin(self, index: Index, asked: Mapping[str, Any]) -> int:
        limits = {what: asked[name] for name, what in LIMITS.items() if asked.get(name)}
        return index.workers.begin_run(command_line(), now(), asked, limits)

    def _work(self, run: int, shares: list[Mapping[str, Any]]) -> list[tuple[RunReport, int]]:
        """Have a worker for each of `shares`, and wait until all have ended. Return what each came to by its own word,
        with its exit status."""
        self._processes = [self._start(run, share) for share in shares]
        if self._interrupts.signal:
            self._stop()
        reports = dict.fromkeys(self._processes, NOTHING)
        readers = [threading.Thread(target=self._read, args=(one, reports), daemon=True) for one in self._processes]
        for reader in readers:
            reader.start()
        for one, reader in zip(self._processes, readers, strict=True):
            reader.join()
            if one.wait() < 0:
                how = f"was killed (signal {-one.returncode})"
                sys.stderr.write(f"archiver: worker {one.pid} {how}; others take over what it was at\n")
        self._processes = []
        return [(report, one.returncode) for one, report in reports.items()]

    def _start(self, run: int, share: Mapping[str, Any]) -> subprocess.Popen[bytes]:
        arguments = dict(share)
        most = arguments.pop("max_requests", 0)
        configuration = self._configuration.override({"ARCHIVER_MAX_REQUESTS": most}) if most else self._configuration
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "archiver.crew_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # a terminal's Ctrl-C is for us, who pass it on
        )
        assert process.stdin
        with process.stdin:
            pickle.dump((configuration, run, arguments), process.stdin)
        return process

    def _read(self, process: subprocess.Popen[bytes], reports: dict[subprocess.Popen[bytes], RunReport]) -> None:
        """Tell the listener what a worker says, and keep in `reports` what it came to."""
        assert process.stdout
        with process.stdout:
            for line in process.stdout:
                said = json.loads(line)
                if isinstance(said, dict):
                    reports[process] = RunReport(**said)
                    continue
                address, outcome, reason = said
                if self._listener:
                    self._listener(Result(address, outcome, None, reason))

    def _stop(self) -> None:
        for one in self._processes:
            if one.poll() is None:
                one.send_signal(self._interrupts.signal)
        self._woken.set()

    def _report(self, run: int) -> RunReport:
        with closing(Index.read(self._configuration.root, self._options.index)) as index:
            content = index.workers.report_of(run)
        if content is None:
            raise CrewError(
                f"{self._configuration.output}: no worker came to the end of the run; run again: nothing is lost"
            )
        alarms = tuple(merge_alarms(content["alarms"]))
        return RunReport(content["counts"], tuple(content["failures"]), alarms, self._interrupts.signal, content)
