"""Links that lead out of an archive: found wherever something is written, and refused."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from archiver.errors import StoreError
from archiver.links import LINKS_ADVICE, links_outside, refuse_links
from tests.conftest import NO_DELAY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Archive


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An archive with a directory for a month in each part, beside a directory of somebody else's."""
    for part in ("_posts", "_versions", "_captures", "_manifests"):
        (tmp_path / "archive" / part / "2026" / "03").mkdir(parents=True)
    (tmp_path / "archive" / "_index").mkdir()
    (tmp_path / "archive" / "_index" / "lock").write_text("")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_text("somebody else's")
    return tmp_path / "archive"


def test_an_archive_without_links(output: Path) -> None:
    assert list(links_outside(output)) == []
    refuse_links(output)
    refuse_links(output.with_name("not there yet"))


@pytest.mark.parametrize(
    ("path", "target"),
    [
        *(("_captures", "elsewhere"), ("_posts", "elsewhere"), ("_index", "elsewhere"), ("_manifests", "elsewhere")),
        *(("_quarantine", "elsewhere"), ("_captures/2026", "elsewhere"), ("_posts/2026/03", "elsewhere")),
        *(("_index/lock", "elsewhere/file"), ("_index/index.sqlite", "elsewhere/not there"), ("_versions/x", "..")),
    ],
)
def test_a_link_out_of_the_archive_is_refused(output: Path, path: str, target: str) -> None:
    link, there = output / path, (output.parent / target).resolve()
    if link.is_dir():
        link.rename(output.parent / "moved")
    elif link.exists():
        link.unlink()
    link.symlink_to(there, target_is_directory=there.is_dir())
    assert list(links_outside(output)) == [(path, there)]
    with pytest.raises(StoreError) as caught:
        refuse_links(output)
    assert str(caught.value) == f"{link}: it is a link out of the archive, to {there}; {LINKS_ADVICE}"


@pytest.mark.parametrize("target", ["_posts/2026/03/1.md", "_index/index.sqlite"])
@pytest.mark.parametrize("name", ["lock", "verifications.jsonl", "worker-here-1.lock"])
def test_a_file_of_the_index_is_no_link_wherever_it_leads(output: Path, name: str, target: str) -> None:
    """A lock is emptied, and a log grows."""
    link, there = output / "_index" / name, output.resolve() / target
    there.write_text("what is kept")
    link.unlink(missing_ok=True)
    link.symlink_to(there)
    with pytest.raises(StoreError) as caught:
        refuse_links(output)
    assert str(caught.value) == f"{link}: it is a link, to {there}; {LINKS_ADVICE}"


def test_of_some_parts_only_these_are_looked_at(output: Path) -> None:
    (output / "_assets").symlink_to(output.parent / "elsewhere")
    refuse_links(output, ("_index", "_posts"))
    with pytest.raises(StoreError, match="_assets: it is a link out of the archive"):
        refuse_links(output, ("_index", "_assets"))


def test_links_within_the_archive_and_of_posts_are_none_of_it(output: Path) -> None:
    (output / "_captures" / "2025").symlink_to(output / "_captures" / "2026")
    (output / "_posts" / "1.md").symlink_to(output.parent / "elsewhere" / "file")
    assert list(links_outside(output)) == []


def test_an_archive_may_be_a_link_itself(output: Path) -> None:
    link = output.with_name("link")
    link.symlink_to(output)
    assert list(links_outside(link)) == []


def test_a_link_in_a_circle_leads_nowhere(output: Path) -> None:
    (output / "_quarantine").symlink_to(output / "_quarantine")
    assert list(links_outside(output)) == []


WRITE = [
    ("crawl", "eastmoney/market-37"),
    ("get", "202403150001234567"),
    ("replay",),
    ("verify", "--repair"),
    ("manifest",),
    ("adopt",),
]


def contents(directory: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in directory.rglob("*") if file.is_file()}


@pytest.mark.parametrize("command", WRITE, ids=lambda command: command[0])
def test_nothing_is_written_through_a_link_unless_that_is_meant(archive: Archive, command: tuple[str, ...]) -> None:
    assert archive.crawl("eastmoney/market-37", "--limit", "3").returncode == 0
    captures, elsewhere = archive.output / "_captures", archive.output.with_name("elsewhere")
    captures.rename(elsewhere)
    captures.symlink_to(elsewhere)
    before = contents(elsewhere)
    words = (command[0], str(archive.output)) if command == ("adopt",) else (*command, "--output", str(archive.output))
    words += NO_DELAY if command[0] in ("crawl", "get") else ()
    refused = archive.invoke(*words)
    assert (refused.returncode, refused.stderr) == (
        1,
        f"archiver: {captures}: it is a link out of the archive, to {elsewhere}; {LINKS_ADVICE}\n",
    )
    assert contents(elsewhere) == before
    meant = archive.invoke(*words, env={"ARCHIVER_LINKS": "True"})
    assert "link" not in meant.stderr
    assert meant.returncode == 0


READ = [("verify",), ("verify", "--json"), ("crawl", "eastmoney/market-37", "--dry-run"), ("replay", "--diff")]


@pytest.mark.parametrize("command", READ[:-1], ids=" ".join)
def test_what_only_looks_changes_no_index_that_is_elsewhere(archive: Archive, command: tuple[str, ...]) -> None:
    """It logs that it has looked, or holds the lock; and SQLite puts files of its own beside one."""
    assert archive.crawl("eastmoney/market-37", "--limit", "3").returncode == 0
    index, elsewhere = archive.output / "_index", archive.output.with_name("elsewhere")
    index.rename(elsewhere)
    index.symlink_to(elsewhere)
    before = contents(elsewhere)
    words = (*command, "--output", str(archive.output), *(NO_DELAY if command[0] == "crawl" else ()))
    refused = archive.invoke(*words)
    message = f"archiver: {index}: it is a link out of the archive, to {elsewhere}; {LINKS_ADVICE}\n"
    assert (refused.returncode, refused.stderr) == (1, message)
    assert contents(elsewhere) == before
    assert archive.invoke(*words, env={"ARCHIVER_LINKS": "True"}).returncode == 0


@pytest.mark.parametrize("command", READ, ids=" ".join)
def test_what_only_looks_reads_other_parts_that_are_elsewhere(archive: Archive, command: tuple[str, ...]) -> None:
    assert archive.crawl("eastmoney/market-37", "--limit", "3").returncode == 0
    captures, elsewhere = archive.output / "_captures", archive.output.with_name("elsewhere")
    captures.rename(elsewhere)
    captures.symlink_to(elsewhere)
    before = contents(elsewhere)
    result = archive.invoke(*command, "--output", str(archive.output), *(NO_DELAY if command[0] == "crawl" else ()))
    assert (result.returncode, contents(elsewhere)) == (0, before)


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("_captures/x.warc.gz", ("replay",)),
        ("_captures/x.warc.gz", ("verify",)),
        ("_archiver.yaml", ("status",)),
        ("_followed.yaml", ("follow", "--list")),
    ],
)
def test_a_pipe_in_an_archive_is_no_file(archive: Archive, path: str, command: tuple[str, ...]) -> None:
    """Nobody waits for what never comes out of it."""
    archive.get(archive.replica.articles[0].id)
    pipe = archive.output / path
    pipe.parent.mkdir(exist_ok=True)
    os.mkfifo(pipe)
    result = archive.archiver(*command)
    assert result.returncode != 0
    assert "it is no file" in result.stdout + result.stderr
