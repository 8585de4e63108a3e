"""Datasets: each page of captures is a row, once, whatever happens meanwhile."""

from __future__ import annotations

import fcntl
import gzip
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archiver.captures import regions as regions_module
from archiver.workers.process import WorkerProcess
from tests import cluster, forks
from tests.conftest import invoke
from tests.test_replay_pages import HTML, crawled
from tests.test_warc_records import record
from tests.web import story

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

DYING = "tests.workers_that_die"
SITE = "http://www.merrow.example"
TEXT = "Nobody on the council wanted to say what the {n} new trams for the north of the town will cost in the end."


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with cluster.running(2) as (address, _):
        yield f"dask://{address}"


@pytest.fixture
def captures(tmp_path: Path) -> list[str]:
    """Three captures of pages and of what is none, on two days; the last is broken at its end."""
    directory = tmp_path / "captures"
    directory.mkdir()
    pages = [(f"{SITE}/2026/{n}", story(f"Trams {n}", text=TEXT), HTML) for n in range(6)]
    other = [(f"{SITE}/front", "<p>Nothing.</p>", HTML), (f"{SITE}/x.png", "\x89PNG", "image/png")]
    one, two, three = (directory / f"{name}.warc.gz" for name in ("one", "two", "three"))
    crawled(one, pages[:3])
    crawled(two, [*pages[3:5], *other])
    gone = record(1, url=f"{SITE}/gone/{{}}").replace(b"200 OK", b"404 No")
    again = record(2, url=f"{SITE}/again/{{}}", WARC_Type="revisit", body=b"")
    crawled(three, pages[5:])
    with three.open("ab") as file:
        file.write(gzip.compress(gone) + gzip.compress(again) + gzip.compress(gone)[:50])
    return [str(one), str(two), str(three)]


def extract(to: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return invoke("extract", "--to", "parquet", str(to), *arguments, env=env)


def rows(to: Path, table: str) -> list[dict[str, Any]]:
    """The rows of a table, in the order of their records."""
    from pyarrow import dataset as datasets  # type: ignore[import-untyped]  # here: it loads pandas

    found: list[dict[str, Any]] = datasets.dataset(to / table, partitioning="hive").to_table().to_pylist()
    return sorted(found, key=lambda row: (row["warc"], row["offset"]))


def files(to: Path) -> dict[str, bytes]:
    """All files of a dataset but its lock."""
    return {str(file.relative_to(to)): file.read_bytes() for file in sorted(to.rglob("*")) if file.is_file()}


def test_each_page_is_a_row(captures: list[str], tmp_path: Path) -> None:
    to = tmp_path / "pages"
    result = extract(to, "--jobs", "2", str(tmp_path / "captures"), captures[0])
    assert result.stdout == "6 articles, 4 pages refused\n"
    (broken,) = result.stderr.splitlines()
    assert (result.returncode, broken.partition(": broken at byte ")[0]) == (1, f"archiver: {captures[2]}")
    articles = rows(to, "articles")
    assert [row["title"] for row in articles] == [f"Trams {n}" for n in (0, 1, 2, 5, 3, 4)]
    first = articles[0]
    assert (first["warc"], first["address"], str(first["captured"])) == (captures[0], f"{SITE}/2026/0", "2026-11-05")
    assert "new trams" in first["text"]
    packed = Path(captures[0]).read_bytes()[first["offset"] : first["offset"] + first["length"]]
    assert b"Trams 0" in gzip.decompress(packed)
    refused = {row["address"].removeprefix(SITE): (row["reason"], row["status"]) for row in rows(to, "refused")}
    assert refused.pop("/front")[1] == 200
    assert refused.pop("/x.png")[1] == 200
    assert refused == {"/gone/1": ("answered with status 404", 404), "/again/2": ("a revisit", 200)}
    assert sorted(path.name for path in (to / "refused").iterdir()) == ["captured=2026-03-04", "captured=2026-11-05"]
    import pandas  # type: ignore[import-untyped]  # here, or all who run any tests load it

    read = pandas.read_parquet(to / "articles")
    assert len(read) == 6


def test_what_is_there_is_not_read_again(captures: list[str], tmp_path: Path) -> None:
    to = tmp_path / "pages"
    assert extract(to, "--jobs", "1", *captures[:2]).returncode == 0
    before = files(to)
    again = extract(to, "--jobs", "1", *reversed(captures[:2]))
    assert (again.returncode, again.stdout) == (0, "5 articles, 2 pages refused; 2 of 2 parts were there\n")
    assert files(to) == before
    more = extract(to, "--jobs", "1", *captures)
    assert more.stdout == "6 articles, 4 pages refused; 2 of 3 parts were there\n"
    whole = tmp_path / "whole"
    extract(whole, "--jobs", "2", *captures)
    assert files(to) == files(whole)
    with Path(captures[0]).open("ab") as file:
        file.write(gzip.compress(record(9)))
    changed = extract(to, *captures)
    assert (changed.returncode, changed.stderr) == (
        2,
        f"archiver: {captures[0]}: has changed since its rows were written; extract into a new directory\n",
    )


def test_a_capture_of_many_parts_has_each_row_once(
    captures: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    extract(whole, "--jobs", "1", *captures)
    monkeypatch.setattr(regions_module, "MAX_REGION_BYTES", 300)
    monkeypatch.setattr("archiver.datasets.dataset.REGIONS_PER_JOB", 1)
    extract(parts, "--jobs", "2", *captures)
    assert len(list((parts / "_done").iterdir())) > 6
    for table in ("articles", "refused"):
        assert rows(parts, table) == rows(whole, table)


def test_workers_that_are_killed_make_no_difference(
    captures: list[str], scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole"
    extract(whole, "--jobs", "1", *captures)
    monkeypatch.setattr("archiver.datasets.dataset.SERVE_FUNCTION", f"{DYING}:extract")
    for name, options in {"processes": ("--jobs", "2"), "dask": ("--engine", scheduler)}.items():
        to = tmp_path / name
        result = extract(to, *options, *captures)
        assert result.stdout == "6 articles, 4 pages refused\n"
        assert Path(f"{to}.before").exists()
        assert Path(f"{to}.after").exists()
        assert files(to) == files(whole)


def test_a_run_that_is_killed_goes_on_where_it_was(captures: list[str], tmp_path: Path) -> None:
    to, whole = tmp_path / "pages", tmp_path / "whole"
    killed = (
        "import os, sys; from archiver.commands import main; from archiver.datasets import dataset\n"
        "os.environ['RUN_TO_KILL'] = str(os.getpid())\n"
        f"dataset.SERVE_FUNCTION = '{DYING}:kill_the_run'\n"
        "main(['extract', '--to', 'parquet', *sys.argv[1:]])"
    )
    environment = dict(os.environ)
    run = forks.run(["-c", killed, str(to), "--jobs", "1", *captures], environment=environment, timeout=60)
    assert run.returncode == -9
    assert len(list((to / "_done").glob("*.json"))) == 1
    assert len(list((to / "articles").rglob("*.parquet"))) == 2
    (to / "_unfinished" / "left").mkdir()
    result = extract(to, "--jobs", "1", *captures)
    assert result.stdout == "6 articles, 4 pages refused; 1 of 3 parts were there\n"
    extract(whole, "--jobs", "1", *captures)
    assert files(to) == files(whole)


def test_what_cannot_be_is_one_line_and_changes_nothing(captures: list[str], tmp_path: Path) -> None:
    to = tmp_path / "pages"

    def line(*arguments: str, **env: str) -> tuple[int, str]:
        result = invoke("extract", *arguments, env=env)
        assert result.stdout == ""
        (said,) = result.stderr.splitlines()
        return result.returncode, said.removeprefix("archiver: ")

    assert line("--to", "parket", str(to), *captures) == (
        2,
        "--to parket: no such format; did you mean parquet?; there is parquet",
    )
    assert line("--to", "parquet", str(to), "--markdown", *captures)[0] == 2
    assert line("--engine", "dask", *captures)[0] == line("--jobs", "2", *captures)[0] == 2
    assert line("--to", "parquet", str(to), "--engine", "dusk", *captures)[0] == 2
    assert line("--to", "parquet", str(to), str(tmp_path / "none.warc"))[0] == 1
    assert line("--to", "parquet", str(to / "deep"), *captures) == (2, f"{to}/deep: there is no directory {to}")
    assert not to.exists()
    full = Path(captures[0]).parent
    before = sorted(full.iterdir())
    assert line("--to", "parquet", str(full), *captures) == (
        2,
        f"{full}: holds something else; name a directory that is new or empty",
    )
    assert sorted(full.iterdir()) == before
    assert line("--to", "parquet", captures[0], *captures) == (2, f"{captures[0]}: is no directory")
    extract(to, "--jobs", "1", *captures[:1])
    before_files = files(to)
    status, said = line("--to", "parquet", str(to), *captures, ARCHIVER_KEEP_PAYWALLED="1")
    assert (status, said.partition(":")[0]) == (2, str(to))
    assert "was made otherwise (keep_paywalled)" in said
    with (to / "_lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert line("--to", "parquet", str(to), *captures) == (75, f"{to}: another extraction is at work here")
    (to / "_dataset.json").write_text("{")
    assert line("--to", "parquet", str(to), *captures)[0] == 2
    assert {**files(to), "_dataset.json": b""} == {**before_files, "_dataset.json": b""}


def test_a_disk_that_takes_nothing_ends_it_once(captures: list[str], tmp_path: Path) -> None:
    to = tmp_path / "pages"
    extract(to, "--jobs", "1", *captures[:1])
    shutil.rmtree(to / "articles")
    (to / "articles").write_bytes(b"")
    result = extract(to, "--jobs", "1", *captures)
    (said,) = result.stderr.splitlines()
    assert (result.returncode, result.stdout) == (1, "")
    assert said.startswith(f"archiver: {to}/articles")


def test_without_its_library_it_says_what_to_install(
    captures: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archiver.datasets.dataset.find_spec", lambda _: None)
    monkeypatch.setattr(WorkerProcess, "_start", forks.start_worker)
    result = extract(tmp_path / "pages", *captures)
    assert (result.returncode, result.stderr) == (
        1,
        "archiver: parquet: pyarrow is not there; install it: pip install 'news-share-archiver[parquet]'\n",
    )
