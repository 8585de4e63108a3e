"""Workers of several machines, which share nothing but a database and an object store: each machine has a directory, a
name and a clock of its own. Any of them may be killed at any time, and what they share may be started again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing, suppress
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import pytest

from archiver.errors import IndexFileError
from archiver.index import Index
from archiver.processes import has_ended
from archiver.statuses import ALARM, LOCKED
from tests.conftest import PROJECT, Archive
from tests.postgres import server
from tests.press import Press, press
from tests.stores import store
from tests.test_workers import SCHEMA, Times, alone, words
from tests.web import Web, archive, web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["archive", "press", "web"]  # fixtures
KILLS = int(os.environ.get("KILLS_OF_WORKERS", "4"))  # as many of 200 as fit into LONGEST
SHORT = 4
HOSTS = 50 if KILLS > SHORT else 8
EACH = 2  # articles that a host has at the beginning; a kill brings one more
LONGEST = 900  # seconds for kills, however many are asked for
PATIENCE = 20  # seconds for which they may do nothing before one is killed all the same
DELAY = 1.0  # seconds: long beside the moods of a busy machine
POLITE = ("-s", f"DOWNLOAD_DELAY={DELAY}", "-s", "DOWNLOAD_DELAY_JITTER=0")
CLOCKS = {"north": 400, "south": -500}  # seconds by which they are wrong
STORE = {"no_proxy": "127.0.0.1"}  # the pages come through a proxy, what is in the store does not
SILENCE = 30  # seconds after which one machine takes a worker of another for dead


class Machine(NamedTuple):
    """A machine with two commands that work."""

    directory: Path
    environment: dict[str, str]
    commands: list[subprocess.Popen[bytes]]

    def start(self) -> None:
        """Start those that are not at work."""
        self.commands[:] = [one for one in self.commands if one.poll() is None]
        while len(self.commands) < 2:
            asked = Archive(self.directory, None)  # type: ignore[arg-type]
            command = words(asked, "worker", "web", "--every", "0s", "--no-progress", *POLITE)
            log = self.directory.with_suffix(".log").open("ab")
            with log:
                self.commands.append(
                    subprocess.Popen(
                        [sys.executable, "-m", "archiver", *command],
                        env=self.environment,
                        cwd=PROJECT,
                        stderr=log,
                        stdout=log,
                    )
                )


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty schema of the database and a bucket, which the environment names."""
    server().sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", f"CREATE SCHEMA {SCHEMA}")
    address = store().bucket()
    monkeypatch.setenv("ARCHIVER_INDEX", server().address(SCHEMA))
    monkeypatch.setenv("ARCHIVER_STORE", address)
    for name, value in store().environment.items():
        monkeypatch.setenv(name, value)
    yield address
    server().sql(f"DROP SCHEMA {SCHEMA} CASCADE")


@pytest.fixture
def machines(archive: Archive, shared: str) -> Iterator[list[Machine]]:
    """The machines."""
    made = [
        Machine(
            archive.output.with_name(name),
            {
                **os.environ,
                "http_proxy": archive.replica.url,
                "MACHINE": name,
                "CLOCK": str(wrong),
                "SILENCE": str(SILENCE),
                "PYTHONPATH": f"{PROJECT / 'tests/other_machine'}:{os.environ.get('PYTHONPATH', '')}",
            },
            [],
        )
        for name, wrong in CLOCKS.items()
    ]
    yield made
    for one in made:
        for command in one.commands:
            command.kill()
            command.wait()


def go_on(machines: list[Machine]) -> None:
    """Start what has ended, and let them work."""
    for one in machines:
        one.start()
    time.sleep(0.02)


def test_machines_may_fail_at_any_time(archive: Archive, web: Web, machines: list[Machine], shared: str) -> None:
    web.asked = times = Times()
    press, chance = Press(web), random.Random(KILLS)
    listed = {f"http://www.s{number}.example": EACH for number in range(HOSTS)}
    for site, count in listed.items():
        press.site(site, feed=list(range(1, count + 1)))
    assert archive.archiver("follow", *listed, env={"ARCHIVER_INDEX": "", "ARCHIVER_STORE": ""}).returncode == 0
    for one in machines:
        one.directory.mkdir()
        (one.directory / "_followed.yaml").write_bytes((archive.output / "_followed.yaml").read_bytes())
    killed = {"worker": 0, "command": 0, "database": 0, "store": 0}
    begun = time.monotonic()
    while sum(killed.values()) < KILLS and time.monotonic() - begun < LONGEST:
        # What they do says when it happens, not a clock: when they have asked for some pages.
        asked_by_then = len(times) + chance.randint(0, 30) if KILLS > SHORT else 6 * (1 + sum(killed.values()))
        patience = time.monotonic() + PATIENCE
        while len(times) < asked_by_then and time.monotonic() < patience:
            go_on(machines)
        if not (at_work := workers(machines[0])):
            continue
        what = chance.choices(list(killed), [80, 10, 5, 5])[0] if KILLS > SHORT else list(killed)[sum(killed.values())]
        if what == "worker":
            with suppress(ProcessLookupError):
                os.kill(chance.choice(at_work), signal.SIGKILL)
        elif what == "command":  # its worker goes on without it
            chance.choice([command for one in machines for command in one.commands]).kill()
        elif what == "database":
            server().stop(chance.choice(["immediate", "fast"]))
            server().start()
        else:
            store().restart_at("PUT", 1 + sum(killed.values()) % 3)
        killed[what] += 1
        print(f"{time.monotonic() - begun:.0f} s: {what}; {len(times)} requests by then", flush=True)
        site = chance.choice(list(listed))
        listed[site] += 1
        press.site(site, feed=list(range(1, listed[site] + 1)))
    patience = time.monotonic() + 6 * PATIENCE
    while store().awaits_restart():  # else the last run, which never reached it before, might find it away
        assert time.monotonic() < patience
        go_on(machines)
    took = time.monotonic() - begun
    for one in machines:
        for command in one.commands:
            command.terminate()
    statuses = [command.wait(240) for one in machines for command in one.commands]
    saved = len([path for path in store().objects(shared) if path.startswith("_posts/")])
    first = Archive(machines[0].directory, archive.replica)
    while workers(machines[0]):  # of commands that were killed
        time.sleep(0.2)
    end = [sys.executable, "-m", "archiver", *words(first, "crawl", "web", "--workers", "2", *POLITE)]
    while True:
        done = subprocess.run(end, env=machines[0].environment, cwd=PROJECT, capture_output=True, check=False)
        if done.returncode != LOCKED:
            break
        time.sleep(1)  # who was killed on another machine may be at work, as far as is known
    assert done.returncode in {0, ALARM}, done.stderr  # by a host's rhythm its news, of another month, may be overdue
    gaps = [later - earlier for moments in times.of.values() for earlier, later in pairwise(moments)]
    articles = [one for one in times if "/2026/" in one]
    print(
        killed, f"in {took:.0f} s; statuses {statuses}; {saved} of {sum(listed.values())} posts by then; smallest gap"
    )
    print(f"{min(gaps):.3f} of {len(gaps)}; {len(articles) - len(set(articles))} articles were asked for again")
    assert min(gaps) > DELAY / 4  # a busy machine hears of requests late, but not by so much
    for one in machines:
        verified = Archive(one.directory, archive.replica).archiver("verify", env=STORE)
        assert verified.returncode == 0, verified.stdout
    found = {path.rpartition("/")[2]: content for path, content in store().objects(shared).items() if "_posts/" in path}
    with pytest.MonkeyPatch.context() as apart:
        apart.delenv("ARCHIVER_STORE")
        assert found == alone(archive)
    assert len(found) == sum(listed.values())


def workers(machine: Machine) -> list[int]:
    """The processes of the workers that are at work, by the index."""
    try:
        with closing(Index.read(machine.directory, os.environ["ARCHIVER_INDEX"])) as index:
            return [one.process for one in index.workers.at_work() if not has_ended(one.process)]
    except IndexFileError:  # it is being made
        return []
