"""Workers: several processes crawl one archive, and it becomes what one would have made of it."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import closing, suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from archiver.clock import SECOND, now
from archiver.errors import IndexFileError
from archiver.index import Index
from archiver.processes import has_ended
from tests import forks
from tests.conftest import NO_DELAY, PROJECT, Archive
from tests.postgres import server
from tests.press import Press, article, press, rss
from tests.web import Web, archive, web

if TYPE_CHECKING:
    from collections.abc import Iterator


__all__ = ["archive", "press", "web"]  # fixtures
SCHEMA = "crew"


@pytest.fixture(params=["sqlite", "postgres"])
def at(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the index is: in a file, or on a server."""
    if request.param == "sqlite":
        yield ""
        return
    server().sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", f"CREATE SCHEMA {SCHEMA}")
    monkeypatch.setenv("ARCHIVER_INDEX", server().address(SCHEMA))
    yield server().address(SCHEMA)
    server().sql(f"DROP SCHEMA {SCHEMA} CASCADE")


def followed(archive: Archive, press: Press, count: int, each: int) -> list[str]:
    """Follow so many sites, of so many articles each."""
    sites = [f"http://www.s{number}.example" for number in range(count)]
    for site in sites:
        press.site(site, feed=list(range(1, each + 1)))
    assert archive.archiver("follow", *sites).returncode == 0
    return sites


def crawl(archive: Archive, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Crawl with workers, in processes of their own."""
    return archive.run("-m", "archiver", *words(archive, "crawl", "web", *arguments), **options)


def words(archive: Archive, command: str, *arguments: str) -> list[str]:
    """The words of a command that asks without delay."""
    return [command, "--output", str(archive.output), *NO_DELAY, "-s", "ARCHIVER_EXTRACTORS=0", *arguments]


def alone(archive: Archive) -> dict[str, bytes]:
    """The posts that one crawl makes of the same, in another archive with its index in a file."""
    other = Archive(archive.output.with_name("alone"), archive.replica)
    other.output.mkdir()
    (other.output / "_followed.yaml").write_bytes((archive.output / "_followed.yaml").read_bytes())
    assert other.crawl("web", env={"ARCHIVER_INDEX": ""}).returncode in {0, 1}
    return other.posts


def test_workers_make_of_an_archive_what_one_would(archive: Archive, press: Press, at: str) -> None:
    sites = followed(archive, press, 5, 4)
    of_all = [article(site, number) for site in sites for number in (5, 6)]
    hub = press.put("http://hub.example/feed", rss("http://hub.example", of_all), "application/rss+xml")
    for site, number in [(site, number) for site in sites for number in (5, 6)][1:]:
        press.article(site, number)  # the first one is not there
    outlines = archive.output.with_name("hub.opml")
    outlines.write_text(f'<opml version="2.0"><body><outline xmlUrl="{hub}"/></body></opml>')
    assert archive.archiver("follow", "--opml", str(outlines)).returncode == 0
    done = crawl(archive, "--workers", "3", "--json")
    gone = article(sites[0], 5)
    assert (done.returncode, done.stderr) == (
        1,
        f"archiver: {gone}: HTTP status 404: there is no such article, or it was withdrawn (www.s0.example)\n",
    )
    report = json.loads(done.stdout)
    assert (report["counts"], report["alarms"]) == ({"written": 29, "failed": 1}, [])
    assert [one["address"] for one in report["failures"]] == [gone]
    # What a listing gave is counted by all who fetched its articles.
    assert {one["listing"]: (one["listed"], one["saved"], one["failed"]) for one in report["listings"]} == {
        **{f"web/{site}/feed": (4, 4, 0) for site in sites},
        f"web/{hub}": (10, 9, 1),
    }
    assert sorted(press.asked) == sorted(set(press.asked)), "something was asked for twice"
    assert archive.archiver("verify").returncode == 0
    assert archive.posts == alone(archive)
    names = [file.name for file in (archive.output / "_captures").rglob("*.warc.gz")]
    assert all(re.fullmatch(r"archiver-\d+T\d+Z-w[123]-00001\.warc\.gz", name) for name in names), names
    assert len(list((archive.output / "_index" / "reports").iterdir())) == 1
    assert not list((archive.output / "_index").glob("worker-*"))
    again = crawl(archive, "--workers", "2")
    assert (again.returncode, again.stdout) == (0, "0 written, 0 unchanged, 0 failed\n")


class Times(list[str]):
    """Addresses, and when each was added."""

    def __init__(self) -> None:
        super().__init__()
        self.of: defaultdict[str, list[float]] = defaultdict(list)

    def append(self, address: str) -> None:
        self.of[urlsplit(address).netloc].append(time.monotonic())
        super().append(address)


def test_a_host_that_several_need_is_asked_no_faster_than_by_one(archive: Archive, web: Web, at: str) -> None:
    web.asked = times = Times()
    press, hub, delay = Press(web), "http://feeds.example", 0.4
    sites = [f"http://www.s{number}.example" for number in range(6)]
    for number, site in enumerate(sites):
        press.put(f"{hub}/{number}", rss(site, [1]), "application/rss+xml")
        press.article(site, 1)
    outlines = "".join(f'<outline xmlUrl="{hub}/{number}"/>' for number in range(6))
    feeds = archive.output.with_name("feeds.opml")
    feeds.write_text(f'<opml version="2.0"><body>{outlines}</body></opml>')
    assert archive.archiver("follow", "--opml", str(feeds)).returncode == 0
    done = crawl(archive, "--workers", "3", "-s", f"DOWNLOAD_DELAY={delay}", "-s", "DOWNLOAD_DELAY_JITTER=0", "-v")
    assert (done.returncode, done.stdout) == (0, "6 written, 0 unchanged, 0 failed\n"), done.stderr
    asked = times.of[urlsplit(hub).netloc]
    assert len(asked) == len(sites)
    # What a server sees is what was sent and the network's and the machine's moods.
    assert min(later - earlier for earlier, later in pairwise(asked)) > delay * 0.75


KILLS = int(os.environ.get("KILLS_OF_WORKERS", "3"))  # 200 take many minutes


def test_workers_may_be_killed_at_any_time(archive: Archive, press: Press, at: str) -> None:
    followed(archive, press, 6, max(6, KILLS // 4))
    chance = random.Random(KILLS)
    environment = {**os.environ, "http_proxy": archive.replica.url, "no_proxy": ""}
    command = words(archive, "worker", "web", "--until-idle", "-s", "DOWNLOAD_DELAY=0.1")
    crew: list[subprocess.Popen[bytes]] = []
    killed = 0
    while killed < KILLS:
        crew = [one for one in crew if one.poll() is None]
        while len(crew) < 3:
            crew.append(forks.Popen([sys.executable, "-m", "archiver", *command], env=environment, cwd=PROJECT))
        at_work = workers(archive)
        if not at_work:
            time.sleep(0.05)
            continue
        time.sleep(chance.uniform(0, 0.5))
        with suppress(ProcessLookupError):
            os.kill(chance.choice(at_work), signal.SIGKILL)
            killed += 1
    for one in crew:
        one.wait(120)
    done = crawl(archive, "--workers", "2")
    assert done.returncode == 0, done.stderr
    verified = archive.archiver("verify")
    assert verified.returncode == 0, verified.stdout
    assert archive.posts == alone(archive)
    assert not [file for file in archive.output.rglob(".*") if file.name != ".gitignore"]


def workers(archive: Archive) -> list[int]:
    """The processes of the workers that are at work, by the index."""
    at = os.environ.get("ARCHIVER_INDEX", "")
    try:
        with closing(Index.read(archive.output, at)) as index:
            return [one.process for one in index.workers.at_work() if not has_ended(one.process)]
    except IndexFileError:  # it is being made
        return []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_workers_and_the_next_run_goes_on(
    archive: Archive, press: Press, number: signal.Signals
) -> None:
    followed(archive, press, 3, 8)
    environment = {**os.environ, "http_proxy": archive.replica.url, "no_proxy": ""}
    command = words(archive, "crawl", "web", "--workers", "2", "-s", "DOWNLOAD_DELAY=1")
    command = [sys.executable, "-m", "archiver", *command]
    process = forks.Popen(command, env=environment, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not archive.posts:
        time.sleep(0.05)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + number, said
    assert b"Traceback" not in said
    assert workers(archive) == []
    saved = len(archive.posts)
    assert 0 < saved < 24
    done = crawl(archive)
    assert (done.returncode, done.stdout) == (0, f"{24 - saved} written, 0 unchanged, 0 failed\n"), done.stderr
    assert archive.archiver("verify").returncode == 0
    assert archive.posts == alone(archive)


def test_workers_share_an_archive_with_nobody_else(archive: Archive, press: Press) -> None:
    followed(archive, press, 1, 1)
    assert crawl(archive).returncode == 0
    with closing(Index.share(archive.output)):
        for command in (("crawl", "web"), ("manifest",), ("verify", "--repair")):
            refused = archive.archiver(*command)
            assert (refused.returncode, refused.stderr[:9]) == (75, "archiver:"), refused
            assert "another run is at work here: workers (archiver status shows them)" in refused.stderr
    with closing(Index.open(archive.output)):
        refused = crawl(archive, "--workers", "2")
        assert (refused.returncode, refused.stdout) == (75, "")
        assert "another run is at work here: process" in refused.stderr


def test_limits_are_those_of_all_workers_together(archive: Archive, press: Press) -> None:
    followed(archive, press, 4, 4)
    done = crawl(archive, "--workers", "3", "--limit", "4")
    assert done.returncode == 0, done.stderr
    assert len(archive.posts) == 4


def test_status_shows_who_is_at_work_and_who_has_gone_silent(archive: Archive, press: Press, at: str) -> None:
    followed(archive, press, 1, 1)
    assert archive.crawl("web").returncode == 0
    with closing(Index.share(archive.output, at)) as index:
        moment = now()
        begun = moment - 100 * SECOND
        index.workers.join(index.workers.begin_run("crawl", begun), begun)
        index.workers.renew(moment, "site www.merrow.example", 250, 300)
        shown = archive.archiver("status")
        assert shown.returncode == 0, shown.stdout
        assert "at work\n" in shown.stdout
        (row,) = (line for line in shown.stdout.splitlines() if f"process {os.getpid()}" in line)
        assert re.fullmatch(r"\d+: process .* 1 min ago +\d+ s ago +250 +2.5 +site www.merrow.example", row), row
        index.workers.renew(now() - 40 * SECOND, "", 250, 300)
        silent = archive.archiver("status")
        assert (silent.returncode, "ALARM: worker " in silent.stdout) == (3, True)
        assert re.search(r"was last heard of at .*: if it has ended, others take over what it is at", silent.stdout)
        assert "was killed" not in silent.stdout  # it may be alive
        (worker,) = json.loads(archive.archiver("status", "--json").stdout)["workers"]
        assert (worker["silent"], worker["articles"], worker["doing"]) == (True, 250, "")
        metrics = archive.archiver("status", "--metrics").stdout.splitlines()
        assert {"archiver_workers 1", "archiver_workers_silent 1"} <= set(metrics)


def test_status_gives_no_advice_to_crawl_to_who_does(archive: Archive, at: str) -> None:
    archive.output.mkdir(exist_ok=True)
    Index.open(archive.output, at).close()
    assert "no listing has been read yet: archiver crawl\n" in archive.archiver("status").stdout
    with closing(Index.share(archive.output, at)) as index:
        index.workers.join(index.workers.begin_run("crawl", now()), now())
        assert "no listing has been read yet\n" in archive.archiver("status").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--workers", "0"), "--workers: expected a number from 1 on, got '0'"),
        (("--workers", "two"), "--workers: expected a number from 1 on, got 'two'"),
        (
            ("--workers", "2", "--dry-run"),
            "workers: a dry run fetches nothing, so there is nothing to share; leave one of the two out",
        ),
        (("--workers", "2", "--limit", "x"), "limit: expected a number, got 'x'"),
        (("--workers", "2", "nowhere/nothing"), "nowhere/nothing: no such source"),
    ],
)
def test_what_workers_cannot_do_is_refused(archive: Archive, arguments: tuple[str, ...], said: str) -> None:
    refused = archive.archiver("crawl", *arguments)
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"archiver: {said}"), refused.stderr
    assert not (archive.output / "_index").exists()
