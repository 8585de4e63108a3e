"""An index that is carried from its file to a server, and back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from archiver.errors import IndexFileError, IndexServerError, LockedError, UsageError
from archiver.index import Index, NamedSource
from archiver.index.move import Moved, move_index
from archiver.index.pictures import WantedPicture
from archiver.index.postgres import PostgresDatabase
from archiver.index.sqlite import SqliteDatabase
from tests.conftest import invoke
from tests.index.test_server import PASSWORD, at, schema, tables
from tests.index.values import LIST, NOW, answer, capture, due, edit, failed, held, intent, key, save, saved, seen
from tests.postgres import server

if TYPE_CHECKING:
    from pathlib import Path

    from archiver.index.database import Database

__all__ = ["at", "schema"]  # fixtures


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An archive whose index has something in every table that runs fill."""
    with closing(Index.open(tmp_path)) as index:
        run = index.runs.begin("crawl", NOW)
        index.see(seen("a", "b", "c", "日本"), NOW, every_form=True)
        for number, text in enumerate(("one", "two")):
            index.begin([intent(text=text, capture=capture(number))], NOW + number)
            index.finish([saved(answer=answer(number), aliases=("news.example/a",))], NOW)
        save(index, "b", shared=("news.example/shared",))
        index.begin([intent("c")], NOW)
        index.fail([failed("日本", "no")], NOW)
        index.hold([edit("b")], NOW)
        index.hosts.hold("a.example", NOW)
        index.hosts.keep_robots("http://a.example/robots.txt", 200, b"\x00\xff", NOW)
        index.listings.add_stats(LIST, run, {"listed": 1}, NOW, good=True)
        index.sources.put("http://a.example/", [NamedSource("http://a.example/feed", "feed")])
        index.pictures.want([WantedPicture("http://a.example/p.png", offers=("http://a.example/q.png",))], NOW)
        index.manifests.list_all(1)
        index.mark_complete()
    return tmp_path


def dump(database: Database, names: list[str]) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    return {name: sorted(database.rows(f"SELECT * FROM {name}"), key=repr) for name in names}


def table_names(output: Path) -> list[str]:
    """The names of the tables of an index in a file."""
    with closing(SqliteDatabase(output / "_index" / "index.sqlite", read=True)) as database:
        rows = database.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    return [name for (name,) in rows]


def test_an_index_is_carried_to_a_server_and_back(output: Path, at: str, schema: str) -> None:
    names, file = table_names(output), output / "_index" / "index.sqlite"
    with closing(SqliteDatabase(file, read=True)) as database:
        before = dump(database, names)
    moved = move_index(output, "", at)
    assert moved == Moved(len(names), sum(map(len, before.values())), 0)
    assert moved.rows > 25
    assert not file.exists()
    assert (output / "_index" / "index.moved.sqlite").exists()
    with closing(PostgresDatabase(at, read=True)) as database:
        assert dump(database, names) == before
    assert move_index(output, at, "") == moved
    with closing(SqliteDatabase(file, read=True)) as database:
        assert dump(database, names) == before
    assert tables(server(), schema) == 0
    with closing(Index.open(output)) as index:
        assert index.complete


def test_a_run_goes_on_where_the_last_one_was(output: Path, at: str) -> None:
    move_index(output, "", at)
    with closing(Index.open(output, at)) as index:
        assert index.complete
        assert index.runs.begin("crawl", NOW) == 2
        last = max(one.number for one in index.posts.changed())
        index.see(seen("new"), NOW + 1, every_form=True)
        assert due(index, NOW + 1, run=2) == ["c", "new", "b"]
        save(index, "new")
        assert [one.key for one in index.posts.changed(last)] == [key("new")]
        index.hold([edit("a")], NOW)
        assert [one.key for one in index.held_back()] == [key("b"), key("a")]


def test_what_cannot_be_moved(output: Path, at: str, tmp_path: Path, schema: str) -> None:
    with pytest.raises(UsageError, match="both are the same"):
        move_index(output, at, at)
    with pytest.raises(IndexFileError, match="there is no index at postgresql://guarded@"):
        move_index(output, at, "")
    with closing(Index.open(output)), pytest.raises(LockedError):
        move_index(output, "", at)
    other = tmp_path / "other"
    with closing(Index.open(other, at)) as index:
        with pytest.raises(LockedError):
            move_index(output, "", at)
        index.see(seen("x"), NOW, every_form=True)
    with pytest.raises(IndexFileError, match="there is an index already"):
        move_index(output, "", at)
    with closing(Index.read(output)) as index:
        assert held(index).state == "saved"


def test_a_move_that_fails_changes_nothing(output: Path, at: str, schema: str) -> None:
    with closing(sqlite3.connect(output / "_index" / "index.sqlite")) as connection, connection:
        connection.execute("UPDATE runs SET command = 'a' || char(0)")  # no server takes that
    with pytest.raises(IndexServerError, match="NUL"):
        move_index(output, "", at)
    assert tables(server(), schema) == 0
    assert not (output / "_index" / "server.json").exists()
    with closing(Index.read(output)) as index:
        assert held(index).state == "saved"


def test_a_row_that_is_not_what_it_was_is_found(output: Path, at: str, schema: str) -> None:
    """A server on which something changes what is put into a table."""
    PostgresDatabase(at).close()
    change = "LANGUAGE plpgsql AS $$ BEGIN NEW.body := 'x'; RETURN NEW; END $$"
    server().sql(f"CREATE FUNCTION guarded.f() RETURNS trigger {change}")
    server().sql("CREATE TRIGGER t BEFORE INSERT ON guarded.robots FOR EACH ROW EXECUTE FUNCTION guarded.f()")
    with pytest.raises(IndexFileError, match="a row of robots is not what it was; nothing was changed"):
        move_index(output, "", at)
    with closing(Index.read(output)) as index:
        assert held(index).state == "saved"


def test_the_command(output: Path, at: str) -> None:
    there = at.replace(f":{PASSWORD}", "")
    done = invoke("index", "move", "sqlite", there, "--output", str(output), env={"ARCHIVER_INDEX": at})
    assert (done.returncode, done.stderr) == (0, "")
    assert "tables are carried over, and every one is as it was\n" in done.stdout
    assert f"set ARCHIVER_INDEX to it from now on: {there}\n" in done.stdout
    assert invoke("duplicates", "--output", str(output), env={"ARCHIVER_INDEX": at}).returncode == 0
    forgotten = invoke("duplicates", "--output", str(output))
    assert forgotten.returncode == 1
    assert "name it in ARCHIVER_INDEX, or carry it back" in forgotten.stderr
    done = invoke("index", "move", there, "sqlite", "--output", str(output), env={"ARCHIVER_INDEX": at})
    assert "take ARCHIVER_INDEX away from now on" in done.stdout
    wrong = invoke("index", "move", "sqlite", f"mysql://u:{PASSWORD}@h/d", "--output", str(output))
    assert wrong.returncode == 2
    assert "expected sqlite, or the address of a PostgreSQL database" in wrong.stderr
