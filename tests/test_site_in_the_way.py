"""What stands in a site where the build has something of its own is replaced or named; nothing is written elsewhere."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from archiver.site.record import RECORD_FILE
from tests.sites import build, files, fill, site_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Archive

PAGE = "cailianshe/2022/01/24/NW202201240000000000.html"
NEW = "cailianshe/2022/01/24/NW202201240000000001.html"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A directory of somebody else's, with a file."""
    directory = tmp_path / "elsewhere"
    directory.mkdir()
    (directory / "thesis.txt").write_text("mine")
    return directory


def linked(archive: Archive, directory: str, elsewhere: Path) -> None:
    """Have a directory of the site be elsewhere, with all that is in it, and a link lead there."""
    place = site_of(archive) / directory
    place.rename(elsewhere / "moved")
    place.symlink_to(elsewhere / "moved")


@pytest.mark.parametrize(
    "directory", ["cailianshe", "cailianshe/2022/01", "category", "archive/2022", "search", "about"]
)
def test_nothing_is_written_through_a_link(archive: Archive, elsewhere: Path, directory: str) -> None:
    fill(archive, 1)
    build(archive)
    linked(archive, directory, elsewhere)
    before = (files(site_of(archive)), files(elsewhere))
    fill(archive, 1, first=1)
    result = build(archive)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert f"_site/{directory}: is a link where the site has a directory; move it away" in result.stderr
    assert (files(site_of(archive)), files(elsewhere)) == before
    (site_of(archive) / directory).unlink()
    assert build(archive).returncode == 0
    assert NEW in files(site_of(archive))


def test_nothing_is_removed_through_a_link(archive: Archive, elsewhere: Path) -> None:
    fill(archive, 2)
    build(archive)
    linked(archive, "cailianshe", elsewhere)
    archive.sql("DELETE FROM posts WHERE path LIKE '%0001.md'")
    assert build(archive).returncode == 1
    assert (elsewhere / "moved" / NEW.removeprefix("cailianshe/")).is_file()


@pytest.mark.parametrize("same", [True, False])
def test_a_link_in_the_place_of_a_page_is_replaced(archive: Archive, elsewhere: Path, same: bool) -> None:
    fill(archive, 1)
    build(archive)
    before = files(site_of(archive))
    target = site_of(archive) / "robots.txt"
    content = target.read_bytes() if same else b"mine"
    (elsewhere / "robots.txt").write_bytes(content)
    target.unlink()
    target.symlink_to(elsewhere / "robots.txt")
    assert "1 file written" in build(archive).stdout
    assert not target.is_symlink()
    assert files(site_of(archive)) == before
    assert (elsewhere / "robots.txt").read_bytes() == content


def test_a_pipe_in_the_place_of_a_page_is_replaced(archive: Archive) -> None:
    fill(archive, 1)
    build(archive)
    target = site_of(archive) / "robots.txt"
    before = target.read_bytes()
    target.unlink()
    os.mkfifo(target)
    assert build(archive).returncode == 0
    assert target.read_bytes() == before


def test_a_directory_in_the_place_of_a_page_is_named_before_anything_is_written(archive: Archive) -> None:
    fill(archive, 1)
    build(archive)
    before = files(site_of(archive))
    (site_of(archive) / NEW / "mine").mkdir(parents=True)
    fill(archive, 1, first=1)
    result = build(archive)
    assert (result.returncode, f"{NEW}: is a directory where the site has a file" in result.stderr) == (1, True)
    assert files(site_of(archive)) == before


def test_a_file_in_the_place_of_a_directory_is_named_before_anything_is_written(archive: Archive) -> None:
    fill(archive, 1)
    build(archive)
    (site_of(archive) / "quelle").write_text("mine")
    before = files(site_of(archive))
    fill(archive, 1, first=1, source="quelle")
    result = build(archive)
    assert (result.returncode, "_site/quelle: is a file where the site has a directory" in result.stderr) == (1, True)
    assert files(site_of(archive)) == before


@pytest.mark.parametrize("name", [".archiver-site.new", ".archiver-site.new.old"])
def test_what_is_written_aside_is_never_elsewhere(archive: Archive, elsewhere: Path, name: str) -> None:
    fill(archive, 1)
    build(archive)
    (site_of(archive) / name).symlink_to(elsewhere)
    fill(archive, 1, first=1)
    assert build(archive).returncode == 0
    assert NEW in files(site_of(archive))
    assert files(elsewhere) == {"thesis.txt": b"mine"}


def test_the_record_is_never_elsewhere(archive: Archive, elsewhere: Path) -> None:
    fill(archive, 1)
    build(archive)
    record = site_of(archive) / RECORD_FILE
    record.rename(elsewhere / "record")
    record.symlink_to(elsewhere / "record")
    before = files(elsewhere)
    fill(archive, 1, first=1)
    result = build(archive)
    assert (result.returncode, f"{RECORD_FILE}: is a link" in result.stderr) == (2, True)
    assert files(elsewhere) == before


def test_a_site_that_is_itself_a_link_is_built_where_it_leads(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    fill(archive, 1)
    site_of(archive).symlink_to(tmp_path / "www")
    assert build(archive).returncode == 0
    assert PAGE in files(tmp_path / "www")
