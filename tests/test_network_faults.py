"""A bad network between an archive and its index on a server: whole runs through a proxy that cuts, resets, freezes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

import archiver
from archiver.index import postgres, postgres_connection
from archiver.index.postgres import PostgresDatabase
from archiver.interrupts import STOPPING_MESSAGE
from tests import forks
from tests.conftest import NO_DELAY, Archive
from tests.faulty_proxy import Fault, FaultyProxy
from tests.index.test_server import end_connections
from tests.killer import TEXT
from tests.postgres import server
from tests.test_kill import fill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


LISTING = "eastmoney/market-37"
PASSWORD = "pa55-w0rd-of-ours"
ARTICLES = 60
SEEDS = int(os.environ.get("ARCHIVER_TEST_NETWORKS", "2"))  # bad networks that are tried, each another one
RUN_BEGINS = b"INSERT INTO runs"  # what is asked before that is not asked again: there is nothing yet to be lost
STOPPED = "archiver: stopped before all was in order: the next run sees to it"


@pytest.fixture
def proxy() -> Iterator[FaultyProxy]:
    """A proxy before the server."""
    with FaultyProxy(server().port) as between:
        yield between


@pytest.fixture
def at(proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty schema through the proxy, where nobody waits for long."""
    monkeypatch.setattr(postgres_connection, "MAX_SILENCE_SECONDS", 0.15)
    monkeypatch.setitem(postgres_connection.CONNECTION_OPTIONS, "connect_timeout", 2)  # libpq takes no less
    monkeypatch.setattr(postgres, "MAX_WAIT_SECONDS", 0.1)
    with server().guarded(PASSWORD):
        yield server().address(user=f"guarded:{PASSWORD}", port=proxy.port)


def network(seed: int) -> list[tuple[int, Fault]]:
    """All faults twice, in any order, each after some messages."""
    chance = random.Random(seed)
    faults = [*Fault, *Fault]
    chance.shuffle(faults)
    return [(chance.randint(0, 12), fault) for fault in faults]


@pytest.fixture
def whole(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """What comes of a run that nothing disturbed. Others have more batches, and so more moments."""
    fill(archive, ARTICLES, monkeypatch)
    assert archive.crawl(LISTING).returncode == 0
    archive.replica.requests.clear()
    monkeypatch.setattr("archiver.crawl_archive.MAX_BATCH", 4)
    monkeypatch.setattr(import_module("archiver.replay.replay"), "MAX_BATCH", 4)
    monkeypatch.setenv("http_proxy", archive.replica.url)
    monkeypatch.setenv("no_proxy", "")
    return archive


def assert_same(own: archiver.Archive, whole: Archive) -> None:
    """It has what a run has made that nothing disturbed: nothing less, and nothing twice."""
    assert Archive(own.output, whole.replica).posts == whole.posts
    assert not (own.output / "_versions").exists()
    assert own.crawl(LISTING).summary() == "0 written, 0 unchanged, 0 failed"
    assert own.verify().left == 0
    assert len(list(own.articles())) == ARTICLES


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_crawl_through_a_bad_network(whole: Archive, at: str, proxy: FaultyProxy, seed: int, tmp_path: Path) -> None:
    own = archiver.Archive(tmp_path / "a", index=at, download_delay=0, extractors=0)
    proxy.meet(network(seed), after=RUN_BEGINS)
    report = own.crawl(LISTING)
    print(f"seed {seed}: {[fault.name for fault in proxy.done]}")
    assert len(proxy.done) > len(Fault)
    assert report.summary() == f"{ARTICLES} written, 0 unchanged, 0 failed"
    assert report.alarms == ()
    assert sum(one.path == TEXT for one in whole.replica.requests) == ARTICLES
    assert_same(own, whole)


def test_a_replay_through_a_bad_network(whole: Archive, at: str, proxy: FaultyProxy, tmp_path: Path) -> None:
    own = archiver.Archive(tmp_path / "a", index=at, download_delay=0, extractors=0)
    proxy.meet(network(SEEDS), after=b"INSERT INTO captures")
    own.replay(whole.output / "_captures")
    print([fault.name for fault in proxy.done])
    assert len(proxy.done) > len(Fault)
    assert_same(own, whole)


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.FROZEN])
def test_a_server_that_stays_away_ends_a_run_with_one_line(
    whole: Archive, at: str, proxy: FaultyProxy, fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgresDatabase, "patience", 0.0)
    own = Archive(tmp_path / "a", whole.replica)
    proxy.fault_at(b"INSERT INTO answers", fault, silent=1000)
    done = own.crawl(LISTING, env={"ARCHIVER_INDEX": at})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"archiver: postgresql://guarded@127.0.0.1:{proxy.port}/archives: cannot be opened: ")
    assert done.stderr.endswith("it went away, and stays away: run again when it is there, nothing is lost\n")
    assert done.stderr.count("\n") == 1
    assert PASSWORD not in done.stderr
    proxy.answer_nothing(0)
    end_connections(server())
    assert own.crawl(LISTING, env={"ARCHIVER_INDEX": at}).returncode == 0
    assert_same(archiver.Archive(own.output, index=at, download_delay=0, extractors=0), whole)


# Ends sooner than a user would have to wait.
COMMAND = """
import sys
from archiver import interrupts
from archiver.commands import main
interrupts.MAX_ENDING_SECONDS = 0.2
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_whose_server_says_nothing_ends_at_a_signal(
    archive: Archive, at: str, proxy: FaultyProxy, number: signal.Signals
) -> None:
    proxy.fault_at(RUN_BEGINS, Fault.FROZEN, silent=1000)
    words = ("crawl", "--output", str(archive.output), LISTING, *NO_DELAY)
    environment = {**os.environ, "http_proxy": archive.replica.url, "no_proxy": "", "ARCHIVER_INDEX": at}
    with forks.Popen(
        [sys.executable, "-c", COMMAND, *words], env=environment, text=True, stderr=subprocess.PIPE
    ) as process:
        try:
            assert proxy.happened.wait(120)
            process.send_signal(number)
            _, said = process.communicate(timeout=120)
        finally:
            process.kill()
    assert process.returncode == 128 + number
    assert said.splitlines() == [STOPPING_MESSAGE, STOPPED]
    proxy.answer_nothing(0)
    end_connections(server())
    assert archive.crawl(LISTING, env={"ARCHIVER_INDEX": at}).stdout == "13 written, 0 unchanged, 0 failed\n"
