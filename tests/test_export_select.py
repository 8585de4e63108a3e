"""Which posts an export has: also while others are written, edited, moved and broken."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from archiver.clock import SECOND, now
from archiver.commands import main
from archiver.exports.read import Entries
from archiver.exports.selection import Selection
from archiver.index import Index, posts
from archiver.recipes import load_recipes
from archiver.replica import Replica
from tests.conftest import Archive
from tests.test_export_tables import Result, listed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from archiver.exports import Entry

FUTURE = 4_070_908_800 * SECOND  # 2099-01-01
INTENT = "article, form, path, sha256, published, text_digest, rules, saved, within, every, capture"
LONG_AGO = -300_000_000 * SECOND  # 1960


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An archive of one listing. No test changes it."""
    with Replica() as site:
        archive = Archive(tmp_path_factory.mktemp("crawled") / "archive", site)
        archive.crawl("eastmoney/market-37")
        archive.sql("UPDATE posts SET saved = (1710600000 + article * 60) * 1000000")
        yield archive


@pytest.fixture
def own(crawled: Archive, tmp_path: Path) -> Archive:
    """A copy of it, to be changed."""
    shutil.copytree(crawled.output, tmp_path / "own")
    return Archive(tmp_path / "own", crawled.replica)


@pytest.fixture
def export(own: Archive, capfd: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """`archiver export` of that copy."""

    def run(*arguments: str) -> Result:
        status = main(["export", "--output", str(own.output), *arguments])
        return Result(status, *capfd.readouterr())

    return run


def read(archive: Archive, selection: Selection, meanwhile: Callable[[int, Entry], None]) -> Entries:
    """Read the entries, and do something after each; return who read them. Nothing is wrong with any post."""
    index = Index.read(archive.output)
    told: list[str] = []
    try:
        entries = Entries(archive.output, index, load_recipes(), told.append)
        for number, one in enumerate(entries.select(selection)):
            meanwhile(number, one)
        assert told == []
        return entries
    finally:
        index.close()


def lines(result: Result) -> list[dict[str, Any]]:
    """Return the records of an export as JSON lines."""
    return [json.loads(line) for line in result.output.splitlines()]


def first_post(archive: Archive) -> Path:
    """Return the file of the post that was saved first."""
    ((path,),) = archive.rows("SELECT path FROM posts ORDER BY saved, article, form LIMIT 1")
    return archive.output / str(path)


def edit(archive: Archive, path: str, saved: int) -> None:
    """Edit a post as a crawl does: the file first, then the index."""
    file = archive.output / path
    content = file.read_bytes().replace(b"title: ", b"title: X", 1)
    file.write_bytes(content)
    with closing(sqlite3.connect(archive.output / "_index" / "index.sqlite")) as database:
        database.execute(
            "UPDATE posts SET saved = ?, sha256 = ? WHERE path = ?", (saved, sha256(content).digest(), path)
        )
        database.commit()


@pytest.mark.parametrize("last", [0, 100])
def test_each_post_comes_once_while_a_crawl_edits_them(
    own: Archive, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    monkeypatch.setattr(posts, "PAGE_ROWS", 2)
    before = dict(own.rows("SELECT path, saved FROM posts"))
    keys = []

    def meanwhile(number: int, one: Entry) -> None:
        keys.append(one.key)
        if number in (2, 3):
            edit(own, one.path, 1_720_000_000 * SECOND)
        if number == 4:  # those still to come, too
            for path in before:
                edit(own, path, 1_720_000_001 * SECOND)

    entries = read(own, Selection(last=last), meanwhile)
    assert len(keys) == len(set(keys)) == len(before) > 8
    assert entries.last == max(before.values())  # so what was edited meanwhile comes next time


def test_a_reader_holds_no_transaction_open(own: Archive) -> None:
    def meanwhile(number: int, _: Entry) -> None:
        if number == 3:
            with closing(sqlite3.connect(own.output / "_index" / "index.sqlite")) as database:
                database.execute("UPDATE posts SET rules = '{}'")
                database.commit()
                assert database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0

    read(own, Selection(), meanwhile)


def test_what_is_being_written_comes_next_time(own: Archive) -> None:
    ((first,),) = own.rows("SELECT min(saved) FROM posts")
    own.sql(f"""INSERT INTO intents ({INTENT}) SELECT article, 'other', path || 'x', sha256, '2024-03-15', NULL, '{{}}',
                {first + 1}, NULL, NULL, NULL FROM posts ORDER BY saved LIMIT 1""")
    assert read(own, Selection(), lambda *_: None).last == first + 1


def test_times_to_come_and_long_ago(own: Archive, export: Callable[..., Result]) -> None:
    ((key,), (other,)) = own.rows("SELECT DISTINCT article FROM posts ORDER BY article LIMIT 2")
    rest = max(saved for (saved,) in own.rows(f"SELECT saved FROM posts WHERE article NOT IN ({key}, {other})"))
    own.sql(f"UPDATE posts SET saved = {LONG_AGO} WHERE article = {key}")
    own.sql(f"UPDATE posts SET saved = {FUTURE} WHERE article = {other}")
    everything = export("jsonl")
    assert len(lines(everything)) == len(own.posts)
    assert read(own, Selection(), lambda *_: None).last == rest
    assert "2099" not in everything.errors
    recent = export("jsonl", "--since", "1970-01-01")
    assert len(lines(recent)) == len(own.posts) - len(own.rows(f"SELECT 1 FROM posts WHERE article = {key}"))
    assert len(lines(export("jsonl", "--since", "1955-01-01"))) == len(own.posts)
    own.sql(f"UPDATE posts SET saved = {FUTURE}")
    last = read(own, Selection(), lambda *_: None).last
    assert last is not None
    assert last <= now()
    assert read(own, Selection(since=1_720_000_000 * SECOND), lambda *_: None).last == 1_720_000_000 * SECOND


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"---\nlayout: post\ntitle: A\n---\nText\n", "its front matter lacks keys"),
        (
            b"---\nlayout: post\ntitle: A\ndate: 2024-03-15 08:00:00 +0800\ncategories: a\ntags: [b]\n---\n<p>Te",
            "its end",
        ),
    ],
)
def test_what_is_no_whole_post_is_named_and_left_out(
    own: Archive, export: Callable[..., Result], content: bytes, reason: str
) -> None:
    first_post(own).write_bytes(content)
    result = export("jsonl")
    assert result.status == 1
    assert f"archiver: {first_post(own)}: {reason}" in result.errors
    assert ": left out\n" in result.errors
    assert len(lines(result)) == len(own.posts) - 1


def test_a_post_changed_by_hand_is_named_and_exported_with_its_own_digest(
    own: Archive, export: Callable[..., Result]
) -> None:
    file = first_post(own)
    file.write_bytes(file.read_bytes().replace(b"title: ", b"title: X", 1))
    result = export("jsonl")
    assert result.status == 0
    assert f"archiver: {file}: was changed since it was written\n" in result.errors
    assert lines(result)[0]["sha256"] == sha256(file.read_bytes()).hexdigest()
    assert len(lines(result)) == len(own.posts)


def test_a_post_that_a_crawl_writes_at_the_moment_was_not_changed_by_hand(
    own: Archive, export: Callable[..., Result]
) -> None:
    file = first_post(own)
    file.write_bytes(file.read_bytes().replace(b"title: ", b"title: X", 1))
    own.sql(f"""INSERT INTO intents ({INTENT}) SELECT article, form, path, x'{sha256(file.read_bytes()).hexdigest()}',
                '2024-03-15', NULL, '{{}}', 1720000000, 0, 0, NULL FROM posts ORDER BY saved, article, form LIMIT 1""")
    result = export("jsonl")
    assert result.status == 0
    assert "was changed" not in result.errors
    assert lines(result)[0]["sha256"] == sha256(file.read_bytes()).hexdigest()


def test_the_last_of_a_query_are_read_in_parts(
    own: Archive, export: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = [one["title"] for one in lines(export("jsonl", "--last", "100"))]
    monkeypatch.setattr(posts, "PAGE_ROWS", 2)
    assert [one["title"] for one in lines(export("jsonl", "--last", "100"))] == titles
    word = titles[-1]
    assert lines(export("jsonl", "--last", "1", "--query", word))[0]["title"] == word


@pytest.mark.parametrize("number", ["99999999999999999999", "-1"])
def test_numbers_that_are_none_are_explained(export: Callable[..., Result], number: str) -> None:
    result = export("jsonl", "--last", number)
    assert result.status == 2
    assert result.errors.startswith("archiver: last: expected a number from 0 to ")


def test_what_a_killed_export_left_goes(export: Callable[..., Result], tmp_path: Path) -> None:
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    pid = int(dead.stdout)
    folder = tmp_path / "exports"
    folder.mkdir()
    kept = {f".archiver-{os.getppid()}-7.tmp", ".archiver-x.tmp", f".other.{pid}.tmp", f".archiver-{'9' * 30}.tmp"}
    for name in (f".archiver-{pid}.tmp", f".archiver-{pid}-7.tmp", *kept):
        (folder / name).write_text("half")
    (folder / f".archiver-{pid}-8.tmp").mkdir()
    (folder / f".archiver-{pid}-8.tmp" / "a").write_text("half")
    assert export("jsonl", "-o", str(folder / "a.jsonl")).status == 0
    assert export("text", "-o", str(folder / "texts")).status == 0
    assert listed_in(folder) == {"a.jsonl", "texts", *kept}


@pytest.mark.parametrize("name", ["netscape", "wallabag", "archivebox"])
def test_what_a_format_leaves_out_is_counted(own: Archive, export: Callable[..., Result], name: str) -> None:
    file = first_post(own)
    start, _, end = file.read_text("utf-8").rpartition("\n\n<http")
    file.write_text(f"{start}\n\n<{end[end.index('>') :]}", "utf-8")
    article = file.stem.rpartition("-")[2]
    own.sql(
        f"UPDATE articles SET recipe = 'gone' WHERE id = '{article.removeprefix('NW')}'"
    )  # nor does a recipe say it
    result = export(name)
    assert result.status == 0
    assert f"archiver: 1 left out: no address\n{len(own.posts) - 1} exported; all were saved by " in result.errors


def test_what_has_no_capture_is_counted(own: Archive, export: Callable[..., Result], tmp_path: Path) -> None:
    own.sql("UPDATE posts SET capture = NULL WHERE article = (SELECT min(article) FROM posts)")
    ((without,),) = own.rows("SELECT count(*) FROM posts WHERE capture IS NULL")
    result = export("wacz", "-o", str(tmp_path / "a.wacz"))
    assert f"archiver: {without} left out: no capture\n{len(own.posts) - without} exported; " in result.errors
