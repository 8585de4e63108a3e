"""A disk that takes nothing more ends a run: once, with one line that says what to do, and nothing is lost."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from scrapy import Request
from scrapy.utils.test import get_crawler

from archiver.index import schema
from archiver.net.budget import BudgetMiddleware, BudgetSpentError
from archiver.replay import spool
from archiver.signals import archive_failed
from archiver.workers.process import WorkerProcess
from tests import forks

if TYPE_CHECKING:
    import sqlite3

    from tests.conftest import Archive

FAILING = Path(__file__).parent / "failing_disk"
LISTING = "eastmoney/headlines"
ALL = "13 written, 0 unchanged, 0 failed\n"


def failing(part: str, number: int) -> dict[str, str]:
    """What a process must have around it so that nothing can be made in that part of an archive."""
    return {"PYTHONPATH": str(FAILING), "FAILING_PART": part, "FAILING_WITH": str(number)}


@pytest.mark.parametrize(
    ("part", "number", "advice"),
    [
        ("_posts", errno.ENOSPC, "make room, and run again: nothing is lost"),
        ("_posts", errno.EDQUOT, "make room, and run again: nothing is lost"),
        ("_posts", errno.EIO, "look at the disk, and run again: nothing is lost"),
        ("_captures", errno.ENOSPC, "make room, and run again: nothing is lost"),
        ("_captures", errno.EROFS, "make it writable, and run again: nothing is lost"),
        ("_captures", errno.EACCES, "Permission denied"),
        ("_manifests", errno.ENOSPC, "make room, and run again: nothing is lost"),
        ("_manifests", errno.EIO, "look at the disk, and run again: nothing is lost"),
        ("reports", errno.EDQUOT, "make room, and run again: nothing is lost"),
    ],
)
def test_a_disk_that_fails_ends_a_run_once(archive: Archive, part: str, number: int, advice: str) -> None:
    result = archive.crawl(LISTING, env=failing(part, number))
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("archiver: ")
    assert part in line
    assert os.strerror(number) in line
    assert line.endswith(advice)
    again = archive.crawl(LISTING)
    assert (again.returncode, again.stderr) == (0, "")
    assert len(archive.posts) == 13
    assert not list(archive.output.rglob("*.tmp"))
    assert archive.archiver("verify").returncode == 0


def test_articles_that_a_full_disk_did_not_take_have_not_failed(archive: Archive) -> None:
    """They are as due as they were, and no answer is believed to be kept that is not."""
    archive.crawl(LISTING, env=failing("_posts", errno.ENOSPC))
    assert archive.rows("SELECT state, sum(tries) FROM articles GROUP BY state") == [("listed", 0)]
    assert archive.rows("SELECT count(*) FROM posts") == [(0,)]
    assert archive.crawl(LISTING).stdout == ALL


FILES = "let it open more files (ulimit -n), and run again: nothing is lost"


@pytest.mark.parametrize(
    ("work", "number", "advice"),
    [
        ("extraction.serve", errno.EMFILE, FILES),
        ("storage.writing", errno.EMFILE, FILES),
        ("captures.writing", errno.EAGAIN, "let it start more processes (ulimit -u), and run again: nothing is lost"),
        ("extraction.serve", errno.ENOMEM, "let it have more memory, and run again: nothing is lost"),
        ("extraction.serve", errno.EPERM, os.strerror(errno.EPERM)),
    ],
)
def test_a_machine_that_starts_no_process_ends_a_run_once(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, work: str, number: int, advice: str
) -> None:
    """It is not the articles' doing: they are as due as they were."""
    start = forks.start_worker

    async def starting(worker: WorkerProcess[Any, Any]) -> None:
        if work in worker._function:
            await really_start(worker)
        await start(worker)

    async def exhausted(*_: object, **options: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    really_start = WorkerProcess._start
    monkeypatch.setattr(forks, "start_worker", starting)
    monkeypatch.setattr("asyncio.create_subprocess_exec", exhausted)
    result = archive.crawl(LISTING, env={"ARCHIVER_EXTRACTORS": "1"})
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("archiver: no process can be started for archiver.")
    assert line.endswith(advice)
    monkeypatch.undo()
    assert archive.rows("SELECT state, sum(tries) FROM articles GROUP BY state") == [("listed", 0)]
    assert archive.crawl(LISTING).stdout == ALL


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOBUFS])
def test_a_machine_that_opens_no_connection_ends_a_run_once(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    assert archive.crawl(LISTING, "--max-requests", "4").returncode == 0
    archive.replica.requests.clear()

    async def exhausted(*_: object, **options: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("aiohappyeyeballs.start_connection", exhausted)
    monkeypatch.setattr("aiohttp.connector.aiohappyeyeballs.start_connection", exhausted)
    result = archive.crawl(LISTING)
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"archiver: no connection can be opened: {os.strerror(number)}")
    monkeypatch.undo()
    assert archive.rows("SELECT sum(tries) FROM articles WHERE state <> 'saved'") == [(0,)]
    assert archive.crawl(LISTING).returncode == 0
    assert len(archive.posts) == 13


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_an_edit_that_could_not_be_written_is_asked_for_in_whole(archive: Archive, number: int) -> None:
    """The source must not be told that we have it."""
    archive.replica.validators = True
    archive.crawl(LISTING)
    edited = next(record for record in archive.replica.articles if record.revised)
    archive.replica.edit(edited.id)
    assert archive.crawl(LISTING, "--recheck", "2d", env=failing("_posts", number)).returncode == 1
    assert archive.crawl(LISTING, "--recheck", "2d").stdout == "1 written, 12 unchanged, 0 failed\n"


def test_nothing_is_asked_for_that_could_not_be_kept() -> None:
    crawler = get_crawler()
    budget = BudgetMiddleware.from_crawler(crawler)
    asyncio.run(budget.process_request(Request("http://example.com/1")))
    crawler.signals.send_catch_log(archive_failed)
    with pytest.raises(BudgetSpentError):
        asyncio.run(budget.process_request(Request("http://example.com/2")))


@pytest.mark.parametrize("room", [0, 1])
def test_an_index_that_is_full_ends_a_run_once(archive: Archive, room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever in a run it is. room: pages that it may grow by."""

    def small(file: Path | None, *patience: float) -> sqlite3.Connection:
        connection = opened(file, *patience)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + room}")
        return connection

    opened = schema.open_for_writing
    with monkeypatch.context() as patched:
        patched.setattr(schema, "open_for_writing", small)
        result = archive.crawl(LISTING)
    assert result.returncode == 1
    assert [line for line in result.stderr.splitlines() if line] == [
        f"archiver: {archive.output}/_index/index.sqlite: database or disk is full; make room, and run again: "
        "nothing is lost"
    ]
    again = archive.crawl(LISTING)
    assert (again.returncode, again.stderr) == (0, "")
    assert len(archive.posts) == 13


def test_a_replay_on_a_full_disk_ends_once(archive: Archive) -> None:
    archive.crawl(LISTING)
    good = archive.posts
    for file in (archive.output / "_posts").iterdir():
        file.unlink()
    result = archive.archiver("replay", env=failing("_posts", errno.ENOSPC))
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.endswith("not written: No space left on device; make room, and run again: nothing is lost")
    assert archive.archiver("replay").returncode == 0
    assert archive.posts == good


def test_a_replay_that_has_no_room_to_wait_ends_once(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    archive.crawl(LISTING, "--limit", "2")
    monkeypatch.setattr(spool, "mkdtemp", full)
    result = archive.archiver("replay")
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("archiver: ")
    assert line.endswith(
        "what was read cannot wait there: No space left on device; make room, and run again: nothing is lost"
    )
