"""Captures and replays where things go wrong: what a review found."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from archiver.recipes.load import PACKAGED_RECIPES
from tests.test_captures import answered
from tests.test_replay import LISTING, RECHECK, ROLLING, beside, lived, replay, tree
from tests.warcs import check, read, rows, warcs

if TYPE_CHECKING:
    from archiver.replica import Record
    from tests.conftest import Archive

__all__ = ["edited", "lived"]


@pytest.fixture
def edited(archive: Archive) -> Record:
    """An article that has a revised form."""
    return next(record for record in archive.replica.articles if record.revised)


def test_what_is_not_latin1_is_captured(archive: Archive, article: Record) -> None:
    """A contact in Chinese is in each request, a reason phrase in the answer: bytes, whatever they mean."""
    answered(archive, more=(("X-Reason", "成功".encode().decode("latin-1")),))
    result = archive.get("--warc", article.id, "-s", "ARCHIVER_CONTACT=张三 zhang@example.org")
    assert (result.returncode, result.stderr) == (0, "")
    (file,) = warcs(archive)
    check(file)
    (request,) = (record for record in read(file) if record.type == "request")
    assert any("zhang@example.org" in value for _, value in request.http)


def test_force_replaces_nothing_by_what_is_older(archive: Archive, edited: Record) -> None:
    archive.crawl(LISTING)
    archive.replica.edit(edited.id)
    archive.crawl(*RECHECK)
    before = tree(archive)
    for _ in range(2):
        assert replay(archive, "--force").returncode == 0
    assert replay(archive, "--force", str(warcs(archive)[0])).returncode == 0
    assert tree(archive) == before


def test_an_answer_is_captured_anew_where_the_earlier_record_is_broken(archive: Archive) -> None:
    """A revisit that refers to garbage would be no evidence."""
    archive.crawl(LISTING)
    (first,) = warcs(archive)
    first.write_bytes(b"garbage" * 2000)
    assert archive.crawl(ROLLING).returncode == 0  # asked for again: the kept answers cannot be read
    second = warcs(archive)[1]
    assert "revisit" not in {record.type for record in read(second)}
    other = beside(archive, "other")
    assert replay(other, str(second)).returncode == 0
    assert len(other.posts) == 13


def test_some_of_the_files_in_any_order(lived: Archive) -> None:
    """What a file refers to may be in another one, before or after it, or known from the index alone."""
    files = [str(file) for file in warcs(lived)]
    other = beside(lived, "other")
    assert replay(other, *reversed(files)).returncode == 1  # one article is in quarantine
    assert other.posts == lived.posts
    before = tree(lived)
    result = replay(lived, *files[1:])
    assert (result.returncode, result.stderr) == (0, "")
    assert tree(lived) == before


def test_captures_that_are_linked_into_the_archive(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVER_LINKS", "True")
    archive.crawl(LISTING)
    elsewhere = archive.output.with_name("elsewhere")
    (archive.output / "_captures").rename(elsewhere)
    (archive.output / "_captures").symlink_to(elsewhere)
    assert replay(archive).stdout.startswith("0 written, 13 unchanged")
    assert replay(archive, str(archive.output), "--profile", "source").returncode == 0
    assert all(not os.path.isabs(warc) for (warc,) in rows(archive, "SELECT warc FROM captures"))
    assert archive.archiver("verify").returncode == 0
    year = next(elsewhere.iterdir())
    far = archive.output.with_name("far")
    year.rename(far)
    year.symlink_to(far)
    assert "13 unchanged" in replay(archive, "--profile", "source").stdout


def test_captures_that_go_while_they_are_written(archive: Archive) -> None:
    """The posts stay; the run has failed."""

    view = archive.replica.routes[r"/NewsData/GetNewsText\.do"]
    calls = []

    def taking(site: object, seen: object) -> object:
        calls.append(seen)
        if len(calls) == 10:  # the first are written by then
            shutil.rmtree(archive.output / "_captures")
        return view(site, seen)  # type: ignore[arg-type]

    archive.replica.routes[r"/NewsData/GetNewsText\.do"] = taking  # type: ignore[assignment]
    result = archive.crawl(LISTING, "-s", "DOWNLOAD_DELAY=0.1", polite=True)
    assert result.returncode == 1
    assert "what was captured cannot be read again" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_form_that_no_recipe_has_any_more(archive: Archive) -> None:
    archive.crawl(ROLLING)
    directory = archive.output.with_name("recipes")
    directory.mkdir()
    text = (PACKAGED_RECIPES / "eastmoney.yaml").read_text("utf-8")
    text = text.replace("form: rolling", "form: wire").replace("\n  rolling:\n    file", "\n  wire:\n    file")
    (directory / "own.yaml").write_text(text, "utf-8")
    result = replay(beside(archive, "other"), str(archive.output), "-s", f"ARCHIVER_RECIPES={directory}")
    assert result.returncode == 1
    assert result.stderr.count("the recipe has no such form of post any more: rolling") == 13


def test_an_archive_that_cannot_be_written_to(archive: Archive) -> None:
    """It can be looked at: on a backup's disk, or another user's."""
    archive.crawl(LISTING)
    with closing(sqlite3.connect(archive.output / "_index" / "index.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for extra in (archive.output / "_index").glob("*-*m"):
        extra.unlink()
    index = archive.output / "_index" / "index.sqlite"
    before = index.read_bytes(), sorted(os.listdir(index.parent))
    assert archive.archiver("verify").returncode == 0
    assert archive.archiver("export", "jsonl").stdout.count("\n") == 13
    assert archive.archiver("status").returncode == 0
    assert index.read_bytes() == before[0]
    index.write_bytes(b"")
    result = archive.archiver("verify")
    assert result.returncode == 1
    assert "it is empty" in result.stderr
    assert index.read_bytes() == b""


def test_adoption_keeps_what_is_known_of_a_post(archive: Archive, edited: Record) -> None:
    """Its captures, and when each content was saved."""
    archive.crawl(LISTING)
    archive.replica.edit(edited.id)
    archive.crawl(*RECHECK)
    query = f"SELECT key FROM articles WHERE id = '{edited.id}'"
    before = rows(archive, f"SELECT sha256, saved, capture FROM revisions WHERE article = ({query})")
    before += rows(archive, f"SELECT sha256, saved, capture FROM posts WHERE article = ({query})")
    assert all(capture for _, _, capture in before)
    (path,) = rows(archive, f"SELECT path FROM posts WHERE article = ({query})")[0]
    post = archive.output / path
    post.write_bytes(post.read_bytes().replace(b" +0800\n", b"\n", 1))
    assert archive.invoke("adopt", "--repair", str(archive.output)).returncode == 0
    after = rows(archive, f"SELECT sha256, saved, capture FROM revisions WHERE article = ({query})")
    after += rows(archive, f"SELECT sha256, saved, capture FROM posts WHERE article = ({query})")
    assert set(before) <= set(after)
