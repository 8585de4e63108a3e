"""`archiver worker`: what it ends with, and who is told of alarms. Its workers are stood in for by what they say."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import archiver
from archiver import crew_process
from archiver.commands import main
from archiver.configuration import load_configuration
from archiver.crewing import Crew
from archiver.errors import CrewError, LockedError, OverError
from archiver.run_report import Result, RunReport
from archiver.session import Session
from archiver.session_options import session_options

if TYPE_CHECKING:
    from collections.abc import Callable
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

    with monkeypatch.context() as patch:
        patch.setattr(crew_process, "crawl_as_worker", crawl)
        patch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(pickle.dumps((None, 1, {})))))
        patch.setattr(sys, "stdout", said := io.StringIO())
        status = crew_process.main()
        return said.getvalue(), status


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Callable[[RunReport | BaseException], None]:
    """Has all workers say what they would of this report."""

    def say(report: RunReport | BaseException) -> None:
        text, status = spoken(report, monkeypatch)
        program = f"printf '%s' '{text}'; exit {status}"
        start = lambda *_: subprocess.Popen(["sh", "-c", program], stdout=subprocess.PIPE)  # noqa: E731
        monkeypatch.setattr(Crew, "_start", start)

    return say


@pytest.mark.parametrize(("report", "status"), [(FINE, 0), (FAILED, 1), (ALARMED, 3), (OverError("over"), 0)])
def test_a_worker_until_idle_ends_as_a_crawl_does(
    tmp_path: Path, says: Callable[..., None], report: RunReport | BaseException, status: int
) -> None:
    says(report)
    assert main(["worker", ADDRESS, "--until-idle", "--output", str(tmp_path)]) == status


@pytest.mark.parametrize(
    ("error", "status"), [(LockedError("others have taken over"), 75), (CrewError("the index is not there"), 1)]
)
def test_a_worker_that_comes_to_no_end_says_so(
    tmp_path: Path, says: Callable[..., None], error: Exception, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    says(error)
    assert main(["worker", ADDRESS, "--until-idle", "--output", str(tmp_path)]) == status
    told, said = capsys.readouterr().err.splitlines()
    assert told == f"archiver: {error}"  # by the worker itself
    assert said == f"archiver: {tmp_path}: the worker came to no end; run it again: nothing is lost"


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


def test_a_worker_goes_on_when_who_has_begun_it_was_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as nobody:
        monkeypatch.setattr(sys, "stdout", nobody)
        for _ in range(2):
            crew_process.tell(Result(ADDRESS, "written"))


@pytest.mark.parametrize("words", [("worker", "--until-idle"), ("crawl", "--workers", "2")])
def test_nobody_has_the_archive_alone_while_a_worker_is_about_to_join(
    tmp_path: Path, says: Callable[..., None], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """It would take the run, which nobody has joined yet, for one that was left open: two workers, each beginning runs
    that the other forgot, came to nothing for ever."""
    says(OverError("over"))
    start = vars(Crew)["_start"]
    options = session_options(load_configuration({"ARCHIVER_OUTPUT": str(tmp_path)}, {}))
    refused = []

    def look(*arguments: Any) -> Any:
        with pytest.raises(LockedError) as raised:
            Session.open(tmp_path, options)
        refused.append(raised.value)
        return start(*arguments)

    monkeypatch.setattr(Crew, "_start", look)
    main([*words, ADDRESS, "--output", str(tmp_path)])
    assert refused
