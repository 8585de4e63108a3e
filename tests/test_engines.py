"""Engines: whatever reads captures, and whatever becomes of its processes, the same comes of them."""

from __future__ import annotations

import asyncio
import fcntl
import re
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest

from archiver.captures.regions import MAX_REGION_BYTES, Region
from archiver.clock import now
from archiver.engines import in_order, load_engine, started
from archiver.engines.in_order import JOBS_AHEAD
from archiver.errors import ArchiverError, EngineError, StoreError, UsageError, WorkerError, WorkerLostError
from archiver.extraction import ExtractOptions
from archiver.recipes import load_recipes
from archiver.replay import serve
from archiver.replay.replay import MAX_REGIONS, _jobs
from archiver.replay.spool import DIRECTORY_PREFIX, Spool
from archiver.workers.pool import WorkerPool
from archiver.workers.process import WorkerProcess
from tests import cluster, forks
from tests.conftest import PROJECT, Archive

if TYPE_CHECKING:
    from collections.abc import Iterator

DYING = "tests.workers_that_die"
LISTING = "eastmoney/market-37"


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """A cluster of two workers; it is in this file alone."""
    with cluster.running(2) as (address, _):
        yield f"dask://{address}"


@pytest.fixture(params=["processes", "dask://"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(WorkerProcess, "_start", forks.start_worker)
    return str(request.getfixturevalue("scheduler")) if request.param == "dask://" else "processes"


def work(engine: str, *jobs: str, function: str = f"{DYING}:serve") -> list[Any]:
    """What comes of jobs: results, and what is raised."""

    async def run() -> list[Any]:
        async with started(load_engine(engine, 2 if engine == "processes" else None), function, None) as pool:
            return await asyncio.gather(*map(pool.submit, jobs), return_exceptions=True)

    return asyncio.run(run())


def test_a_job_costs_itself_alone(engine: str, tmp_path: Path) -> None:
    killed = str(tmp_path / "killed")
    first, dead, second, failed, again, full = work(engine, "a", "die", "b", "fail", killed, "full")
    assert (first, second, again) == ("A", "B", killed.upper())
    assert isinstance(dead, WorkerLostError)
    assert isinstance(failed, WorkerError)
    assert "RuntimeError: odd" in str(failed)
    assert isinstance(full, StoreError)


@pytest.fixture
def captured(archive: Archive) -> Archive:
    """An archive of several captures, with an edit, revisits and posts of two forms."""
    archive.crawl(LISTING, "--limit", "6")
    archive.crawl("eastmoney/rolling", "--limit", "6")
    archive.replica.edit(next(record for record in archive.replica.articles if record.revised).id)
    archive.crawl(LISTING, "--recheck", "2d", "--limit", "4")
    return archive


def replayed(archive: Archive, name: str, *arguments: str) -> tuple[dict[str, bytes], list[str]]:
    """The files of another archive that a replay makes, and all that its index says, but for when it was said."""

    def without_now(row: object) -> str:
        return re.sub(r"\b[0-9]{16}\b", lambda found: "now" if int(found[0]) >= begun else found[0], str(row))

    begun = now()
    output = archive.output.with_name(name)
    result = archive.invoke("replay", *arguments, "--output", str(output), env={"ARCHIVER_WARC_SIZE": "1"})
    assert (result.returncode, result.stderr) == (0, "")
    other = Archive(output, archive.replica)
    tables = [name for (name,) in other.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    tables.remove("origin")  # of no two archives the same
    said = sorted(f"{name}: {without_now(row)}" for name in tables for row in other.rows(f"SELECT * FROM {name}"))
    files = {
        file.relative_to(output).as_posix(): file.read_bytes()
        for part in ("_posts", "_versions")
        for file in sorted((output / part).rglob("*.md"))
    }
    return files, said


def test_a_replay_is_the_same_on_any_engine(
    captured: Archive, scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["archiver.replay.replay"], "MAX_REGION_BYTES", 1)  # each file is a job of its own
    files = sorted(map(str, (captured.output / "_captures").rglob("*.warc.gz")))
    assert len(files) == 3
    expected = replayed(captured, "one", "--jobs", "1", *files)
    assert len(expected[0]) > 6
    assert replayed(captured, "two", "--engine", scheduler, *reversed(files)) == expected
    monkeypatch.setattr(sys.modules["archiver.replay.run"], "SERVE_FUNCTION", f"{DYING}:replay")
    assert replayed(captured, "three", "--jobs", "2", *reversed(files)) == expected
    assert replayed(captured, "four", "--engine", scheduler, *files) == expected


def test_what_is_not_there_is_one_line_and_makes_nothing(
    archive: Archive, scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.warc").write_bytes(b"")
    monkeypatch.setattr("archiver.engines.dask_cluster.SCHEDULER_TIMEOUT_SECONDS", 0.3)

    def line(name: str, *more: str, env: dict[str, str] | None = None) -> tuple[int, str]:
        result = archive.archiver("replay", "--engine", name, *more, str(tmp_path / "x.warc"), env=env or {})
        assert result.stdout == ""
        (said,) = result.stderr.splitlines()
        assert not archive.output.exists()
        return result.returncode, said

    assert line("dusk") == (2, "archiver: dusk: no such engine; did you mean dask?; there are dask, processes")
    assert line("dask://")[0] == line("processes://x")[0] == line(scheduler, "--jobs", "2")[0] == 2
    status, said = line("dask://127.0.0.1:9")
    assert (status, said.partition(": OSError")[0]) == (
        1,
        "archiver: dask://127.0.0.1:9: no scheduler can be reached there",
    )
    status, said = line(scheduler, env={"ARCHIVER_SCRATCH": str(tmp_path / "nowhere")})
    assert status == 1
    assert said.startswith(f"archiver: {tmp_path}/nowhere (ARCHIVER_SCRATCH): ")
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "archiver.engines.dask_cluster", raising=False)
    status, said = line("dask")
    assert (status, said[-43:]) == (1, "; install it: pip install 'distributed>=2025.1'"[-43:])


def test_a_cluster_without_workers_and_one_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    from_engine = "archiver.engines.dask_cluster"
    with cluster.running(0) as (address, process):
        with monkeypatch.context() as patch:
            patch.setattr(f"{from_engine}.WORKER_TIMEOUT_SECONDS", 0.1)
            with pytest.raises(EngineError, match=f"it has no workers.*start some: dask worker tcp://{address}"):
                work(f"dask://{address}", "a")

        async def arrived(*_: object, **__: object) -> None:
            """It looks as if there were some."""

        monkeypatch.setattr(f"{from_engine}.Client.wait_for_workers", arrived)

        async def run() -> None:
            async with started(load_engine(f"dask://{address}", None), f"{DYING}:serve", None) as pool:
                waiting = asyncio.ensure_future(pool.submit("a"))
                await asyncio.sleep(0)
                process.kill()
                await waiting

        with pytest.raises(EngineError, match=r"the scheduler is gone.*nothing is lost"):
            asyncio.run(run())


def test_workers_of_another_version_do_nothing(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.__version__", "0.0.9")
    (error,) = work(scheduler, "a")
    assert isinstance(error, EngineError)
    assert "and here is 0.0.9" in str(error)


def test_an_engine_that_was_given_no_number_of_processes_that_makes_sense(archive: Archive) -> None:
    result = archive.archiver("replay", "--jobs", "0")
    assert (result.returncode, result.stderr) == (2, "archiver: jobs: expected a number of 1 or more\n")
    with pytest.raises(UsageError):
        load_engine("", None)


class Waiting:
    """A pool that does nothing until it is told to."""

    size = 2

    def __init__(self) -> None:
        self.jobs: dict[int, asyncio.Future[int]] = {}

    async def submit(self, job: int) -> int:
        self.jobs[job] = asyncio.get_running_loop().create_future()
        return await self.jobs[job]

    async def close(self) -> None:
        """Nothing is open."""

    def kill(self) -> None:
        """Nothing is under way."""


def test_results_come_in_the_order_of_the_jobs_and_few_are_under_way() -> None:
    async def run() -> None:
        pool, said = Waiting(), list[int]()
        async with aclosing(in_order(pool, iter(range(20)))) as results:
            first = asyncio.ensure_future(anext(results))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert sorted(pool.jobs) == list(range(JOBS_AHEAD * pool.size))
            pool.jobs[1].set_exception(WorkerError("odd"))
            pool.jobs[0].set_result(0)
            job, result = await first
            said.append(await result)
            job, result = await anext(results)
            assert job == 1
            with pytest.raises(WorkerError):
                await result
            under_way = [pool.jobs[number] for number in range(2, JOBS_AHEAD * pool.size)]
        assert said == [0]
        assert all(one.cancelled() for one in under_way)

    asyncio.run(run())


def region(size: int, start: int = 0) -> Region:
    return Region("x", start, start + size, packed=True, stop=MAX_REGION_BYTES * 9)


def test_small_parts_are_read_as_one_job() -> None:
    assert [len(job) for job in _jobs([region(MAX_REGION_BYTES), region(MAX_REGION_BYTES), region(9)])] == [1, 1, 1]
    assert [len(job) for job in _jobs([region(MAX_REGION_BYTES // 2), region(MAX_REGION_BYTES // 2), region(9)])] == [
        2,
        1,
    ]
    assert [len(job) for job in _jobs([region(1)] * (MAX_REGIONS + 1))] == [MAX_REGIONS, 1]
    assert list(_jobs([])) == []


def test_a_spool_that_another_replay_takes_for_left_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the moment when its directory is there and the one when it is locked, another replay begins."""
    lock, made = fcntl.flock, list[str]()

    def flock(file: IO[str], how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        made.extend(one.name for one in tmp_path.iterdir())
        with Spool(str(tmp_path)):
            pass
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    with Spool(str(tmp_path)) as spool:
        assert [one.name for one in tmp_path.iterdir()] == [Path(spool.directory).name]
        assert Path(spool.directory).name not in made
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_replay_left_is_removed_by_the_next(tmp_path: Path) -> None:
    left, used = tmp_path / f"{DIRECTORY_PREFIX}left", tmp_path / f"{DIRECTORY_PREFIX}used"
    for directory in (left, used):
        directory.mkdir()
        (directory / "lock").touch()
    (tmp_path / "mine").mkdir()
    with (used / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with Spool(str(tmp_path)) as spool:
            assert sorted(tmp_path.iterdir()) == sorted([Path(spool.directory), used, tmp_path / "mine"])
    assert sorted(tmp_path.iterdir()) == [used, tmp_path / "mine"]


def test_a_worker_that_does_not_see_the_spool_says_so(captured: Archive, tmp_path: Path) -> None:
    file = next((captured.output / "_captures").rglob("*.warc.gz"))
    part = (Region(str(file), 0, file.stat().st_size, packed=True, stop=file.stat().st_size),)
    setup = serve.ReplaySetup(ExtractOptions(load_recipes()), captured.output, str(tmp_path / "nowhere"))
    (error,) = serve.serve(setup)([part])
    assert isinstance(error, ArchiverError)
    assert str(error).endswith("No such file or directory; name a directory that all workers see (ARCHIVER_SCRATCH)")


def test_nobody_loads_a_cluster_who_does_not_ask_for_one() -> None:
    code = (
        "import sys, archiver.archive, archiver.replay, archiver.commands.replay, archiver.commands.extract\n"
        "from archiver.engines import load_engine; load_engine('processes', 1)\n"
        "print([name for name in sys.modules if name.partition('.')[0] in ('dask', 'distributed', 'pyarrow')])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert result.stdout == "[]\n"


def test_a_process_that_has_ended_by_itself_meanwhile_is_ended_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    kill = asyncio.subprocess.Process.kill

    def late(process: asyncio.subprocess.Process) -> None:
        kill(process)
        raise ProcessLookupError

    async def ask() -> None:
        worker = WorkerProcess[int, int]("copy:copy", list, limit=0.0)
        with pytest.raises(WorkerError, match="took longer than 0 s"):
            await worker.call([1])
        pool = WorkerPool[int, int]("copy:copy", list, 1)
        assert await pool.submit(1) == 1
        pool.kill()
        await pool.close()

    monkeypatch.setattr("asyncio.subprocess.Process.kill", late)
    asyncio.run(ask())


def test_a_job_that_never_ends_is_ended_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each list has a time; without any, whatever is asked takes too long."""

    async def ask() -> None:
        pool = WorkerPool[int, int]("copy:copy", list, 1)
        try:
            with pytest.raises(WorkerError, match="took longer than 0 s"):
                await pool.submit(1)
        finally:
            await pool.close()

    monkeypatch.setattr("archiver.workers.pool.MAX_PROCESSOR_SECONDS", 0.0)
    asyncio.run(ask())
