"""The Python API, and what runs keep for whoever runs them: alarms that somebody is told of, figures, logs."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import archiver
from archiver.configuration import ARCHIVE_FILE
from archiver.errors import IndexFileError, LockedError, RecipeError, StuckError, UsageError
from archiver.index import Index
from archiver.index.lock import LOCK_FILE
from archiver.moments import read_moment
from archiver.notify import notify
from archiver.places import INDEX
from archiver.replica import Fault
from archiver.statuses import ALARM, LOCKED, status_of
from archiver.verify.log import LOG_FILE, LastVerification, last_verification, log_verification
from archiver.views.plain import as_json
from archiver.workers.process import WorkerProcess
from tests import forks
from tests.answering import answering
from tests.conftest import PROJECT, invoke

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.replica import Record, Replica
    from tests.conftest import Archive

LISTING = "eastmoney/market-37"
PYTHON = re.compile(r"```python\n(.+?)```", re.DOTALL)
QUICK = {"download_delay": 0, "backoff": 0.05, "extractors": 0}


@pytest.fixture
def through(replica: Replica, monkeypatch: pytest.MonkeyPatch) -> Replica:
    """A replica that this process asks; whatever works for it is forked."""
    monkeypatch.setattr(WorkerProcess, "_start", forks.start_worker)
    monkeypatch.setenv("http_proxy", replica.url)
    monkeypatch.setenv("no_proxy", "")
    return replica


def test_a_method_for_each_command(through: Replica, tmp_path: Path, article: Record) -> None:
    archive = archiver.Archive(tmp_path / "a", **QUICK)
    due = archiver.Archive(tmp_path / "a", dry_run=True, **QUICK).crawl(LISTING).due
    assert len(due) == 13
    assert not (tmp_path / "a").exists()
    heard: list[str] = []
    report = archive.crawl(LISTING, listener=lambda result: heard.append(result.outcome))
    assert (report.written, report.failed, report.alarms, report.exit_status) == (13, 0, (), 0)
    assert heard == ["written"] * 13
    assert archive.get(article.id).counts == {"unchanged": 1}
    assert archive.replay(jobs=1).outcomes["unchanged"] == 13
    found = archive.verify()
    assert (found.left, found.problems) == (0, ())
    assert archive.adopt().posts == 13
    entries = list(archive.articles(query=article.title.split()[0]))
    assert article.id in [entry.id for entry in entries]
    stream = io.BytesIO()
    assert archive.export("jsonl", stream, source=LISTING).exported == 13 == len(stream.getvalue().splitlines())
    assert archive.export("csv", tmp_path / "x.csv", since="1d").exported == 13
    (history,) = archive.history(article.id)
    assert [version.number for post in history.posts for version in post.versions] == [1]
    assert list(archive.duplicates()) == []
    status = archive.status()
    assert status.articles == {"saved": 13}
    assert status.verified is not None
    assert (status.at_work, status.alarms) == (None, ())
    head = archive.manifest()
    assert head is not None
    assert (archive.output / head.path).exists()
    assert list(archive.recipes) == ["eastmoney", "web"]


@pytest.mark.parametrize(
    "call",
    [
        lambda archive: archive.get(),
        lambda archive: archive.replay(jobs=0),
        lambda archive: archive.adopt(),
        lambda archive: archive.export("sqlite", io.BytesIO()),
        lambda archive: list(archive.articles(since="soon")),
        lambda archive: list(archive.articles(source="nowhere")),
        lambda archive: list(archive.articles(source="eastmoney/nothing")),
        lambda archive: list(archive.articles(last=-1)),
        lambda archive: archive.history("nonsense"),
        lambda archive: archiver.Archive(archive.output, profle="clean").get("1"),
        lambda archive: archiver.Archive(archive.output, profile="pretty"),
    ],
)
def test_what_cannot_be_is_a_usage_error_and_makes_nothing(call: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        call(archiver.Archive(tmp_path / "none"))
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("method", ["status", "verify", "manifest"])
def test_an_archive_that_is_not_there_has_no_index(method: str, tmp_path: Path) -> None:
    with pytest.raises(IndexFileError, match="there is no index"):
        getattr(archiver.Archive(tmp_path / "none"), method)()
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("method", ["get", "crawl", "fetch", "discover", "pictures", "replay"])
def test_in_a_running_loop_it_is_said_that_another_thread_is_needed(
    method: str, through: Replica, tmp_path: Path, article: Record
) -> None:
    archive = archiver.Archive(tmp_path / "a", **QUICK)
    archive.crawl(LISTING, limit=1)
    before = asyncio.new_event_loop()
    arguments: dict[str, tuple[list[str], dict[str, Any]]] = {
        "get": ([article.id], {}),
        "fetch": ([article.url], {"taken": print}),
        "discover": ([article.url], {}),
        "replay": ([], {"jobs": 1}),
    }
    given, named = arguments.get(method, ([], {}))

    async def as_in_a_notebook() -> None:
        running = asyncio.get_running_loop()
        with pytest.raises(UsageError, match=r"await asyncio\.to_thread"):
            getattr(archive, method)(*given, **named)
        assert asyncio.get_event_loop() is running

    try:
        before.run_until_complete(as_in_a_notebook())
        assert not asyncio.all_tasks(before)
    finally:
        before.close()


def test_a_crawl_in_a_thread_of_a_program_with_a_loop(through: Replica, tmp_path: Path) -> None:
    async def as_in_a_notebook() -> int:
        archive = archiver.Archive(tmp_path / "a", **QUICK)
        report = await asyncio.to_thread(archive.crawl, LISTING, limit=2)
        return report.written

    assert asyncio.run(as_in_a_notebook()) == 2


@pytest.mark.parametrize("error", [ValueError("mine"), SystemExit(4), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize("called", ["listener", "on_request", "on_total"])
def test_an_error_of_the_callers_own_ends_the_crawl_in_good_order(
    called: str, error: BaseException, through: Replica, tmp_path: Path
) -> None:
    archive = archiver.Archive(tmp_path / "a", **QUICK)
    calls: list[object] = []

    def raising(said: object) -> None:
        calls.append(said)
        raise error

    named: dict[str, Any] = {called: raising}
    with pytest.raises(type(error)) as raised:
        archive.crawl(LISTING, **named)
    assert raised.value is error
    assert len(calls) == 1
    assert archive.status().at_work is None
    archive.crawl(LISTING)  # it goes on where it was, and nothing is locked
    assert archive.status().articles == {"saved": 13}


def test_an_error_in_what_takes_answers_is_raised(through: Replica, tmp_path: Path, article: Record) -> None:
    def taken(address: str, answer: object) -> None:
        raise ValueError(address)

    with pytest.raises(ValueError, match=article.id):
        archiver.Archive(tmp_path / "a", **QUICK).fetch(article.url, taken=taken)


def test_a_crawl_leaves_the_garbage_collector_as_it_was(through: Replica, tmp_path: Path) -> None:
    frozen = gc.get_freeze_count()
    gc.unfreeze()
    before = gc.get_threshold()
    try:
        archiver.Archive(tmp_path / "a", **QUICK).crawl(LISTING, limit=1)
        assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
    finally:
        if frozen:  # by the process that tests are forked from
            gc.freeze()


def test_methods_print_nothing_and_what_is_logged_can_be_had(replica: Replica, tmp_path: Path, article: Record) -> None:
    replica.fail(Fault.NOT_FOUND, article.id)
    program = """if True:
        import logging, sys, archiver
        archive = archiver.Archive(sys.argv[1], download_delay=0, extractors=0)
        assert archive.get(sys.argv[2]).failed == 1
        logging.basicConfig(stream=sys.stdout)
        assert archive.get(sys.argv[2]).failed == 1
        """
    environment = {**os.environ, "http_proxy": replica.url, "no_proxy": ""}
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, tmp_path / "a", article.id],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert [line for line in done.stdout.splitlines() if line.startswith("WARNING:archiver")]


def test_there_is_nothing_else_in_the_package() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Archives'"):
        archiver.Archives  # noqa: B018
    assert (Path(archiver.__file__).parent / "py.typed").exists()


def test_the_examples_of_the_documentation_run(
    through: Replica, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, article: Record
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOWNLOAD_DELAY", "0")
    examples = PYTHON.findall((PROJECT / "docs" / "python.md").read_text(encoding="utf-8"))
    assert len(examples) >= 3
    named = {"ADDRESS": article.url, "ID": article.id}
    for example in examples:
        exec(compile(example, "docs/python.md", "exec"), named)  # as a reader would


def test_an_archive_remembers_the_profile_that_it_was_begun_in(archive: Archive) -> None:
    archive.crawl(LISTING, "--profile", "source", "--limit", "3", "-s", "ARCHIVER_CONTACT=me@example.org")
    text = (archive.output / ARCHIVE_FILE).read_text()
    assert "ARCHIVER_PROFILE: source\n" in text
    assert "CONTACT" not in text
    assert archiver.Archive(archive.output).configuration["ARCHIVER_PROFILE"] == "source"
    before = (archive.output / ARCHIVE_FILE).read_bytes()
    archive.crawl(LISTING, "--profile", "clean", "--limit", "1")  # for once
    assert (archive.output / ARCHIVE_FILE).read_bytes() == before


@pytest.mark.parametrize("profile", ["clean", "source"])
def test_an_adopted_archive_remembers_the_profile_of_its_posts(archive: Archive, profile: str) -> None:
    archive.crawl("eastmoney/rolling", "--profile", profile)
    shutil.rmtree(archive.output / "_index")
    (archive.output / ARCHIVE_FILE).unlink()
    assert invoke("adopt", str(archive.output)).returncode == 0
    assert archiver.Archive(archive.output).configuration["ARCHIVER_PROFILE"] == profile
    before = archive.posts
    assert archive.crawl("eastmoney/rolling", "--recheck", "9999w").returncode == 0
    assert archive.posts == before


def test_what_adopt_is_told_counts_above_what_it_finds(archive: Archive) -> None:
    archive.crawl("eastmoney/rolling")
    invoke("adopt", str(archive.output), "--profile", "source")
    assert archiver.Archive(archive.output).configuration["ARCHIVER_PROFILE"] == "source"


def test_an_archive_that_was_not_begun_is_not_made(archive: Archive) -> None:
    assert archive.crawl("eastmony", "--profile", "source").returncode == 2
    assert not archive.output.exists()


# Alarms.


@pytest.fixture
def hook() -> Iterator[tuple[str, list[bytes]]]:
    """A server on loopback that reports are posted to: its address, and what came."""
    came: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(302 if self.path == "/moved" else 500 if self.path == "/broken" else 204)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    with answering(server):
        yield f"http://127.0.0.1:{server.server_port}", came


def test_a_command_and_an_address_get_the_report(tmp_path: Path, hook: tuple[str, list[bytes]]) -> None:
    address, came = hook
    report = {"alarms": ["a/b: 空"]}
    assert list(notify(report, f"cat > {tmp_path}/report", f"{address}/secret")) == []
    assert json.loads((tmp_path / "report").read_text()) == json.loads(came[0]) == report
    assert list(notify(report, "", "")) == []


@pytest.mark.parametrize(
    ("command", "path", "problem"),
    [
        ("exit 7", "", "ARCHIVER_ON_ALARM: `exit 7` ended with status 7"),
        ("", "/broken", "ARCHIVER_ON_ALARM_POST: 127.0.0.1: answered with status 500"),
        ("", "/moved", "ARCHIVER_ON_ALARM_POST: 127.0.0.1: answered with status 302"),
    ],
)
def test_a_notice_that_fails_is_said(command: str, path: str, problem: str, hook: tuple[str, list[bytes]]) -> None:
    address, came = hook
    assert list(notify({}, command, f"{address}{path}" if path else "")) == [problem]
    assert len(came) == bool(path)  # no redirect is followed


def test_an_address_where_nobody_is_is_said_without_its_path(hook: tuple[str, list[bytes]]) -> None:
    (problem,) = notify({}, "", "http://127.0.0.1:9/secret-token")
    assert problem == "ARCHIVER_ON_ALARM_POST: 127.0.0.1: the report could not be sent: Connection refused"


def test_a_crawl_with_alarms_tells_of_them_and_ends_as_it_would(archive: Archive, tmp_path: Path) -> None:
    archive.replica.fail(Fault.NOT_FOUND, listing="market-37")
    result = archive.crawl(LISTING, "--on-alarm", f"cat > {tmp_path}/report; exit 1", "-s", "RETRY_TIMES=0")
    assert result.returncode == ALARM
    assert "archiver: ARCHIVER_ON_ALARM: " in result.stderr
    (alarm,) = json.loads((tmp_path / "report").read_text(encoding="utf-8"))["alarms"]
    assert alarm.startswith(f"{LISTING}: could not be read: ")
    archive.replica.heal()
    (tmp_path / "report").unlink()
    assert archive.crawl(LISTING, "--on-alarm", f"cat > {tmp_path}/report").returncode == 0
    assert not (tmp_path / "report").exists()


def test_an_address_that_is_none_is_refused() -> None:
    for address in ("ftp://example.org/", "example.org", "http://", "http://["):
        with pytest.raises(UsageError, match="ARCHIVER_ON_ALARM_POST: expected an address such as https://"):
            archiver.Archive(on_alarm_post=address)


# A run that never ends.


def hold(output: Path, since: datetime) -> Index:
    """Hold the lock of an archive, as a run does that has been at work since then."""
    index = Index.open(output)
    file = output / INDEX / LOCK_FILE
    content = json.loads(file.read_text()) | {"started": since.strftime("%Y-%m-%d %H:%M:%S %z")}
    with file.open("r+") as stream:
        stream.truncate()
        json.dump(content, stream)
    return index


@pytest.mark.parametrize(("hours", "status"), [(5, LOCKED), (7, ALARM)])
def test_a_run_that_is_at_work_for_too_long_is_an_alarm(
    archive: Archive, hours: int, status: int, tmp_path: Path
) -> None:
    archive.crawl(LISTING, "--limit", "1")
    index = hold(archive.output, datetime.now(UTC) - timedelta(hours=hours))
    try:
        result = archive.crawl(LISTING, "--on-alarm", f"cat > {tmp_path}/report")
        shown = archive.archiver("status")
        never = archive.crawl(LISTING, "-s", "ARCHIVER_STUCK_AFTER=")
    finally:
        index.close()
    assert result.returncode == status
    assert ("may be stuck" in result.stderr) == (tmp_path / "report").exists() == (status == ALARM)
    assert shown.returncode == (ALARM if status == ALARM else 0)
    assert ("ALARM: a run has been at work for 7 h and may be stuck: process" in shown.stdout) == (status == ALARM)
    assert never.returncode == LOCKED
    assert archive.archiver("status").returncode == 0


def test_errors_have_the_statuses_that_are_documented() -> None:
    errors = (UsageError, RecipeError, StuckError, LockedError, IndexFileError)
    assert [status_of(error("x")) for error in errors] == [2, 2, 3, 75, 1]


@pytest.mark.parametrize(
    "words", ["crawl", "get 5", "sources", "schedule cron", "replay", "adopt .", "verify", "export jsonl", "site build"]
)
def test_a_mistake_in_a_recipe_has_one_status_everywhere(archive: Archive, words: str, tmp_path: Path) -> None:
    archive.crawl(LISTING, "--limit", "1")
    (tmp_path / "mine.yaml").write_text("name: mine\npages: [{nme: x}]\n")
    given = [str(archive.output) if word == "." else word for word in words.split()]
    result = archive.invoke(*given, env={"ARCHIVER_RECIPES": str(tmp_path), "ARCHIVER_OUTPUT": str(archive.output)})
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"archiver: {tmp_path}/mine.yaml: pages[0]: ")


# The log of verifications, figures, JSON.


def test_verifications_are_logged(archive: Archive) -> None:
    archive.crawl(LISTING)
    assert "last verified: never\n" in archive.archiver("status").stdout
    assert archive.archiver("verify").returncode == 0
    next(iter((archive.output / "_posts").iterdir())).write_text("changed")
    assert archive.archiver("verify").returncode == 1
    counts = [json.loads(line)["problems"] for line in (archive.output / LOG_FILE).read_text().splitlines()]
    assert counts == [0, 1]
    assert re.search(
        r"last verified: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d \(\d+ s ago\), 1 problem",
        archive.archiver("status").stdout,
    )


def test_a_log_that_was_cut_off_has_what_is_whole(tmp_path: Path) -> None:
    (tmp_path / INDEX).mkdir()
    assert last_verification(tmp_path) is None
    first = LastVerification(datetime(2026, 1, 1, tzinfo=UTC), 5, 0)
    for number in range(200):
        log_verification(tmp_path, LastVerification(first.time + timedelta(days=number), 5, number))
    with (tmp_path / LOG_FILE).open("a") as file:
        file.write('{"time": "2026-1')
    last = last_verification(tmp_path)
    assert last == LastVerification(first.time + timedelta(days=199), 5, 199)


def test_an_archive_that_cannot_be_written_is_verified_all_the_same(archive: Archive) -> None:
    archive.crawl(LISTING, "--limit", "1")
    (archive.output / LOG_FILE).mkdir()
    result = archive.archiver("verify")
    assert (result.returncode, "this verification is in no log: " in result.stderr) == (0, True)


def test_figures_for_prometheus(archive: Archive, tmp_path: Path) -> None:
    archive.crawl(LISTING)
    archive.archiver("verify")
    text = archive.archiver("status", "--metrics").stdout
    sample = re.compile(r'[a-z_]+(\{[a-z]+="[^"]*"\})? -?\d+(\.\d+)?')
    lines = text.splitlines()
    assert all(line.startswith(("# HELP archiver_", "# TYPE archiver_")) or sample.fullmatch(line) for line in lines)
    assert 'archiver_articles{state="saved"} 13' in lines
    assert f'archiver_listing_new{{listing="{LISTING}"}} 13' in lines
    assert "archiver_alarms 0" in lines
    assert "archiver_last_verification_problems 0" in lines
    names = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(names) == len(set(names))
    file = tmp_path / "archiver.prom"
    assert archive.archiver("status", "--metrics", "--to", str(file)).stdout == ""
    assert file.read_text() == text
    result = archive.archiver("status", "--metrics", "--to", str(tmp_path / "archiver.prom" / "x"))
    assert (result.returncode, "cannot be written" in result.stderr) == (1, True)


def test_json_has_times_of_iso_8601(archive: Archive, article: Record) -> None:
    archive.crawl(LISTING)
    status = json.loads(archive.archiver("status", "--json").stdout)
    (listing,) = (one for one in status["listings"] if one["listing"] == LISTING)
    history = json.loads(archive.archiver("history", article.id, "--json").stdout)
    times = [status["runs"][0]["started"], status["runs"][0]["ended"], listing["runs"][0]["time"]]
    times += [
        listing["runs"][0]["newest"],
        history[0]["places"][0]["first_seen"],
        history[0]["posts"][0]["versions"][0]["saved"],
    ]
    assert all(datetime.fromisoformat(time).tzinfo for time in times)
    assert as_json({"a": (datetime(2026, 1, 1, tzinfo=UTC), Path("x"))}) == {"a": ["2026-01-01T00:00:00+00:00", "x"]}


def test_a_moment_is_a_date_a_time_or_a_span() -> None:
    now = datetime(2026, 3, 10, 12, tzinfo=UTC)
    assert read_moment("2d", now) == datetime(2026, 3, 8, 12, tzinfo=UTC)
    assert read_moment("2026-03-01", now) == datetime(2026, 3, 1)
    assert read_moment("2026-03-01T10:00+08:00", now) == datetime(2026, 3, 1, 2, tzinfo=UTC)
    with pytest.raises(ValueError, match="expected a date such as 2026-08-19, a time or a span such as 2d, got '2 d'"):
        read_moment("2 d", now)


# The demo.


@pytest.mark.parametrize("content", ["_posts/x.md", "note"])
def test_the_demo_touches_nothing_of_anybody_else(tmp_path: Path, content: str) -> None:
    file = tmp_path / "mine" / content
    file.parent.mkdir(parents=True)
    file.write_text("mine")
    result = invoke("demo", "--output", str(tmp_path / "mine"))
    assert (result.returncode, result.stdout) == (2, "")
    assert "has something in it that is not the demo's; name another with --output" in result.stderr
    assert [one for one in (tmp_path / "mine").rglob("*") if one.is_file()] == [file]


def test_the_demo_ends_at_the_first_step_that_fails(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "_demo").write_text("")
    (tmp_path / "demo" / "_index").write_text("a file is in the way")
    result = invoke("demo", "--output", str(tmp_path / "demo"))
    assert result.returncode == 1
    assert result.stdout.count("\n$ ") == 1
    assert "that failed, with status 1: the demo ends here" in result.stderr


def test_the_demo_imports_no_directory_that_is_called_as_we_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "archiver").mkdir()
    (tmp_path / "archiver" / "__init__.py").write_text("raise SystemExit('not ours')")
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "_demo").write_text("")
    (tmp_path / "demo" / "_index").write_text("a file is in the way")
    monkeypatch.setattr("tests.conftest.PROJECT", tmp_path)  # where it is started
    invoke("demo", "--output", str(tmp_path / "demo"))
    assert "not ours" not in capfd.readouterr().err
    assert os.getcwd() != str(tmp_path)
