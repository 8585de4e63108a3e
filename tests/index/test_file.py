"""The file of the index: made, brought up to date, locked, settled after a kill; and what is said when it is none."""

from __future__ import annotations

import errno
import os
import pathlib
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archiver.captures.answers import body_at
from archiver.clock import SECOND
from archiver.errors import IndexFileError, LockedError
from archiver.index import Index
from archiver.index import schema as file_schema
from archiver.index.location import file_of
from archiver.index.sqlite import SqliteDatabase
from archiver.index.types import ArticleKey
from archiver.storage.atomic import temporary_for
from tests.index.values import NOW, RECHECK, digest, due, held, intent, save, seen

FIXTURES = Path(__file__).parent.parent / "fixtures"
EDITED = ArticleKey("eastmoney", "202403250012345678")
FAILED = ArticleKey("eastmoney", "202403150001234567")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An archive that 0.1.0 made: two listings were crawled, with captures, one article failed and one was edited; two
    were asked for by their ids, and a host asked to be left alone."""
    with tarfile.open(FIXTURES / "archive-0.1.0.tar.gz") as packed:
        packed.extractall(tmp_path / "old", filter="data")
    return tmp_path / "old"


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """An archive with an index of the first schema, and one article in it."""
    output = tmp_path / "first"
    (output / "_index").mkdir(parents=True)
    with closing(sqlite3.connect(output / "_index" / "index.sqlite")) as connection:
        connection.executescript((FIXTURES / "index-1.sql").read_text())
        connection.executescript("""
            INSERT INTO articles VALUES (1, 'news', 'a', 'saved', '', 0, 8, 0, 5, 6, 7, 5, '2027-01-15T08:00:00+00:00',
                                         'digest', '{}');
            INSERT INTO posts VALUES (1, 'share', '_posts/a.md', x'00', 1, 5, '{}');
            INSERT INTO sightings VALUES (1, 'news/latest', 5, 6);""")
    return output


def schema(output: Path) -> list[tuple[str, ...]]:
    """The tables of an index and their columns, its indices, and the version."""
    with closing(sqlite3.connect(output / "_index" / "index.sqlite")) as connection:
        tables = connection.execute("SELECT type, name, tbl_name FROM sqlite_schema ORDER BY 1, 2").fetchall()
        indices = [one for _, one, _ in tables]
        columns = [
            (table, *column[1:4], *column[5:])
            for table in indices
            for column in connection.execute(f"SELECT * FROM pragma_table_xinfo('{table}')")
        ]
        return [*tables, *sorted(columns, key=str), *connection.execute("PRAGMA user_version").fetchall()]


@pytest.mark.parametrize("name", ["first", "old"])
def test_an_upgraded_index_is_like_a_new_one(tmp_path: Path, request: pytest.FixtureRequest, name: str) -> None:
    output: Path = request.getfixturevalue(name)
    Index.open(output).close()
    new = Index.open(tmp_path / "new")
    new.mark_complete()
    new.close()
    assert schema(output) == schema(tmp_path / "new")


def test_the_first_schema_is_read_and_upgraded(first: Path) -> None:
    with closing(Index.read(first)) as index:
        before = held(index)
        assert index.complete
    with closing(Index.open(first)) as index:
        assert held(index) == before
        assert (before.state, before.text_digest, before.posts[0].saved) == ("saved", "digest", 5 * SECOND)
        assert due(index, 8 * SECOND, run=1) == ["a"]


def test_an_archive_of_0_1_0_is_read_as_it_is(old: Path) -> None:
    content = (old / "_index" / "index.sqlite").read_bytes()
    with closing(Index.read(old)) as index:
        assert index.complete
        assert index.catalogue.states() == {"failed": 1, "saved": 12}
        one = index.held([EDITED])[EDITED]
        assert [(post.form, post.revision) for post in one.posts] == [("rolling", 1), ("share", 2)]
        assert [(post.form, post.revision) for post in one.earlier] == [("share", 1)]
        assert len(list(index.posts.select())) == 24
    assert (old / "_index" / "index.sqlite").read_bytes() == content


def test_an_archive_of_0_1_0_goes_on(old: Path) -> None:
    with closing(Index.open(old)) as index:
        (history,) = index.catalogue.history(EDITED.id)
        _, share = history.held.posts
        assert digest_of(old / share.path) == share.sha256
        assert digest_of(old / "_versions" / Path(share.path).stem / "1.md") == history.held.earlier[0].sha256
        # Times are of the day on which it was made.
        times = [share.saved, *(place.first_seen for place in history.places), index.runs.latest(1)[0].started]
        assert {time // (86400 * SECOND) for time in times} == {1795737600 // 86400}
        capture = history.held.earlier[0].capture  # the edit came by `archiver get`, which captured nothing
        assert capture is not None
        assert body_at(capture, old / capture.warc).body
        answer = index.held([EDITED])[EDITED].answer
        assert answer is not None
        # Without captures the answer was in the index itself; what is known of its version stays.
        asked = ArticleKey("eastmoney", "202403170004567890")
        kept = index.held([asked])[asked].answer
        assert kept is not None
        day = 86400 * SECOND
        assert [one.run for one in index.listings.stats("eastmoney/market-37", 9)] == [4, 2, 1]
        assert list(index.hosts.on_hold(1795744800 * SECOND)) == ["43.240.125.15:1818"]
        (claim,) = index.claim(9, ["eastmoney/market-37"], 9, 1795744800 * SECOND + day // 24)
        assert claim.key == FAILED
        assert list(index.manifests.unlisted()) == []


def digest_of(file: Path) -> bytes:
    """The SHA-256 of a file."""
    return digest(file.read_text("utf-8"))


@pytest.mark.parametrize("every", [3600, 0, -1])
def test_what_0_1_0_was_writing_when_it_was_killed_is_settled(old: Path, every: int) -> None:
    with closing(sqlite3.connect(old / "_index" / "index.sqlite")) as connection:
        connection.execute(
            """INSERT INTO intents
               SELECT article, form, path, sha256, published, words, rules, 1795744000, ?, ?, capture
               FROM posts JOIN articles ON key = article WHERE form = 'share' AND id = ?""",
            (every * 10, every, EDITED.id),
        )
        connection.execute("DELETE FROM posts WHERE path LIKE '%NW' || ? || '%'", (EDITED.id,))
        connection.commit()
    with closing(Index.open(old)) as index:
        found = index.held([EDITED])[EDITED]
        assert [post.form for post in found.posts] == ["rolling", "share"]
        assert found.posts[1].saved == 1795744000 * SECOND
        again = [one.key for one in index.claim(9, ["eastmoney/market-37"], 9, 1795744000 * SECOND + 3600 * SECOND)]
        assert (EDITED in again) == (every > 0)


def test_what_a_killed_run_was_writing_is_settled_by_what_is_on_disk(tmp_path: Path) -> None:
    with closing(Index.open(tmp_path)) as index:
        index.see(seen("a", "b", "c"), NOW, every_form=True)
        save(index, "c", "old")
        index.begin([intent("a", recheck=RECHECK), intent("b"), intent("c", "new")], NOW)
    (tmp_path / "_posts").mkdir()
    (tmp_path / "_posts" / "a.md").write_text("text")
    (tmp_path / "_posts" / "b.md").write_text("tex")
    (tmp_path / "_posts" / "c.md").write_text("new")
    with closing(Index.open(tmp_path)) as index:
        assert [(post.path, post.saved) for post in held(index, "a").posts] == [("_posts/a.md", NOW)]
        assert (held(index, "b").state, held(index, "b").posts) == ("listed", ())
        assert [post.revision for post in held(index, "c").posts] == [2]
        assert due(index, NOW, run=1) == ["b"]
        assert due(index, NOW + RECHECK.every, run=2) == ["b", "a"]


def test_a_dry_run_keeps_nothing(tmp_path: Path) -> None:
    Index.open(tmp_path).close()
    with closing(Index.open(tmp_path, keep=False)) as index:
        index.see(seen("a"), NOW, every_form=True)
        save(index)
        index.mark_complete()
        assert held(index).posts
    with closing(Index.read(tmp_path)) as index:
        assert (held(index).state, index.complete) == ("", False)


def test_a_verb_is_kept_when_it_returns(tmp_path: Path) -> None:
    with closing(Index.open(tmp_path)) as index, closing(Index.read(tmp_path)) as reader:
        index.see(seen("a"), NOW, every_form=True)
        assert held(reader).state == "listed"
        index.mark_complete()
        assert reader.complete


def test_a_verb_that_fails_changes_nothing(tmp_path: Path) -> None:
    with closing(Index.open(tmp_path)) as index:
        with closing(sqlite3.connect(tmp_path / "_index" / "index.sqlite")) as other:
            other.execute("CREATE TRIGGER no BEFORE INSERT ON sightings BEGIN SELECT raise(ABORT, 'no'); END")
        with pytest.raises(IndexFileError, match=r"index.sqlite: no$"):
            index.see(seen("a"), NOW, every_form=True)
        assert held(index).state == ""
        with closing(sqlite3.connect(tmp_path / "_index" / "index.sqlite")) as other:
            other.execute("DROP TRIGGER no")
        assert index.see(seen("a"), NOW, every_form=True) == [True]


def test_only_one_writes(tmp_path: Path) -> None:
    with closing(Index.open(tmp_path)) as index:
        with pytest.raises(LockedError, match="another run is at work here: process"):
            Index.open(tmp_path)
        index.see(seen("a"), NOW, every_form=True)
    Index.open(tmp_path).close()


@pytest.mark.parametrize("link", ["", "_index", "_index/index.sqlite"])
def test_a_reader_leaves_nothing_behind(tmp_path: Path, link: str) -> None:
    output, elsewhere = tmp_path / "archive", tmp_path / "elsewhere"
    with closing(Index.open(output)) as index:
        save(index, "a")
    if link:
        (output / link).rename(elsewhere)
        (output / link).symlink_to(elsewhere)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    with closing(Index.read(output)) as one, closing(Index.read(output)) as other:
        assert held(one).state == held(other).state == "saved"
        assert [len(page) for page in one._database.pages("SELECT * FROM articles")] == [1]  # in a temporary table
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_a_reader_writes_nothing(tmp_path: Path) -> None:
    Index.open(tmp_path).close()
    with closing(Index.read(tmp_path)) as index:
        for statement in ("DELETE FROM articles", "UPDATE articles SET id = ''", "INSERT INTO own_posts VALUES (1)"):
            with pytest.raises(IndexFileError, match="not authorized"):
                index._database.write(statement)


def test_a_reader_sees_what_is_written_meanwhile_and_leaves_it_to_the_writer(tmp_path: Path) -> None:
    Index.open(tmp_path).close()
    with closing(Index.read(tmp_path)) as reader:
        with closing(Index.open(tmp_path)) as writer:
            save(writer, "a")
            assert held(reader).state == held(writer).state == "saved"
        assert held(reader).state == "saved"
    with closing(Index.read(tmp_path)) as reader:
        assert held(reader).state == "saved"


def test_what_a_killed_run_wrote_is_read_and_not_carried_into_the_file(tmp_path: Path) -> None:
    file = tmp_path / "_index" / "index.sqlite"
    with closing(Index.open(tmp_path)) as index:
        save(index, "a")
        killed = {file: file.read_bytes() for file in file.parent.iterdir()}
    for file, content in killed.items():
        file.write_bytes(content)
    with closing(Index.read(tmp_path)) as reader:
        assert held(reader).state == "saved"
    assert {file: file.read_bytes() for file in killed if not file.name.endswith("-shm")} == {
        file: content for file, content in killed.items() if not file.name.endswith("-shm")
    }


def test_an_index_is_whole_as_soon_as_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that only reads may be called while the first run starts."""
    file, there, run = tmp_path / "_index" / "index.sqlite", [], file_schema._run_script

    def run_script(*arguments: Any) -> None:
        there.append(file.exists())
        run(*arguments)
        there.append(file.exists())

    monkeypatch.setattr(file_schema, "_run_script", run_script)
    with closing(Index.open(tmp_path)), closing(Index.read(tmp_path)) as index:
        assert not index.complete
    assert there[:2] == [False, False]
    assert not any(there)
    assert not [one for one in file.parent.iterdir() if one.is_dir()]


def test_an_index_that_others_make_at_the_same_time_is_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other, run = tmp_path / "other", file_schema._run_script
    with closing(Index.open(other)) as index:
        index.mark_complete()

    def run_script(*arguments: Any) -> None:
        run(*arguments)
        file_of(tmp_path).write_bytes(file_of(other).read_bytes())

    monkeypatch.setattr(file_schema, "_run_script", run_script)
    with closing(Index.open(tmp_path)) as index:
        assert index.complete


@pytest.mark.parametrize("links", [True, False])
def test_what_a_run_that_was_killed_began_to_make_is_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:  # as on some network drives

        def refuse(*_: object) -> None:
            raise PermissionError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(pathlib.Path, "hardlink_to", refuse)
    file = tmp_path / "_index" / "index.sqlite"
    file.parent.mkdir()
    with subprocess.Popen(["true"]) as ended:
        pass
    left = file.with_name(temporary_for(file, 1).name.replace(f"{os.getpid()}", f"{ended.pid}"))
    left.mkdir()
    (left / f"{file.name}-wal").write_bytes(b"x")
    Index.open(tmp_path).close()
    assert not [one for one in file.parent.iterdir() if one.is_dir()]


def test_an_index_that_cannot_be_made_aside_is_made_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a disk has no room for a directory: SQLite says then what is wrong, if anything is."""
    make = pathlib.Path.mkdir

    def refuse(directory: Path, *arguments: Any, **options: Any) -> None:
        if directory.name != "_index":
            raise OSError(errno.ENOSPC, "No space left on device")
        make(directory, *arguments, **options)

    monkeypatch.setattr(pathlib.Path, "mkdir", refuse)
    with closing(Index.open(tmp_path)) as index:
        index.mark_complete()
    assert Index.exists(tmp_path)


def test_there_is_nothing_to_read(tmp_path: Path) -> None:
    assert not Index.exists(tmp_path)
    with closing(Index.read(tmp_path)) as index:
        assert (index.complete, held(index).state) == (False, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"not a database at all" * 100, "file is not a database; put a copy of it in its place"),
        (b"", "it is empty; put a copy of it in its place"),
    ],
)
def test_a_file_that_is_no_index(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "_index" / "index.sqlite"
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(IndexFileError) as caught:
        Index.read(tmp_path)
    assert str(caught.value).startswith(f"{file}: {reason}")


def test_an_index_of_a_newer_archiver(tmp_path: Path) -> None:
    Index.open(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "_index" / "index.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    for opening in (Index.open, Index.read):
        with pytest.raises(IndexFileError, match=r"made by a newer archiver \(schema 99\); use that one"):
            opening(tmp_path)


def test_a_claim_costs_what_it_takes_out(tmp_path: Path) -> None:
    """However much waits in other places: a run goes on where it was."""
    database = SqliteDatabase(None)
    steps = [0]

    def count() -> None:
        steps[-1] += 1

    with closing(Index(database)) as index:
        index.see(seen(*(f"{number:05}" for number in range(5000)), place="news/other"), NOW, every_form=True)
        index.see(seen(*(f"x{number:03}" for number in range(300))), NOW + 1, every_form=True)
        database._connection.set_progress_handler(count, 100)  # instructions of SQLite
        for batch in range(3):
            found = due(index, NOW + 1, run=1)
            assert found == [f"x{number:03}" for number in range(batch * 100, batch * 100 + 100)]
            steps.append(0)
    first, second, third, _ = steps
    assert max(second, third) < first / 5
