"""An index on a server: who may use it, what is said where that is not so, and what happens when it goes away."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import Pipeline

from archiver.clock import SECOND, machine_time, now
from archiver.errors import IndexFileError, IndexServerError, LockedError
from archiver.index import Index, Question, postgres_connection, postgres_schema
from archiver.index import postgres as postgres_module
from archiver.index.lock import command_line
from archiver.index.postgres import PostgresDatabase
from archiver.index.postgres_connection import Connection
from archiver.index.schema import VERSION
from archiver.index.sqlite import SqliteDatabase
from archiver.index.writers import Writer
from bench.trips import CountingProxy
from tests.faulty_proxy import Fault, FaultyProxy
from tests.index.values import LIST, NOW, due, failed, held, intent, key, save, saved, seen
from tests.postgres import Server, server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archiver.index.database import Statement


PASSWORD = "s3cr3t-pass"


@pytest.fixture
def schema() -> Iterator[str]:
    """An empty schema, and a role of the same name that owns it and can do nothing else. `guarded` needs a password."""
    with server().guarded(PASSWORD):
        yield "guarded"


@pytest.fixture
def at(schema: str) -> str:
    """The address of the schema, for its role."""
    return server().address(user=f"{schema}:{PASSWORD}")


def tables(server: Server, schema: str) -> int:
    """How many tables there are."""
    ((count,),) = server.sql(f"SELECT count(*) FROM pg_class WHERE relnamespace = '{schema}'::regnamespace")
    return int(count)


def proxied(at: str, proxy: FaultyProxy | CountingProxy) -> str:
    """The same address, through a proxy."""
    return at.replace(f":{server().port}/", f":{proxy.port}/")


def end_connections(server: Server) -> None:
    """End the connections of the role, as a server does that goes down."""
    server.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'guarded'")


# --- rights, and what is said ----------------------------------------------------------------------------------------


def test_one_role_that_owns_one_schema_is_enough(at: str, tmp_path: Path) -> None:
    assert not Index.exists(tmp_path, at)
    with closing(Index.open(tmp_path, at)) as index:
        index.see(seen("a", "b"), NOW, every_form=True)
        assert due(index, NOW, run=1) == ["a", "b"]
        save(index, "a")
        index.mark_complete()
        assert index.check() == ""
    assert Index.exists(tmp_path, at)
    with closing(Index.read(tmp_path, at)) as index:
        assert index.complete
        assert [one.post.key.id for one in index.posts.select()] == ["a"]
    assert not (tmp_path / "_index" / "index.sqlite").exists()


def refused(at: str, output: Path) -> str:
    """What is said when the index is opened, in one line, without the password."""
    for opening in (Index.open, Index.read):
        with pytest.raises(IndexServerError) as caught:
            opening(output, at)
        said = str(caught.value)
        assert PASSWORD not in said
        assert "\n" not in said
    assert not (output / "_index" / "server.json").exists()
    return said


def test_a_server_that_is_not_there(schema: str, tmp_path: Path) -> None:
    said = refused(server().address(user=f"{schema}:{PASSWORD}", port=1), tmp_path)
    assert said.startswith("postgresql://guarded@127.0.0.1:1/archives: cannot be opened: ")
    assert said.endswith("; is the server running there?")
    assert said.lower().count("is the server running") == 1  # libpq asks that, too


@pytest.mark.parametrize(
    ("more", "advice"),
    [("99999/archives", "correct the address"), ("{port}/archives?sslmode=require", "look at sslmode")],
)
def test_an_address_that_is_wrong(schema: str, tmp_path: Path, more: str, advice: str) -> None:
    address = f"postgresql://{schema}:{PASSWORD}@127.0.0.1:{more.format(port=server().port)}"
    assert advice in refused(address, tmp_path)


@pytest.mark.parametrize(
    ("user", "database", "words"),
    [
        ("guarded:wrong", "archives", "password authentication failed"),
        ("guarded", "archives", "no password supplied; put it into the address, or into ~/.pgpass"),
        (f"guarded:{PASSWORD}", "elsewhere", 'database "elsewhere" does not exist; is the database there?'),
        ("nobody-known", "archives", 'role "nobody-known" does not exist; is the role there?'),
    ],
)
def test_who_is_not_let_in(schema: str, tmp_path: Path, user: str, database: str, words: str) -> None:
    said = refused(server().address(user=user, database=database), tmp_path)
    assert words in said


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("the database system is starting up", "; run again later: nothing is lost"),
        ("the database system is shutting down", "; run again later: nothing is lost"),
        ("the database system is in recovery mode", "; run again later: nothing is lost"),
        ("sorry, too many clients already", "; the server takes no more connections; run again later, have fewer"),
        ('too many connections for role "archiver"', "; the server takes no more connections; run again later"),
        ("remaining connection slots are reserved for roles with the SUPERUSER attribute", "; the server takes no"),
        ("something that is not known", "something that is not known"),
    ],
)
def test_who_is_not_let_in_at_this_moment(said: str, advice: str) -> None:
    """It used to be asked whether the database was there, or whether the server was running."""
    error = psycopg.OperationalError(f'connection to server at "127.0.0.1", port 5432 failed: FATAL:  {said}')
    shown = str(postgres_connection.named("postgresql://archiver@127.0.0.1/archives", error))
    assert advice in shown
    assert "?" not in shown
    assert said in shown


@pytest.mark.parametrize("wrong", [f"postgresql://u:{PASSWORD}@[h/d", f"postgresql://u:{PASSWORD}@h/d?sslmod=require"])
def test_what_is_no_address(tmp_path: Path, wrong: str) -> None:
    assert "is no address of a PostgreSQL database; expected postgresql://USER@" in refused(wrong, tmp_path)


def test_a_server_that_is_too_old(at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_connection, "MIN_VERSION", 99)
    assert "it must be 99 or newer" in refused(at, tmp_path)


def test_a_role_without_a_schema(schema: str, at: str, tmp_path: Path) -> None:
    server().sql("DROP SCHEMA guarded")
    server().sql("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    assert "there is no schema for guarded; it needs a schema of its own" in refused(at, tmp_path)


def test_a_role_that_may_make_no_temporary_tables(schema: str, at: str, tmp_path: Path) -> None:
    server().sql("REVOKE TEMPORARY ON DATABASE archives FROM PUBLIC")
    try:
        with pytest.raises(IndexServerError, match="; GRANT TEMPORARY ON DATABASE archives TO guarded"):
            Index.open(tmp_path, at)
        assert server().sql("SELECT FROM pg_tables WHERE schemaname = 'guarded'") == []
        assert not (tmp_path / "_index" / "server.json").exists()
    finally:
        server().sql("GRANT TEMPORARY ON DATABASE archives TO PUBLIC")


def test_a_role_that_may_make_no_tables(schema: str, at: str, tmp_path: Path) -> None:
    server().sql("ALTER SCHEMA guarded OWNER TO tests", "GRANT USAGE ON SCHEMA guarded TO guarded")
    with pytest.raises(IndexServerError, match="permission denied for schema guarded; it needs a schema of its own"):
        Index.open(tmp_path, at)
    assert tables(server(), schema) == 0
    with closing(Index.read(tmp_path, at)) as index:  # there is none
        assert not index.complete


def test_tables_are_made_all_or_none(schema: str, at: str, tmp_path: Path) -> None:
    server().sql("CREATE TABLE guarded.runs (x INTEGER)")
    with pytest.raises(IndexServerError, match='relation "runs" already exists'):
        Index.open(tmp_path, at)
    assert tables(server(), schema) == 1


def test_an_index_of_a_newer_archiver(schema: str, at: str, tmp_path: Path) -> None:
    Index.open(tmp_path, at).close()
    server().sql("UPDATE guarded.about SET version = 99")
    for opening in (Index.open, Index.read):
        with pytest.raises(IndexServerError, match=r"made by a newer archiver \(schema 99\); use that one"):
            opening(tmp_path, at)


def test_an_index_of_an_earlier_archiver_is_brought_up_to_date_by_who_writes(
    schema: str, at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Index.open(tmp_path, at)) as index:
        index.see(seen("a"), NOW, every_form=True)
    (tmp_path / "upgrade.sql").write_text("CREATE TABLE added (name TEXT PRIMARY KEY, size INTEGER) WITHOUT ROWID;")
    monkeypatch.setattr(postgres_schema, "files", lambda _: tmp_path)
    monkeypatch.setattr(postgres_schema, "VERSION", VERSION + 1)
    monkeypatch.setattr(postgres_schema, "UPGRADES", (*postgres_schema.UPGRADES, ("upgrade.sql",)))
    with pytest.raises(IndexServerError, match="made by an earlier archiver"):
        Index.read(tmp_path, at)
    for _ in range(2):
        with closing(Index.open(tmp_path, at)) as index:
            assert held(index).state == "listed"
    assert server().sql("SELECT version FROM guarded.about") == [(VERSION + 1,)]
    assert server().sql("SELECT * FROM guarded.added") == []


def test_who_has_ended_keeps_nobody_away_even_if_the_server_has_not_noticed_yet(
    schema: str, at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close, open_still = Connection.close, list[Connection]()
    monkeypatch.setattr(Connection, "close", lambda self: open_still.append(self))
    Index.open(tmp_path, at).close()
    try:
        Index.open(tmp_path, at).close()
    finally:
        for one in open_still:
            close(one)
    assert len(open_still) == 2


def test_the_first_schema_on_a_server_is_brought_up_to_date(schema: str, at: str, tmp_path: Path) -> None:
    with closing(Index.open(tmp_path, at)) as index:
        index.see(seen("a"), NOW, every_form=True)
        index.runs.begin("crawl", NOW)
    server().sql(
        "SET search_path TO guarded",
        "DROP TABLE workers, leases",
        "ALTER TABLE intents DROP COLUMN worker",
        "ALTER TABLE runs DROP COLUMN shared, DROP COLUMN asked",
        "UPDATE about SET version = 7",
    )
    with closing(Index.open(tmp_path, at)) as index:
        save(index, "a")
        assert index.workers.join(index.workers.begin_run("crawl", NOW), NOW)


def test_the_library_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "archiver.index.postgres", None)
    with pytest.raises(IndexServerError, match=r"needs psycopg .*pip install 'news-share-archiver\[postgres\]'"):
        Index.read(tmp_path, "postgresql://a@b/c")


def test_damage_is_found(schema: str, at: str, tmp_path: Path) -> None:
    with closing(Index.open(tmp_path, at)) as index:
        save(index)
        server().sql("UPDATE guarded.posts SET sha256 = 'x', rules = '['")
        assert index.check() == (
            "posts.sha256: 1 value that the column cannot have; posts.rules: 1 value that the column cannot have"
        )


# --- one archive, one index, one writer ------------------------------------------------------------------------------


def test_an_archive_remembers_that_its_index_is_on_a_server(at: str, tmp_path: Path) -> None:
    Index.open(tmp_path, at).close()
    for opening in (Index.open, Index.read, Index.exists):
        with pytest.raises(IndexFileError, match="the index of this archive is at postgresql://guarded@127") as caught:
            opening(tmp_path)
        assert PASSWORD not in str(caught.value)


def test_who_reads_is_told_where_the_index_is_and_not_to_make_another(at: str, schema: str, tmp_path: Path) -> None:
    """Whoever had carried an index back, and left ARCHIVER_INDEX set, was told that there was none."""
    Index.open(tmp_path).close()
    with pytest.raises(IndexServerError, match="the index of this archive is here; name no other in ARC"):
        Index.exists(tmp_path, at)
    noted = tmp_path / "noted"
    Index.open(noted, at).close()
    server().sql("DROP SCHEMA guarded CASCADE", "CREATE SCHEMA guarded AUTHORIZATION guarded")
    with pytest.raises(IndexServerError, match=r"has no index, and that of .* was at postgresql://guarded@.*dump"):
        Index.exists(noted, at)
    assert not Index.exists(tmp_path / "new", at)


def test_an_archive_with_an_index_of_its_own_takes_no_other(at: str, tmp_path: Path) -> None:
    Index.open(tmp_path).close()
    with pytest.raises(
        IndexServerError, match="carry it to the server: archiver index move sqlite postgresql://guarded@"
    ):
        Index.open(tmp_path, at)


def test_the_index_of_another_archive_is_refused(at: str, tmp_path: Path) -> None:
    one, other, new = tmp_path / "one", tmp_path / "other", tmp_path / "new"
    with closing(Index.open(one, at)) as index:
        save(index)
    (one / "_posts").mkdir()
    (one / "_posts" / "a.md").write_text("text")
    Index.open(one, at).close()
    for output, words in ((new, "the index of another archive: .* has no _posts/a.md"), (other, "is not the index of")):
        if output == other:
            (other / "_index").mkdir(parents=True)
            (other / "_index" / "server.json").write_text('{"address": "postgresql://elsewhere/db", "origin": "X"}')
        with pytest.raises(IndexServerError, match=words):
            Index.open(output, at)
        with pytest.raises(IndexServerError, match=words):
            Index.read(output, at)


def test_only_one_writes_whichever_machine_it_is_on(at: str, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"  # each has a lock in its directory
    with closing(Index.open(here, at)) as index:
        with pytest.raises(LockedError, match=r"another run is at work here: process \d+ on .*, since 20") as caught:
            Index.open(there, at)
        assert caught.value.since is not None
        assert PASSWORD not in str(caught.value)
        with closing(Index.read(there, at)) as reader:
            assert reader.holder() == index.holder()
            assert reader.holder() is not None
    with closing(Index.open(there, at)) as index:
        assert index.holder() is not None
    with closing(Index.read(there, at)) as reader:
        assert reader.holder() is None


def test_a_writer_that_was_killed_holds_nothing(at: str, schema: str, tmp_path: Path) -> None:
    killed = PostgresDatabase(at)
    killed._connection.close()  # that is all that a server sees of it
    with closing(Index.open(tmp_path, at)):
        assert server().sql("SELECT count(*) FROM guarded.writers") == [(1,)]


def test_a_dry_run_keeps_nothing(at: str, tmp_path: Path) -> None:
    Index.open(tmp_path, at).close()
    with closing(Index.open(tmp_path, at, keep=False)) as index:
        index.see(seen("a"), NOW, every_form=True)
        save(index)
        assert held(index).posts
        assert list(index.posts.select())
    with closing(Index.read(tmp_path, at)) as index:
        assert held(index).state == ""


def test_the_command_that_is_noted_has_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"postgresql://u:{PASSWORD}@h/d?sslmode=disable&password={PASSWORD}"
    for words in (["crawl", "-s", f"ARCHIVER_INDEX={address}"], ["index", "move", "sqlite", address]):
        monkeypatch.setattr("sys.argv", ["/usr/bin/archiver", *words])
        assert PASSWORD not in command_line()
        assert "postgresql://u:" in command_line()


# --- a server that goes away -----------------------------------------------------------------------------------------


def test_a_connection_that_ends_stops_nobody(at: str, tmp_path: Path) -> None:
    with closing(Index.open(tmp_path, at)) as index, closing(Index.read(tmp_path, at)) as reader:
        assert index.see(seen("a", "b"), NOW, every_form=True) == [True, True]
        end_connections(server())
        assert index.see(seen("b", "c"), NOW, every_form=True) == [False, True]
        assert due(index, NOW, run=1, limit=1) == ["a"]
        end_connections(server())
        assert held(reader, "c").state == "listed"
        assert due(index, NOW, run=1) == ["b", "c"]
        save(index)
        assert reader.holder() == index.holder()


def test_who_looks_for_what_waits_looks_again(at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lost: list[bool] = []
    with closing(Index.open(tmp_path, at)) as index:
        index.see(seen("a"), NOW, every_form=True)
        expected = index.waiting(1, [LIST], NOW)
        placing = index._queue._placing

        def lose(places: tuple[str, ...]) -> list[Statement]:
            statements = placing(places)
            if not lost:  # the places are put down, for as long as the connection lasts
                assert not statements
                lost.append(True)
                end_connections(server())
            return statements

        monkeypatch.setattr(index._queue, "_placing", lose)
        assert index.waiting(1, [LIST], NOW) == expected != []
    assert lost


def test_a_connection_that_cannot_be_gone_on_with_is_given_up(
    at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: list[bool] = []
    leave = Pipeline._exit

    def fail(self: Pipeline, error: BaseException | None) -> None:
        leave(self, error)
        if not failed:
            failed.append(True)
            raise psycopg.OperationalError(
                "cannot exit pipeline mode while busy"
            )  # as where a server goes away just then

    with closing(Index.open(tmp_path, at)) as index:
        monkeypatch.setattr(Pipeline, "_exit", fail)
        assert index.see(seen("a"), NOW, every_form=True) == [True]
        assert index.see(seen("a"), NOW, every_form=True) == [False]  # it was kept once
    assert failed


def test_a_server_that_is_started_again_stops_nobody(at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            server().start()

    monkeypatch.setattr("archiver.index.postgres.time.sleep", wait)
    with closing(Index.open(tmp_path, at)) as index:
        index.see(seen("a"), NOW, every_form=True)
        server().stop()
        assert index.see(seen("a", "b"), NOW, every_form=True) == [False, True]
    assert waits[:2] == [0.1, 0.2]


def test_a_server_that_stays_away_ends_the_run(at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PostgresDatabase, "patience", 0.0)
    index = Index.open(tmp_path, at)
    try:
        server().stop()
        with pytest.raises(IndexServerError, match="it went away, and stays away: run again when") as caught:
            index.see(seen("a"), NOW, every_form=True)
        assert "\n" not in str(caught.value)
    finally:
        server().start()
    with pytest.raises(IndexServerError) as again:  # what the run still asks for waits for nothing
        held(index)
    assert again.value is caught.value
    index.close()
    with closing(Index.open(tmp_path, at)) as next_run:
        assert held(next_run).state == ""


# What happens when the client has sent the end of a transaction, and whether the server has got that.
ENDS = {
    Fault.CUT: False,
    Fault.RESET: False,
    Fault.FROZEN: False,
    Fault.CUT_AFTER: True,
    Fault.DEAF: True,
    Fault.HALF_CLOSED: True,
}


@pytest.mark.parametrize("fault", ENDS)
def test_a_transaction_whose_end_is_unknown_is_looked_for(
    at: str, tmp_path: Path, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_connection, "MAX_SILENCE_SECONDS", 0.2)
    kept = ENDS[fault]
    with FaultyProxy(server().port) as proxy:
        through = proxied(at, proxy)
        with closing(Index.open(tmp_path, through)) as index:
            index.see(seen("a"), NOW, every_form=True)
            run = index.runs.begin("crawl", NOW)
            proxy.fault_at(b"COMMIT", fault)
            assert index.see(seen("a", "b"), NOW, every_form=True) == [False, True]
            proxy.fault_at(b"COMMIT", fault)
            assert index.runs.begin("crawl", NOW) == run + (1 if kept else 2)  # a number that was not kept is gone
            proxy.fault_at(b"COMMIT", fault)
            assert due(index, NOW, run=1) == ["a", "b"]
            proxy.fault_at(b"COMMIT", fault)
            index.fail([failed("a")], NOW)
            assert len(index.runs.latest(9)) == 2
        assert len(proxy.done) == 4
    assert server().sql("SELECT tries FROM guarded.articles ORDER BY id") == [(1,), (0,)]


def test_what_is_cut_off_in_the_middle_is_done_again(at: str, tmp_path: Path) -> None:
    with FaultyProxy(server().port) as proxy:
        through = proxied(at, proxy)
        with closing(Index.open(tmp_path, through)) as index:
            for words in (b"BEGIN", b"INSERT INTO articles", b"UPDATE writers"):
                proxy.fault_at(words, Fault.CUT)
                assert index.see(seen(words.decode()), NOW, every_form=True) == [True]
            proxy.fault_at(b"JOIN posts", Fault.CUT_AFTER)
            assert held(index, "BEGIN").state == "listed"
            assert len(proxy.done) == 4


def test_who_was_away_while_another_run_was_at_work_ends(at: str, tmp_path: Path) -> None:
    with closing(Index.open(tmp_path / "one", at)) as index:
        end_connections(server())
        with closing(Index.open(tmp_path / "two", at)) as other:
            with pytest.raises(LockedError, match="another run is at work here"):
                index.see(seen("a"), NOW, every_form=True)
            other.see(seen("b"), NOW, every_form=True)
        with pytest.raises(LockedError, match="the server was away, and another run has been at work since"):
            index.see(seen("a"), NOW, every_form=True)
    with closing(Index.read(tmp_path / "one", at)) as reader:
        assert (held(reader, "a").state, held(reader, "b").state) == ("", "listed")


def test_a_connection_that_the_server_holds_open_is_ended(at: str, tmp_path: Path) -> None:
    """It has not noticed that nobody is there any more: the lock is held until it does."""
    with FaultyProxy(server().port) as proxy:
        through = proxied(at, proxy)
        with closing(Index.open(tmp_path, through)) as index:
            proxy.fault_at(b"BEGIN", Fault.LEFT)
            assert index.see(seen("a"), NOW, every_form=True) == [True]


def test_a_server_that_says_nothing_and_keeps_the_connection_is_left(
    at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes new connections, and does not answer on the next one either."""
    monkeypatch.setattr(postgres_connection, "MAX_SILENCE_SECONDS", 0.2)
    monkeypatch.setitem(postgres_connection.CONNECTION_OPTIONS, "connect_timeout", 2)  # libpq takes no less
    with FaultyProxy(server().port) as proxy:
        with closing(Index.open(tmp_path, proxied(at, proxy))) as index:
            proxy.fault_at(b"BEGIN", Fault.FROZEN)
            proxy.answer_nothing(1)
            assert index.see(seen("a"), NOW, every_form=True) == [True]
            proxy.fault_at(b"JOIN posts", Fault.DEAF)
            assert held(index).state == "listed"
        proxy.answer_nothing(1)
        with pytest.raises(IndexServerError, match="connection timeout expired; is the server running there"):
            Index.open(tmp_path, proxied(at, proxy))
        proxy.fault_at(b"search_path", Fault.DEAF)  # what is asked first, of who has let us in
        with pytest.raises(IndexServerError, match="the server does not answer; is the server running there"):
            Index.open(tmp_path, proxied(at, proxy))


def test_a_server_that_is_at_work_may_take_its_time(at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says nothing until it has done what it was asked for, here: until somebody else has let go of a lock."""
    monkeypatch.setattr(postgres_connection, "MAX_SILENCE_SECONDS", 0.05)
    said: list[bool] = []
    with closing(PostgresDatabase(at)) as database, psycopg.connect(server().address()) as other:
        other.execute("SELECT pg_advisory_lock(1)")
        ask = database._connection.is_at_work

        def let_go_in_the_end() -> bool:
            said.append(ask())
            if len(said) == 3:
                other.execute("SELECT pg_advisory_unlock(1)")
            return said[-1]

        database._connection.is_at_work = let_go_in_the_end
        assert database.rows("SELECT 1 FROM (SELECT pg_advisory_lock(1)) AS waited") == [(1,)]
        assert database.session == 1
    assert said == [True] * 3


def test_what_is_only_tried_is_not_tried_again(at: str, tmp_path: Path) -> None:
    Index.open(tmp_path, at).close()
    with closing(Index.open(tmp_path, at, keep=False)) as index:
        index.see(seen("a"), NOW, every_form=True)
        end_connections(server())
        with pytest.raises(IndexServerError, match="went away during the dry run; run it again"):
            index.see(seen("b"), NOW, every_form=True)


def test_a_long_reading_that_is_cut_off_says_so(at: str, tmp_path: Path) -> None:
    with closing(Index.open(tmp_path, at)) as index:
        save(index)
        reader = index.posts.select()
        pages = index._database.pages("SELECT number FROM generate_series(1, 1500) AS number")
        assert len(next(pages)) == 1000
        end_connections(server())
        with pytest.raises(IndexServerError, match="the server went away while it was read; run it again"):
            next(pages)
        assert len(list(reader)) == 1


# --- several at once -------------------------------------------------------------------------------------------------


def shared(at: str) -> PostgresDatabase:
    """One of several that write."""
    return PostgresDatabase(at, shared=True)


def test_several_that_see_the_same_articles_do_not_wait_for_each_other_for_ever(
    at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_module, "REPEATED_STATES", ())  # a deadlock is an error
    names = [f"{number:02}" for number in range(40)]
    orders = [names, names[::-1], names[20:] + names[:20], names[::2] + names[1::2]]
    PostgresDatabase(at).close()
    together = threading.Barrier(len(orders))

    def work(order: list[str]) -> None:
        with closing(Index(shared(at))) as index:
            together.wait(20)
            for turn in range(5):
                index.see(seen(*order), NOW + turn, every_form=True)
                index.fail([failed(name) for name in order], NOW + turn)

    with ThreadPoolExecutor(len(orders)) as pool:
        list(pool.map(work, orders))
    with closing(Index(shared(at))) as index:
        assert sorted(due(index, NOW * 2, run=1)) == []  # tried so often that they are given up
        assert index.catalogue.states() == {"failed": 40}


def test_who_claims_passes_over_what_others_are_claiming(at: str) -> None:
    with (
        closing(Index(shared(at))) as one,
        closing(Index(shared(at))) as two,
    ):
        one.see(seen("a", "b", "c"), NOW, every_form=True)

        def claim() -> tuple[Any, Any]:
            first = one.claim(1, [LIST], 2, NOW)
            return [claim.key.id for claim in first], due(two, NOW, run=1)

        assert one.together(claim) == (["a", "b"], ["c"])


def test_who_reads_sees_one_moment(at: str) -> None:
    with (
        closing(Index(shared(at))) as writer,
        closing(PostgresDatabase(at, read=True)) as database,
    ):

        def read() -> tuple[Any, Any]:
            before = database.rows("SELECT count(*) FROM articles")
            writer.see(seen("a"), NOW, every_form=True)
            return before, database.rows("SELECT count(*) FROM articles")

        before, after = database.snapshot(read)
        assert before == after == [(0,)]
        assert database.rows("SELECT count(*) FROM articles") == [(1,)]


def test_both_have_the_same_tables(at: str) -> None:
    """But for what a server needs to know of itself and of who writes."""
    PostgresDatabase(at).close()
    columns = """SELECT table_name, column_name, is_nullable FROM information_schema.columns
                 WHERE table_schema = 'guarded' AND table_name NOT IN ('about', 'writers')"""
    with closing(SqliteDatabase(None)) as database:
        expected = database.rows(
            """SELECT tables.name, columns.name, CASE WHEN "notnull" OR pk THEN 'NO' ELSE 'YES' END
               FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
               WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite%'"""
        )
        indices = database.rows("SELECT name FROM sqlite_schema WHERE type = 'index' AND name NOT LIKE 'sqlite%'")
    assert sorted(server().sql(columns)) == sorted(expected)
    there = {name for (name,) in server().sql("SELECT indexname FROM pg_indexes WHERE schemaname = 'guarded'")}
    assert {name for (name,) in indices} <= there


def test_a_worker_that_was_taken_for_dead_keeps_nothing(at: str, tmp_path: Path) -> None:
    Index.open(tmp_path, at).close()
    with closing(Index.share(tmp_path, at)) as one, closing(Index(shared(at))) as other:
        with pytest.raises(LockedError, match="another run is at work here: process"):
            PostgresDatabase(at)
        run = one.workers.begin_run("crawl", NOW)
        one.workers.join(run, NOW)
        other.workers.join(run, NOW)
        one.see(seen("a"), NOW, every_form=True)
        first, _ = one.workers.at_work()
        assert other.workers.take_over(first, tmp_path, NOW)
        for _ in range(2):
            with pytest.raises(LockedError, match="was not heard of for too long"):
                save(one, "a")
        assert held(other).state == "listed"


def test_one_that_stands_still_within_a_transaction_keeps_nobody_waiting(at: str, tmp_path: Path) -> None:
    Index.open(tmp_path, at).close()
    with closing(Index.share(tmp_path, at)) as one, closing(Index(shared(at))) as other:
        run = one.workers.begin_run("crawl", NOW)
        one.workers.join(run, NOW)
        other.workers.join(run, NOW)
        one._database.scratch("BEGIN")
        one._database.scratch("UPDATE workers SET doing = 'nothing'")
        assert other.workers.take_over(other.workers.at_work()[0], tmp_path, NOW)


def test_workers_go_by_the_clock_of_the_server(at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(PostgresDatabase(at)) as database:
        assert abs(database.clock_ahead()) < SECOND  # it is this machine's
        monkeypatch.setattr(postgres_module, "machine_time", lambda: machine_time() - 180 * SECOND)
        assert 179 * SECOND < database.clock_ahead() < 181 * SECOND


def test_a_clock_is_not_read_off_an_answer_that_was_long_on_its_way(at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(PostgresDatabase(at)) as database:
        there, passed = [NOW + 170 * SECOND, NOW + 170 * SECOND], [0]

        def answer(_: str) -> list[tuple[int]]:
            passed[0] += 170 * SECOND if len(there) == 2 else SECOND // 50  # it was away when it was asked first
            return [(there.pop(0),)]

        monkeypatch.setattr(database, "rows", answer)
        monkeypatch.setattr(postgres_module, "machine_time", lambda: NOW + passed[0])
        monkeypatch.setattr(postgres_module, "steady", lambda: passed[0])
        assert abs(database.clock_ahead()) < SECOND


def test_a_worker_waits_for_one_that_has_the_archive_alone_for_a_moment(
    at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = PostgresDatabase(at)
    monkeypatch.setattr("archiver.index.writers.time.sleep", lambda _: alone.close())
    shared(at).close()


def test_who_makes_the_tables_is_at_work(at: str) -> None:
    with closing(postgres_connection.connect(at)) as connection:
        Writer(at).take_archive(connection)
        with pytest.raises(LockedError, match="another run is at work here: it has not said who it is yet"):
            PostgresDatabase(at)


def test_nobody_has_the_archive_alone_while_workers_may_come_back(
    at: str, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(PostgresDatabase(at)):
        pass
    one = Index(shared(at))
    moment = now()
    one.workers.join(one.workers.begin_run("crawl", moment), moment)
    assert isinstance(one._database, PostgresDatabase)
    one._database._connection.close()  # the server was started again
    with pytest.raises(LockedError, match="or they have not been heard of for a short time only"):
        PostgresDatabase(at)
    monkeypatch.setattr("archiver.index.writers.has_ended", lambda _: True)  # it was killed
    PostgresDatabase(at).close()
    server().sql("UPDATE workers SET host = 'elsewhere'", schema=schema)
    with pytest.raises(LockedError):
        PostgresDatabase(at)
    server().sql(f"UPDATE workers SET heard = heard - {181 * SECOND}", schema=schema)
    PostgresDatabase(at).close()


# --- trips to the server ---------------------------------------------------------------------------------------------


def test_what_workers_do_often_takes_one_trip(at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much it is about; what has to know what is there before it writes takes two."""
    monkeypatch.setattr(postgres_module, "SLOW_MICROS", 3600 * SECOND)  # a slow answer is asked for again
    Index.open(tmp_path, at).close()
    trips: list[int] = []
    with CountingProxy(server().port) as proxy, closing(Index.share(tmp_path, proxied(at, proxy))) as index:
        run = index.workers.begin_run("crawl", NOW)
        index.workers.join(run, NOW)
        names = [f"{number}" for number in range(40)]
        question = Question(frozenset(names), frozenset(map(key, names)), frozenset(names), frozenset(["news"]), 3)
        for expected, work in (
            (2, lambda: index.see(seen(*names), NOW, every_form=True)),
            (1, lambda: index.waiting(run, [LIST], NOW)),
            (1, lambda: index.workers.take("site", names, run)),
            (1, lambda: index.workers.take_share("listing", names, run, 2, 9)),
            (1, lambda: index.workers.poll_hosts({"a": 1}, {"b": 1, "c": 1}, {"b", "c"})),
            (1, lambda: index.workers.renew(NOW, "", 1, 1)),
            (1, lambda: index.claim(run, [LIST], 20, NOW)),
            (1, lambda: index.claim(run, [LIST], 40, NOW)),  # those that are left, and once more from the beginning
            (1, lambda: index.look_up(question, names)),
            (1, lambda: index.begin([intent(name) for name in names], NOW)),
            (2, lambda: index.finish([saved(name) for name in names], NOW)),
            (1, lambda: index.listings.histories(names, 5)),
        ):
            before = proxy.trips
            work()
            trips.append(proxy.trips - before - expected)
    assert trips == [0] * len(trips)  # more than expected


def test_what_is_taken_is_known_though_the_answer_was_lost(at: str, tmp_path: Path) -> None:
    Index.open(tmp_path, at).close()
    names = ["a", "b", "c", "d"]
    with FaultyProxy(server().port) as proxy, closing(Index.share(tmp_path, proxied(at, proxy))) as index:
        run = index.workers.begin_run("crawl", NOW)
        index.workers.join(run, NOW)
        index.see(seen("a", "b", "c"), NOW, every_form=True)
        proxy.fault_at(b"COMMIT", Fault.CUT_AFTER)
        assert index.workers.take("site", names, run) == names
        proxy.fault_at(b"COMMIT", Fault.CUT_AFTER)
        assert index.workers.take_share("listing", names, run, 2, 9) == ["a", "b"]
        proxy.fault_at(b"COMMIT", Fault.CUT_AFTER)
        assert index.workers.poll_hosts({}, {"a": 1}, {"a"}).came == {"a": 0}
        proxy.fault_at(b"COMMIT", Fault.CUT_AFTER)
        assert [one.key.id for one in index.claim(run, [LIST], 2, NOW)] == ["a", "b"]
        proxy.fault_at(b"COMMIT", Fault.CUT_AFTER)
        assert [one.key.id for one in index.claim(run, [LIST], 2, NOW)] == ["c"]
        assert index.claim(run, [LIST], 2, NOW) == []
        assert len(proxy.done) == 5
