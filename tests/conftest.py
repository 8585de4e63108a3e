"""What tests share: a replica of the share site, and the real command run against it."""

from __future__ import annotations

import gc
import io
import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from scrapy.utils import versions

from archiver.commands import main
from archiver.recipes.load import _load_all, load_recipes, load_sites
from archiver.replica import Record, Replica
from archiver.workers.process import WorkerProcess
from tests import forks
from tests.browser import close_browser

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from archiver.recipes import Recipe
    from archiver.recipes.site import SiteRecipe

PROJECT = Path(__file__).parent.parent
# A job that a shell starts in the background ignores SIGINT, and so would all that the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Nothing that a test says depends on how fast the machine is, or on chance. Other examples: --hypothesis-profile search
TOO_SLOW = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile("archiver", deadline=None, derandomize=True, suppress_health_check=TOO_SLOW)
hypothesis.settings.register_profile("search", deadline=None, max_examples=400, suppress_health_check=TOO_SLOW)
hypothesis.settings.load_profile("archiver")

# What does not change while tests run, and is read at every start: the certificates of this machine, which nobody here
# shows; what packages offer; the recipes of the package.
os.environ["SSL_CERT_FILE"] = os.devnull
ENTRY_POINTS = cache(entry_points)
VERSION = cache(versions._version)
PACKAGED = _load_all()

os.environ.pop(forks.DIRECTORY, None)  # of tests that have started these
NO_DELAY = ("-s", "DOWNLOAD_DELAY=0", "-s", "ARCHIVER_BACKOFF=0.05")
# Files whose tests take longest come first: else one process is at them when the others have nothing left to do.
LONG = (
    *("test_machines", "test_kill", "test_workers_network", "test_workers", "test_drawn_pages", "test_store_archive"),
    *("test_site_browser", "test_site", "test_captures", "test_replay"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of long files first; the others stay in their order."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI nothing is skipped: a part that is missing there is a failure."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {call.excinfo.value if call.excinfo else item.name}"
    return report


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it again and again takes time."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """End the browser of this process, if a test has started it, and the processes that fork."""
    close_browser()
    forks.SERVERS.end()


@pytest.fixture
def replica() -> Iterator[Replica]:
    """A replica of the share site, with its own articles and no faults."""
    with Replica() as site:
        yield site


@pytest.fixture
def article(replica: Replica) -> Record:
    """The first article of the replica."""
    return replica.articles[0]


def recipes_in(*directories: str) -> dict[str, Recipe | SiteRecipe]:
    """Do what `_load_all` does."""
    return _load_all.__wrapped__(*directories) if directories else PACKAGED


def invoke(*arguments: str, env: Mapping[str, str] | None = None, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run `archiver` with `arguments` in this process, and leave it as it was: its environment, signals, logs."""
    stdin, stdout, stderr = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(3))
    stdin.write(typed)
    stdin.seek(0)
    root = logging.getLogger()
    handlers, level, threshold = root.handlers[:], root.level, gc.get_threshold()
    signals = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for loaded in (load_recipes, load_sites):  # what another process would read again
        loaded.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        # Articles are made in this process too; processes for it are what commands in processes of their own have.
        for name, value in {"ARCHIVER_EXTRACTORS": "0", **(env or {})}.items():
            patch.setenv(name, value)
        patch.setattr(WorkerProcess, "_start", forks.start_worker)  # in some milliseconds
        patch.setattr("archiver.supervisor.subprocess", forks.STARTS)
        patch.setattr("archiver.recipes.load._load_all", recipes_in)
        for module in ("plugins", "exports.format", "engines.engine"):
            patch.setattr(f"archiver.{module}.entry_points", ENTRY_POINTS)
        patch.setattr(versions, "_version", VERSION)
        for name in ("collect", "freeze", "get_freeze_count"):  # which look through all that the tests have loaded
            patch.setattr(gc, name, lambda: 1)
        patch.setattr(sys, "argv", ["archiver", *arguments])
        for name, stream in (("stdin", stdin), ("stdout", stdout), ("stderr", stderr)):
            patch.setattr(sys, name, stream)
        patch.chdir(PROJECT)
        try:
            status = main(arguments)
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)
            gc.set_threshold(*threshold)
            for number, handler in signals.items():
                signal.signal(number, handler)
    texts = [stream.buffer.getvalue().decode() for stream in (stdout, stderr)]
    return subprocess.CompletedProcess(["archiver", *arguments], status, *texts)


class Archive:
    """An archive in a temporary directory, filled by the real command from a replica that is its HTTP proxy."""

    def __init__(self, output: Path, replica: Replica) -> None:
        self.output = output
        self.replica = replica

    def get(self, *arguments: str, polite: bool = False, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run `archiver get`, without waiting between requests unless `polite`."""
        return self.archiver("get", *(() if polite else NO_DELAY), *arguments, **options)

    def crawl(self, *arguments: str, polite: bool = False, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run `archiver crawl`, without waiting between requests unless `polite`."""
        return self.archiver("crawl", *arguments, *(() if polite else NO_DELAY), **options)

    def archiver(self, command: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command of `archiver` on this archive: in this process, unless there are options of `subprocess`."""
        words = (command, "--output", str(self.output), *arguments)
        if options.keys() <= {"env", "input"} and "PYTHONPATH" not in options.get("env", {}):
            return self.invoke(*words, env=options.get("env"), typed=options.get("input", ""))
        return self.run("-m", "archiver", *words, **options)

    def invoke(
        self, *arguments: str, env: Mapping[str, str] | None = None, typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run `archiver` in this process, as `run` does in one of its own."""
        return invoke(*arguments, env={"http_proxy": self.replica.url, "no_proxy": "", **(env or {})}, typed=typed)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start `archiver get` and return its process."""
        return forks.Popen(
            [sys.executable, "-m", "archiver", "get", "--output", str(self.output), *NO_DELAY, *arguments],
            env={**os.environ, "http_proxy": self.replica.url, "no_proxy": ""},
            text=True,
            stdout=subprocess.PIPE,
            **{"stderr": subprocess.PIPE, **options},
        )

    def scrapy(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `scrapy` in the project."""
        return self.run("-m", "scrapy", *arguments)

    def run(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run Python with `arguments` in a process of its own: one that is forked, but for what has other `options`
        of `subprocess` than env and timeout (seconds)."""
        environment = {**os.environ, "http_proxy": self.replica.url, "no_proxy": "", **options.pop("env", {})}
        if options.keys() <= {"timeout"}:
            return forks.run([*arguments], environment=environment, **{"timeout": 60, **options})
        return subprocess.run(
            [sys.executable, *arguments],
            env=environment,
            text=True,
            check=False,
            cwd=PROJECT,
            **{"capture_output": True, "timeout": 60, **options},
        )

    def json(self, *arguments: str, **options: Any) -> list[dict[str, Any]]:
        """Run `archiver get --json` and return its lines."""
        return [json.loads(line) for line in self.get("--json", *arguments, **options).stdout.splitlines()]

    @property
    def posts(self) -> dict[str, bytes]:
        """The posts by name."""
        files = (file for file in sorted((self.output / "_posts").rglob("*")) if file.is_file())
        return {file.name: file.read_bytes() for file in files}

    def sql(self, statement: str) -> None:
        """Change the index, as time would."""
        with closing(sqlite3.connect(self.output / "_index" / "index.sqlite")) as connection:
            connection.execute(statement)
            connection.commit()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Look something up in the index."""
        with closing(sqlite3.connect(self.output / "_index" / "index.sqlite")) as connection:
            return connection.execute(query).fetchall()

    def asked(self) -> list[str]:
        """What was asked of the replica since this was last called, robots.txt left out."""
        targets = [seen.target for seen in self.replica.requests if seen.path != "/robots.txt"]
        self.replica.requests.clear()
        return targets

    def post(self, article_id: str) -> str:
        """The post of an article."""
        (content,) = (content for name, content in self.posts.items() if article_id in name)
        return content.decode()


@pytest.fixture
def archive(tmp_path: Path, replica: Replica) -> Archive:
    """An empty archive."""
    return Archive(tmp_path / "archive", replica)
