"""Links that lead out of an archive: found wherever something is written, and refused."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from archiver.errors import StoreError
from archiver.links import ADVICE, links_outside, refuse_links
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
    assert str(caught.value) == f"{link}: it is a link out of the archive, to {there}; {ADVICE}"


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


@pytest.mark.parametrize("command", WRITE, ids=lambda command: command[0])
def test_nothing_is_written_through_a_link_unless_that_is_meant(archive: Archive, command: tuple[str, ...]) -> None:
    assert archive.crawl("eastmoney/market-37", "--limit", "3").returncode == 0
    captures, elsewhere = archive.output / "_captures", archive.output.with_name("elsewhere")
    captures.rename(elsewhere)
    captures.symlink_to(elsewhere)
    before = {file: file.read_bytes() for file in elsewhere.rglob("*") if file.is_file()}
    words = (command[0], str(archive.output)) if command == ("adopt",) else (*command, "--output", str(archive.output))
    words += NO_DELAY if command[0] in ("crawl", "get") else ()
    refused = archive.invoke(*words)
    assert (refused.returncode, refused.stderr) == (
        1,
        f"archiver: {captures}: it is a link out of the archive, to {elsewhere}; {ADVICE}\n",
    )
    assert {file: file.read_bytes() for file in elsewhere.rglob("*") if file.is_file()} == before
    meant = archive.invoke(*words, env={"ARCHIVER_LINKS": "True"})
    assert "link" not in meant.stderr
    assert meant.returncode == 0


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
