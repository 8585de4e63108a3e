"""`archiver worker`: what it ends with, and who is told of alarms. Its workers are stood in for by what they say."""

from __future__ import annotations

import itertools
import json
import os
import pickle
import signal
import subprocess
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import archiver
from archiver import crawl_workers, supervisor
from archiver.commands import main
from archiver.configuration import load_configuration
from archiver.errors import IndexServerError, LockedError, OverError, StoreError, SupervisorError
from archiver.interrupts import STOPPING_MESSAGE
from archiver.run_report import RunReport
from archiver.session import Session
from archiver.session_options import session_options
from archiver.supervisor import Supervisor
from archiver.worker_messages import read_messages, send_message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

ALARM = "gazette/latest: is empty; it has had 20 items"
FINE = RunReport({"written": 2}, (), (), 0, {"alarms": []})
FAILED = RunReport({"written": 1, "failed": 1}, ({"address": "a", "outcome": "failed", "reason": "no"},), (), 0, {})
ALARMED = RunReport({"written": 1}, (), (ALARM,), 0, {"alarms": [ALARM]})
ADDRESS = "http://www.merrow.example/"


def spoken(report: RunReport | BaseException, monkeypatch: pytest.MonkeyPatch) -> tuple[str, int]:
    """What a worker prints whose crawl comes to `report`, and its exit status."""

    def crawl(*_: Any, **__: Any) -> RunReport:
        if isinstance(report, BaseException):
            raise report
        return report

    reading, writing = os.pipe()
    with monkeypatch.context() as patch, open(reading) as said:
        patch.setattr("archiver.crawl_workers.crawl_as_worker", crawl)
        status = crawl_workers.crawl(pickle.dumps((None, 1, {})), writing)
        os.close(writing)
        return said.read(), status


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Callable[[RunReport | BaseException], None]:
    """Has all workers say what they would of this report."""

    def say(report: RunReport | BaseException) -> None:
        text, status = spoken(report, monkeypatch)
        program = f"printf '%s' '{text}'; exit {status}"
        start = lambda *_: subprocess.Popen(["sh", "-c", program], stdout=subprocess.PIPE)  # noqa: E731
        monkeypatch.setattr(Supervisor, "_start", start)

    return say


@pytest.mark.parametrize(("report", "status"), [(FINE, 0), (FAILED, 1), (ALARMED, 3), (OverError("over"), 0)])
def test_a_worker_until_idle_ends_as_a_crawl_does(
    tmp_path: Path, says: Callable[..., None], report: RunReport | BaseException, status: int
) -> None:
    says(report)
    assert main(["worker", ADDRESS, "--until-idle", "--output", str(tmp_path)]) == status


@pytest.mark.parametrize(
    ("error", "status"), [(LockedError("others have taken over"), 75), (SupervisorError("the index is not there"), 1)]
)
def test_a_worker_that_comes_to_no_end_says_so(
    tmp_path: Path, says: Callable[..., None], error: Exception, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    says(error)
    assert main(["worker", ADDRESS, "--until-idle", "--output", str(tmp_path)]) == status
    told, said = capsys.readouterr().err.splitlines()
    assert told == f"archiver: {error}"  # by the worker itself
    assert said == f"archiver: {tmp_path}: the worker came to no end; run it again: nothing is lost"


@pytest.mark.parametrize("error", [IndexServerError("it is starting up"), StoreError("it cannot be reached")])
def test_a_worker_without_a_run_waits_for_a_server_that_goes_away(
    tmp_path: Path,
    says: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    error: Exception,
) -> None:
    """It ended at once; one in a run waited for three minutes."""
    says(FINE)
    monkeypatch.setattr(supervisor, "POLL_SECONDS", 0)
    prepare, looks = vars(Supervisor)["_prepare"], itertools.count(1)
    away: Collection[int] = (2, 3, 4, 6, 7)

    def look(self: Supervisor) -> None:
        if next(looks) in away:
            raise error
        prepare(self)

    monkeypatch.setattr(Supervisor, "_prepare", look)
    told: list[RunReport] = []

    def tell(report: RunReport) -> None:
        told.append(report)
        if len(told) == 3:
            signal.raise_signal(signal.SIGTERM)

    archive = archiver.Archive(tmp_path)
    report = archive.work(ADDRESS, every="0s", on_report=tell)
    assert (report.interrupted, len(told)) == (signal.SIGTERM, 3)
    said = capfd.readouterr().err.splitlines()
    assert said == [f"archiver: {error}; the worker tries again"] * 2 + [STOPPING_MESSAGE]  # once each time
    looks, away = itertools.count(1), range(1, 2)
    with pytest.raises(type(error)):  # it was never there: most likely the address is wrong
        archive.work(ADDRESS, every="0s", on_report=tell)
    looks, away = itertools.count(1), range(2, 1000)
    monkeypatch.setattr(supervisor, "MAX_AWAY_MICROS", -1)
    with pytest.raises(type(error)):  # it stays away
        archive.work(ADDRESS, every="0s")


def test_a_worker_tells_of_alarms(
    tmp_path: Path, says: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    says(ALARMED)
    command = f"cat >> {tmp_path}/report"
    words = ["worker", ADDRESS, "--until-idle", "--output", str(tmp_path / "archive"), "--on-alarm", command]
    assert main(words) == 3
    assert json.loads((tmp_path / "report").read_text()) == {"alarms": [ALARM]}
    assert capsys.readouterr().err == f"archiver: ALARM: {ALARM}\n"
    says(FAILED)
    (tmp_path / "report").unlink()
    assert main(words) == 1
    assert not (tmp_path / "report").exists()


def test_a_worker_of_python_returns_what_its_run_came_to(tmp_path: Path, says: Callable[..., None]) -> None:
    says(FAILED)
    reports: list[RunReport] = []
    archive = archiver.Archive(tmp_path)
    report = archive.work(ADDRESS, until_idle=True, on_report=reports.append)
    assert reports == [report]
    assert (report.counts, report.exit_status, report.interrupted) == (FAILED.counts, 1, 0)


def test_a_worker_goes_on_when_who_has_begun_it_was_killed() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    for _ in range(2):
        send_message(writing, [ADDRESS, "written", ""])
    os.close(writing)


def test_what_workers_say_at_once_stays_apart() -> None:
    """However long it is: addresses and errors are as long as a source makes them."""
    said = [[number, "x" * length] for number, length in enumerate((0, 1, 3000, 5000, 90_000))] * 3
    reading, writing = os.pipe()
    speakers = list[int]()
    while len(speakers) < 4:
        speakers.append(os.fork())
        if speakers[-1] == 0:
            try:
                for one in said:
                    send_message(writing, one)
            finally:
                os._exit(0)
    os.close(writing)
    with open(reading, "rb") as lines:
        assert sorted(read_messages(lines)) == sorted(said * 4)
    for speaker in speakers:
        os.waitpid(speaker, 0)


def test_what_a_worker_had_not_said_when_it_was_killed_is_not_heard() -> None:
    assert list(read_messages([b"7 [1, +\n", b"8 [3].\n", b"7 2].\n", b"9 [4, +\n"])) == [[3], [1, 2]]


@pytest.mark.parametrize("words", [("worker", "--until-idle"), ("crawl", "--workers", "2")])
def test_nobody_has_the_archive_alone_while_a_worker_is_about_to_join(
    tmp_path: Path, says: Callable[..., None], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """It would take the run, which nobody has joined yet, for one that was left open: two workers, each beginning runs
    that the other forgot, came to nothing for ever."""
    says(OverError("over"))
    start = vars(Supervisor)["_start"]
    options = session_options(load_configuration({"ARCHIVER_OUTPUT": str(tmp_path)}, {}))
    refused = []

    def look(*arguments: Any) -> Any:
        with pytest.raises(LockedError) as raised:
            Session.open(tmp_path, options)
        refused.append(raised.value)
        return start(*arguments)

    monkeypatch.setattr(Supervisor, "_start", look)
    main([*words, ADDRESS, "--output", str(tmp_path)])
    assert refused


def asked_of_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, **settings: Any) -> Any:
    """The configuration that each of so many workers gets."""
    given: list[bytes] = []

    class Process(subprocess.Popen[bytes]):
        def __init__(self, *_: Any, **options: Any) -> None:
            super().__init__(["cat"], **options)

    def read(lines: Any) -> Iterator[Any]:
        given.append(lines.read())
        return iter(())

    monkeypatch.setattr("archiver.supervisor.subprocess", SimpleNamespace(Popen=Process, PIPE=subprocess.PIPE))
    monkeypatch.setattr("archiver.supervisor.read_messages", read)
    with pytest.raises(SupervisorError):
        archiver.Archive(tmp_path, **settings).crawl(workers=count)
    many, share = pickle.loads(given[0])
    assert many == count
    return pickle.loads(share)[0]


def test_workers_divide_the_processes_that_make_articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is one less than there are cores: more of them only wait for each other."""
    monkeypatch.setattr("archiver.settings.ARCHIVER_EXTRACTORS", 15)
    made = [asked_of_workers(tmp_path, monkeypatch, count)["ARCHIVER_EXTRACTORS"] for count in (2, 4, 15, 40)]
    assert made == [7, 3, 1, 1]
    for count in (0, 6):  # asked for: of each
        given = asked_of_workers(tmp_path, monkeypatch, 3, ARCHIVER_EXTRACTORS=count)
        assert given["ARCHIVER_EXTRACTORS"] == count


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_comes_before_workers_are_there_waits_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, capfd: pytest.CaptureFixture[str]
) -> None:
    """Then they end in order. It used to kill them while they loaded their modules, and that was an error."""
    start = vars(Supervisor)["_start"]

    def start_late(*arguments: Any) -> Any:
        os.kill(os.getpid(), number)
        return start(*arguments)

    monkeypatch.setattr(Supervisor, "_start", start_late)
    monkeypatch.setattr("archiver.supervisor.subprocess", subprocess)  # as it is: it loads what it needs
    assert main(["crawl", ADDRESS, "--workers", "2", "--output", str(tmp_path)]) == 128 + number
    # It is said by the command and by both workers.
    assert capfd.readouterr().err.splitlines() == [*[STOPPING_MESSAGE] * 3, "archiver: stopped"]
