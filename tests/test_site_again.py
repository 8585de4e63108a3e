"""A site that lost sight of its archive: an index made anew or put back, posts that could not be read for a while."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from archiver.index import Index
from archiver.site import lists, ranges
from tests.sites import build, dead_links, files, fill, site_of, titles

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.conftest import Archive


def test_a_post_that_could_not_be_read_is_tried_again(archive: Archive, tmp_path: Path) -> None:
    fill(archive, 3)
    file = next((archive.output / "_posts").glob("*0001.md"))
    file.rename(tmp_path / "away")
    said = [build(archive) for _ in range(2)]
    assert [(one.returncode, one.stderr.count("left out")) for one in said] == [(1, 1)] * 2
    (tmp_path / "away").rename(file)
    assert build(archive).returncode == 0
    assert titles(archive, "category/cailianshe.html") == ["第2篇", "第1篇", "第0篇"]
    assert "0 files written" in build(archive).stdout


def test_a_post_changed_by_hand_is_named_once(archive: Archive) -> None:
    """The first build reads the articles of a list again."""
    fill(archive, 3)
    file = next((archive.output / "_posts").glob("*0001.md"))
    file.write_bytes(file.read_bytes().replace(b"title: ", b"title: X", 1))
    assert build(archive).stderr == f"archiver: {file}: was changed since it was written\n"


def test_a_post_that_could_not_be_read_and_is_gone_is_forgotten(archive: Archive) -> None:
    fill(archive, 2)
    next((archive.output / "_posts").glob("*0001.md")).unlink()
    assert build(archive).returncode == 1
    archive.sql("DELETE FROM posts WHERE path LIKE '%0001.md'")
    assert build(archive).returncode == 0


def test_an_index_made_anew_moves_nothing(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in (ranges, lists):
        monkeypatch.setattr(one, "ARTICLES_PER_PAGE", 5)
    fill(archive, 11, first=1000)
    build(archive)
    fill(archive, 15, first=500)  # older than all that is there: pages of theirs have names of their own
    file = next((archive.output / "_posts").glob("*1000.md"))
    file.write_text(file.read_text().replace("categories: cailianshe", "categories: elsewhere"))
    build(archive)
    before = {path: content for path, content in files(site_of(archive)).items() if "category/" in path}
    shutil.rmtree(archive.output / "_index")
    archive.invoke("adopt", str(archive.output))
    assert build(archive).returncode == 0
    there = files(site_of(archive))
    moved = {"category/cailianshe.html", "category/cailianshe/1.html"}  # one post says now that it is elsewhere
    assert {path: there.get(path) for path in before if path not in moved} == {
        path: content for path, content in before.items() if path not in moved
    }
    assert f"cailianshe/2022/01/25/NW{20220124:08}0000001000.html" in there
    assert dead_links(site_of(archive)) == []


def test_what_another_index_knows_nothing_of_leaves_the_site(archive: Archive) -> None:
    fill(archive, 3)
    build(archive)
    next((archive.output / "_posts").glob("*0001.md")).unlink()
    shutil.rmtree(archive.output / "_index")
    archive.invoke("adopt", str(archive.output))
    assert build(archive).returncode == 0
    assert titles(archive, "category/cailianshe.html") == ["第2篇", "第0篇"]
    assert not [path for path in files(site_of(archive)) if "0000000001" in path]


def put_back(archive: Archive, copy: Path) -> None:
    """Have the index be as it was when it was copied."""
    shutil.rmtree(archive.output / "_index")
    shutil.copytree(copy, archive.output / "_index")


def began(archive: Archive, moment: int) -> None:
    """Note a run of that time."""
    index = Index.open(archive.output)
    index.runs.begin("crawl", moment)
    index.close()


def test_an_index_that_was_put_back_is_read_again(archive: Archive, tmp_path: Path) -> None:
    fill(archive, 2)
    shutil.copytree(archive.output / "_index", tmp_path / "copy")
    fill(archive, 3, first=2)
    build(archive)
    put_back(archive, tmp_path / "copy")
    assert build(archive).returncode == 0
    assert titles(archive, "category/cailianshe.html") == ["第1篇", "第0篇"]
    archive.invoke("adopt", str(archive.output))
    assert build(archive).returncode == 0
    assert titles(archive, "category/cailianshe.html") == [f"第{number}篇" for number in (4, 3, 2, 1, 0)]


def test_an_index_that_was_put_back_and_has_gone_on_is_read_again(archive: Archive, tmp_path: Path) -> None:
    fill(archive, 2)
    shutil.copytree(archive.output / "_index", tmp_path / "copy")
    began(archive, 1)
    fill(archive, 3, first=2)
    build(archive)
    put_back(archive, tmp_path / "copy")
    for number in (2, 3, 4):
        next((archive.output / "_posts").glob(f"*{number:04}.md")).unlink()
    began(archive, 2)
    fill(archive, 6, first=100)  # these have the numbers of what the site has seen
    assert build(archive).returncode == 0
    assert build(archive, str(tmp_path / "anew")).returncode == 0
    there, anew = files(site_of(archive)), files(tmp_path / "anew")
    assert sorted(there.pop("sitemap-1.xml").split()) == sorted(anew.pop("sitemap-1.xml").split())  # as they came
    assert there == anew
    assert "0 files written" in build(archive).stdout
