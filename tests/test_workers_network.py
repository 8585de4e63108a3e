"""Workers whose way to the index is bad, and whose server is started again while they are at work."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from tests import forks
from tests.conftest import PROJECT, Archive
from tests.faulty_proxy import Fault, FaultyProxy
from tests.postgres import server
from tests.press import Press, press
from tests.test_network_faults import SEEDS, network
from tests.test_workers import SCHEMA, alone, followed, words
from tests.web import archive, web

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

__all__ = ["archive", "press", "web"]  # fixtures
WORKERS, FAULTS = 3, 6
# A worker that does not wait for long.
COMMAND = """
import sys
from archiver.commands import main
from archiver.index import postgres, postgres_connection
postgres_connection.MAX_SILENCE_SECONDS = 0.3
postgres_connection.CONNECTION_OPTIONS["connect_timeout"] = 2
postgres.MAX_WAIT_SECONDS = 0.1
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def proxies() -> Iterator[list[FaultyProxy]]:
    """A proxy before the server for each worker, and an empty schema."""
    server().sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", f"CREATE SCHEMA {SCHEMA}")
    between = [FaultyProxy(server().port) for _ in range(WORKERS)]
    for proxy in between:
        proxy.__enter__()
    yield between
    for proxy in between:
        proxy.__exit__()
    server().sql(f"DROP SCHEMA {SCHEMA} CASCADE")


def start(archive: Archive, proxy: FaultyProxy) -> subprocess.Popen[bytes]:
    """Start a worker whose way to the index is through a proxy."""
    address = server().address(SCHEMA, port=proxy.port)
    environment = {**os.environ, "http_proxy": archive.replica.url, "no_proxy": "", "ARCHIVER_INDEX": address}
    command = words(archive, "worker", "web", "--until-idle")
    return forks.Popen([sys.executable, "-c", COMMAND, *command], env=environment, cwd=PROJECT)


@pytest.mark.parametrize("seed", range(SEEDS // 2))
def test_workers_on_bad_networks(archive: Archive, press: Press, proxies: list[FaultyProxy], seed: int) -> None:
    followed(archive, press, 6, 6)
    for number, proxy in enumerate(proxies):
        proxy.meet(network(100 * seed + number)[:FAULTS], after=b"INSERT INTO workers")
    crew = [start(archive, proxy) for proxy in proxies]
    statuses = [one.wait(240) for one in crew]
    print([[fault.name for fault in proxy.done] for proxy in proxies])
    assert statuses == [0] * WORKERS
    assert any(proxy.done for proxy in proxies)
    assert_whole(archive, press)


@pytest.mark.parametrize("mode", ["immediate", "fast"])
def test_a_server_that_is_started_again_stops_no_worker(
    archive: Archive, press: Press, proxies: list[FaultyProxy], mode: str
) -> None:
    followed(archive, press, 6, 6)
    written = threading.Event()
    for proxy in proxies:  # whichever is the first to have an article
        proxy.happened = written
        proxy.fault_at(b"INSERT INTO intents", Fault.SLOW)
    crew = [start(archive, proxy) for proxy in proxies]
    assert written.wait(120)
    server().stop(mode)
    server().start()
    assert [one.wait(240) for one in crew] == [0] * WORKERS
    assert_whole(archive, press)


def assert_whole(archive: Archive, press: Press) -> None:
    """It has what one undisturbed crawl makes of the same; no article was asked for twice. A list is, whose reader lost
    the server before it had noted what it read."""
    articles = [one for one in press.asked if "/2026/" in one]
    assert sorted(articles) == sorted(set(articles))
    verified = archive.archiver("verify", env={"ARCHIVER_INDEX": server().address(SCHEMA)})
    assert verified.returncode == 0, verified.stdout
    assert archive.posts == alone(archive)
    assert len(archive.posts) == 36
    assert not [file for file in archive.output.rglob(".*") if file.name != ".gitignore"]
