"""No run stands still: whatever it is at, a signal or the end of its time ends it within seconds, and in order."""

from __future__ import annotations

import asyncio
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from itertools import cycle
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

import pytest
from scrapy.utils.test import get_crawler

from archiver import crawl_workers
from archiver.clock import now
from archiver.configuration import load_configuration
from archiver.errors import IndexFileError
from archiver.extraction.extractors import Extractors
from archiver.index import Index
from archiver.interrupts import STOPPING_MESSAGE, Interrupts, StoppedError
from archiver.net import budget
from archiver.net.budget import BudgetMiddleware, BudgetSpentError
from archiver.net.robots import RobotsMiddleware
from archiver.recorder import Recorder
from archiver.session import Session
from archiver.session_options import session_options
from archiver.signals import archive_failed
from archiver.workers.process import WorkerProcess
from archiver.workers.serve import LENGTH_BYTES

if TYPE_CHECKING:
    from tests.conftest import Archive

LISTING = "eastmoney/market-37"
SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143}
MOMENTS = (
    "archiver.crawling.scrapy_settings",
    "archiver.spiders.listing.ListingSpider.from_crawler",
    "archiver.crawl_archive.ArchiveExtension._open",
    "archiver.session.Session.open",
    "archiver.spiders.listing.ListingSpider.begin",
    "archiver.net.robots.RobotsMiddleware.robot_parser",
    "archiver.net.handler.GuardedDownloadHandler._download",
    "archiver.pages.listing.ListingPage.entries",
    "archiver.index.Index.claim",
    "archiver.extraction.extractor.Extractor.extract",
    "archiver.recorder.Recorder.keep",
    "archiver.storage.storage.Storage.put",
    "archiver.extensions.ending.Ending._end",
    "archiver.recorder.Recorder.close",
    "archiver.extensions.report.Report.end",
    "archiver.commands.crawl._show",
)

MOMENTS_OF_WORKERS = (
    "archiver.crawl_archive.ArchiveExtension._open",
    "archiver.session.Session.join",
    "archiver.index.workers.Workers.join",
    "archiver.coordination.member.Member.take_share",
    "archiver.index.Index.claim",
    "archiver.coordination.member.Member.leave",
)

ASKING = "archiver.net.handler.GuardedDownloadHandler._download"  # from then on


def signalling(place: str, number: int, patch: pytest.MonkeyPatch) -> list[str]:
    """Let a signal come when what is at `place` is called first; what is returned has a line when it was."""
    came: list[str] = []
    real, owner = resolve_name(place), resolve_name(place.rpartition(".")[0])
    name = place.rpartition(".")[2]

    def calls(*arguments: Any, **options: Any) -> Any:
        if not came:
            came.append(place)
            signal.raise_signal(number)
        return real(*arguments, **options)

    # What belongs to a class is bound already.
    patch.setattr(owner, name, staticmethod(calls) if hasattr(real, "__self__") else calls)
    return came


@pytest.mark.parametrize(("moment", "number"), list(zip(MOMENTS, cycle(SIGNALS), strict=False)))
def test_a_signal_ends_a_run_at_any_moment(
    archive: Archive, moment: str, number: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch, Interrupts().taken():
        came = signalling(moment, number, patch)
        result = archive.crawl(LISTING)
    assert came
    assert result.returncode == SIGNALS[signal.Signals(number)]
    if MOMENTS.index(moment) < MOMENTS.index(ASKING):
        assert archive.replica.requests == []
    said = result.stderr + capfd.readouterr().err
    assert "archiver: stop" in said
    assert "Traceback" not in said
    assert archive.crawl(LISTING).returncode == 0
    assert len(archive.posts) == 13


@pytest.mark.parametrize(("moment", "number"), list(zip(MOMENTS_OF_WORKERS, cycle(SIGNALS), strict=False)))
def test_a_worker_that_a_signal_ends_leaves_its_run_at_any_moment(
    archive: Archive, moment: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the others would wait for it, and `status` would call it silent."""
    configuration = load_configuration({"ARCHIVER_OUTPUT": str(archive.output), "DOWNLOAD_DELAY": 0})
    asyncio.run(Session.open(archive.output, session_options(configuration)).close())
    with closing(Index.share(archive.output, "")) as index:
        run = index.workers.begin_run("archiver crawl", now(), {}, {})
    with monkeypatch.context() as patch, open(os.devnull, "wb") as pipe:
        patch.setenv("http_proxy", archive.replica.url)
        patch.setenv("no_proxy", "")
        came = signalling(moment, number, patch)
        share = pickle.dumps((configuration, run, {"listings": [LISTING], "workers": 1}))
        status = crawl_workers.crawl(share, pipe.fileno())
    assert came
    assert status == SIGNALS[signal.Signals(number)]
    with closing(Index.read(archive.output, "")) as index:
        assert index.workers.at_work() == []
    assert archive.crawl(LISTING).returncode == 0
    assert len(archive.posts) == 13


def test_what_is_in_hand_has_some_seconds_and_is_given_up_then(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that never comes to an end with an answer keeps no run from its end; the answer's article stays due."""
    monkeypatch.setattr(budget, "GRACE_SECONDS", 0.2)
    with monkeypatch.context() as patch:
        patch.setattr(Extractors, "extract", lambda *_: asyncio.Event().wait())
        result = archive.crawl(LISTING, "--max-seconds", "2")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "0 written, 0 unchanged, 0 failed; the budget is spent, the rest is for the next run\n"
    assert archive.crawl(LISTING).stdout == "13 written, 0 unchanged, 0 failed\n"


def test_a_disk_that_fails_waits_for_nothing_that_is_in_hand() -> None:
    async def run() -> None:
        crawler = get_crawler()
        spent = BudgetMiddleware.from_crawler(crawler)
        works = [asyncio.ensure_future(spent.in_hand(asyncio.sleep(3600))), asyncio.ensure_future(spent.sleep(3600))]
        await asyncio.sleep(0)
        crawler.signals.send_catch_log(archive_failed)
        for work in (*works, spent.in_hand(asyncio.sleep(3600))):
            with pytest.raises(BudgetSpentError):
                await work

    asyncio.run(run())


@pytest.mark.parametrize("error", [RuntimeError("odd"), IndexFileError("no"), RecursionError()])
def test_rules_that_cannot_be_read_keep_nobody_waiting(
    archive: Archive, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise error

    archive.replica.robots = "User-agent: *\nAllow: /\n"
    monkeypatch.setattr(RobotsMiddleware, "_parsed", fails)
    result = archive.get(*(record.id for record in archive.replica.articles[:3]))
    assert (result.returncode, archive.posts) == (1, {})
    assert "its robots.txt cannot be had, which forbids all the rest" in result.stderr


def test_an_archive_is_closed_whatever_fails_at_its_end(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "close", lambda *_: (_ for _ in ()).throw(RuntimeError("odd")))
        result = archive.crawl(LISTING, "--limit", "1", "--no-warc")
    assert result.stderr == "archiver: a fault of this program: RuntimeError: odd\n"
    assert archive.crawl(LISTING).returncode == 0  # nobody holds the lock


def test_a_signal_where_nobody_listens() -> None:
    """Without standard error, in any thread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "__stderr__", None)
        interrupts = Interrupts(lambda: None, STOPPING_MESSAGE)
        with interrupts.taken():
            signal.raise_signal(signal.SIGTERM)
        assert interrupts.status == 143
    with ThreadPoolExecutor() as executor:
        executor.submit(lambda: Interrupts().taken().__enter__()).result()


ENDLESS = """
import signal, sys, time
from archiver import interrupts
interrupts.MAX_ENDING_SECONDS = 0.1
stop = {"nothing": lambda: None, "twice": lambda: signal.raise_signal(signal.SIGINT), "raise": None}[sys.argv[1]]
with interrupts.Interrupts(stop, "stopping").taken():
    signal.raise_signal(signal.SIGTERM)
    while True:
        time.sleep(1)
"""


@pytest.mark.parametrize(
    ("stop", "status", "said"),
    [
        ("nothing", 143, "stopping\narchiver: stopped before all was in order: the next run sees to it\n"),
        ("twice", 130, "stopping\n"),
    ],
)
def test_what_does_not_end_is_ended(stop: str, status: int, said: str) -> None:
    command = [sys.executable, "-c", ENDLESS, stop]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (result.returncode, result.stderr) == (status, said)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_command_that_asks_nobody_ends_with_the_signal(
    archive: Archive, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An export leaves nothing half-written."""
    assert archive.crawl(LISTING, "--limit", "2").returncode == 0
    target = archive.output.with_name("articles.jsonl")
    came = signalling("archiver.exports.jsonl.record", number, monkeypatch)
    with Interrupts().taken():
        result = archive.archiver("export", "jsonl", "--to", str(target))
    assert came
    assert (result.returncode, result.stderr) == (SIGNALS[signal.Signals(number)], "archiver: stopped\n")
    assert list(target.parent.glob("*articles*")) == []


def test_a_signal_that_comes_while_a_class_is_made_is_no_fault(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While modules load, classes are made all the time."""

    class Field:
        def __set_name__(self, *_: object) -> None:
            raise StoppedError(143)

    def run(_: object) -> int:
        type("Made", (), {"field": Field()})
        return 0

    monkeypatch.setattr("archiver.commands.status.run", run)
    result = archive.invoke("status", "--output", str(archive.output))
    assert (result.returncode, result.stderr) == (143, "archiver: stopped\n")


def ask(process: subprocess.Popen[bytes], *values: object) -> None:
    """Send values to a process as `WorkerProcess` does, and nothing after them."""
    assert process.stdin
    for value in values:
        message = pickle.dumps(value)
        process.stdin.write(len(message).to_bytes(LENGTH_BYTES, "big") + message)
    process.stdin.close()


def test_a_signal_is_for_the_run_and_not_for_the_processes_that_work_for_it() -> None:
    """Terminals and systemd send it to all of them: what they have in hand would be lost."""
    worker = WorkerProcess[str, str]("copy:copy", sorted)

    async def work() -> list[str]:
        first = await worker.call(["a"])
        assert worker._process is not None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            worker._process.send_signal(number)
        second = await worker.call(["b"])
        await worker.close()
        return [*first, *second]

    assert asyncio.run(work()) == ["a", "b"]


def test_a_process_that_only_reads_ends_with_whoever_asked_it() -> None:
    """Even when what it was asked for takes for ever."""
    worker = WorkerProcess[float, None]("copy:copy", None)
    command = [sys.executable, *worker.arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        ask(process, time.sleep, 1e6)
        process.stdout.close()
        try:
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()


def test_a_process_ends_by_itself_when_no_thread_of_it_gets_a_turn() -> None:
    """As while C searches for a pattern."""
    *command, _ = [sys.executable, *WorkerProcess[str, None]("copy:copy", None).arguments]
    with subprocess.Popen([*command, "0.2"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        ask(process, partial(re.fullmatch, "(?:a|a)*"), "a" * 100 + "b")
        try:
            assert process.wait(timeout=60) == -signal.SIGPROF
        finally:
            process.kill()
