"""A worker among others: when it may ask a host, decide about an article, take over."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from contextlib import AsyncExitStack, asynccontextmanager, closing
from contextvars import ContextVar
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from archiver.article import Article
from archiver.clock import SECOND, go_by, moment, now
from archiver.configuration import load_configuration
from archiver.coordination import ArticleLeases, ArticleTurn, HostLeases, Member, Progress, host_leases, member
from archiver.errors import LockedError
from archiver.extensions.watch import Watch
from archiver.index import Index, IndexThread, Question, Worker
from archiver.index.lock import SharedLock
from archiver.index.sqlite import SqliteDatabase
from archiver.listing_stats import ListingStats
from archiver.pipelines.archive import NotPostedError
from archiver.session import Session
from archiver.session_options import session_options
from archiver.spiders.allotment import SharedAllotment
from tests.index.values import LIST, NOW, seen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

HOST = "www.merrow.example"


class Clock:
    """The time, which goes on when somebody waits."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        self.now += max(round(seconds * SECOND), 0)
        await asyncio.sleep(0)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time that turns go by."""
    made = Clock()
    monkeypatch.setattr(host_leases, "steady", made)
    monkeypatch.setattr(SqliteDatabase, "present", property(lambda _: str(made.now)))
    return made


@asynccontextmanager
async def two_workers(directory: Path) -> AsyncIterator[tuple[IndexThread, IndexThread]]:
    """The indexes of two workers of a run."""
    async with AsyncExitStack() as stack:
        threads = []
        run = 0
        for _ in range(2):
            index = Index(SqliteDatabase(directory / "index.sqlite"))
            run = run or index.workers.begin_run("crawl", NOW)
            index.workers.join(run, NOW)
            threads.append(IndexThread(index))
            stack.push_async_callback(threads[-1].close)
        yield threads[0], threads[1]


def hosts(thread: IndexThread, rests: dict[str, int] | None = None) -> HostLeases:
    """The hosts of a worker."""
    return HostLeases(thread, ({} if rests is None else rests).__setitem__)


async def begun(coroutine: Any) -> asyncio.Task[Any]:
    """Something that has come to where it waits for others."""
    task: asyncio.Task[Any] = asyncio.ensure_future(coroutine)
    for _ in range(5):
        await asyncio.sleep(0)
    return task


def test_a_host_is_asked_as_seldom_by_two_as_by_one(tmp_path: Path, clock: Clock) -> None:
    async def work() -> list[int]:
        asked = []
        async with two_workers(tmp_path) as threads:
            both = [hosts(thread) for thread in threads]
            for worker in (0, 0, 1, 1, 0):
                this, other = both[worker], both[1 - worker]
                entered = await begun(this.wait_for_turn(HOST, HOST, 2.0, clock.sleep))
                while not entered.done():
                    clock.now += SECOND // 10
                    await this.poll_once()
                    await other.poll_once()
                    await asyncio.sleep(0)
                asked.append(clock.now)
                entered.result().end()
        return asked

    asked = asyncio.run(work())
    assert min(later - earlier for earlier, later in pairwise(asked)) >= 2 * SECOND


def test_who_needs_a_host_for_long_lets_others_have_it_in_between(tmp_path: Path, clock: Clock) -> None:
    async def work() -> bool:
        async with two_workers(tmp_path) as threads:
            one, other = (hosts(thread) for thread in threads)
            entered = await begun(one.wait_for_turn(HOST, HOST, 0, clock.sleep))
            await one.poll_once()
            await entered
            waits = await begun(other.wait_for_turn(HOST, HOST, 0, clock.sleep))
            await other.poll_once()
            assert not waits.done()
            await one.poll_once()  # learns that it is waited for
            clock.now += 3 * SECOND
            again = await begun(one.wait_for_turn(HOST, HOST, 0, clock.sleep))
            assert not again.done()  # it makes room, when what it has asked has come
            entered.result().end()
            await one.poll_once()
            await other.poll_once()
            (await waits).end()
            clock.now += 11 * SECOND
            await other.poll_once()
            await one.poll_once()
            await again
            return True

    assert asyncio.run(work())


@pytest.mark.parametrize("set_", [-600 * SECOND, 600 * SECOND])
def test_machines_whose_clocks_differ_wait_as_long_as_one_does(tmp_path: Path, clock: Clock, set_: int) -> None:
    machine: ContextVar[int] = ContextVar("machine", default=0)  # by how much the clock of who runs this is wrong
    turns_of = SimpleNamespace(steady=lambda: clock.now + machine.get())

    async def work() -> list[int]:
        asked = []
        async with two_workers(tmp_path) as threads:
            for worker in (0, 1, 0, 1):
                machine.set(set_ * worker)
                this = hosts(threads[worker])
                entered = await begun(this.wait_for_turn(HOST, HOST, 2.0, clock.sleep))
                await this.poll_once()
                (await entered).end()
                asked.append(clock.now)
                this._hosts[HOST].wanted = True
                clock.now += 1
                await this.poll_once()
        return asked

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(host_leases, "steady", turns_of.steady)
        asked = asyncio.run(work())
    assert [later - earlier for earlier, later in pairwise(asked)] == [2 * SECOND] * 3


def test_a_host_is_not_taken_anew_while_it_is_asked(tmp_path: Path, clock: Clock) -> None:
    async def work() -> None:
        async with two_workers(tmp_path) as (one, two):
            this, other = hosts(one), hosts(two)
            entered = await begun(this.wait_for_turn(HOST, HOST, 9, clock.sleep))
            await this.poll_once()
            (await entered).sent()
            await begun(other.wait_for_turn(HOST, HOST, 9, clock.sleep))
            await other.poll_once()
            await this.poll_once()  # it is waited for, and what was asked takes long
            clock.now += 3 * SECOND
            again = await begun(this.wait_for_turn(HOST, HOST, 9, clock.sleep))
            await this.poll_once()
            await begun(asyncio.sleep(0))
            assert not again.done()
            entered.result().end()
            await this.poll_once()
            assert this._hosts == {}
            await other.poll_once()
            assert other._hosts[HOST].ready - clock.now == 6 * SECOND
            again.cancel()

    asyncio.run(work())


def test_who_is_woken_late_keeps_the_others_waiting(tmp_path: Path, clock: Clock) -> None:
    async def sleep(seconds: float) -> None:
        until = clock.now + round(seconds * SECOND)
        await asyncio.sleep(0)
        late = 3 * SECOND if seconds == 2 else 0  # the one that is to be the second
        clock.now = max(clock.now, until + late)

    async def work() -> list[int]:
        asked = []
        async with two_workers(tmp_path) as (one, _):
            this = hosts(one)

            async def ask() -> None:
                (await this.wait_for_turn(HOST, HOST, 2, sleep)).sent()
                asked.append(clock.now)

            requests = [await begun(ask()) for _ in range(3)]
            await this.poll_once()
            await asyncio.gather(*requests)
        return asked

    asked = asyncio.run(work())
    assert min(later - earlier for earlier, later in pairwise(asked)) >= 2 * SECOND


def test_a_wait_begins_when_a_request_is_sent(tmp_path: Path, clock: Clock) -> None:
    """It may be kept back for as long as that: while the worker loads what reads the answer, say."""

    async def work() -> None:
        async with two_workers(tmp_path) as (one, _):
            this = hosts(one)
            entered = await begun(this.wait_for_turn(HOST, HOST, 2, clock.sleep))
            await this.poll_once()
            first = await entered
            second = await begun(this.wait_for_turn(HOST, HOST, 2, clock.sleep))
            clock.now += 3 * SECOND
            await begun(asyncio.sleep(0))
            assert not second.done()
            first.sent()
            begun_at = clock.now
            first.end()  # which says no other thing
            failed = await second
            assert clock.now == begun_at + 2 * SECOND
            third = await begun(this.wait_for_turn(HOST, HOST, 2, clock.sleep))
            failed.end()  # it was never sent; its connection was tried
            await third
            assert clock.now == begun_at + 4 * SECOND

    asyncio.run(work())


def test_who_has_not_reached_the_index_for_long_asks_nobody(tmp_path: Path, clock: Clock) -> None:
    async def work() -> None:
        async with two_workers(tmp_path) as (one, _):
            this = hosts(one)
            entered = await begun(this.wait_for_turn(HOST, HOST, 0, lambda _: asyncio.sleep(0)))
            await this.poll_once()
            (await entered).sent()
            clock.now += 61 * SECOND  # it was not reached; soon others take over
            again = await begun(this.wait_for_turn(HOST, HOST, 0, lambda _: asyncio.sleep(0)))
            assert not again.done()
            await this.poll_once()
            await again

    asyncio.run(work())


def test_a_host_that_asked_another_worker_to_be_left_alone(tmp_path: Path, clock: Clock) -> None:
    rests: dict[str, int] = {}

    async def work() -> None:
        async with two_workers(tmp_path) as (one, other):
            await other.run(lambda index: index.hosts.hold(f"{HOST}:81", NOW + 60 * SECOND))
            this = hosts(one, rests)
            entered = await begun(this.wait_for_turn(HOST, f"{HOST}:81", 0, clock.sleep))
            await this.poll_once()
            await entered

    asyncio.run(work())
    assert rests == {f"{HOST}:81": NOW + 60 * SECOND}


def test_a_wait_ends_when_the_run_does(tmp_path: Path, clock: Clock) -> None:
    class OverError(Exception):
        pass

    async def is_over(_: float) -> None:
        raise OverError

    async def work() -> None:
        async with two_workers(tmp_path) as (one, _):
            this = hosts(one)
            entered = await begun(this.wait_for_turn(HOST, HOST, 0, is_over))
            await this.poll_once()
            with pytest.raises(OverError):
                await entered
            clock.now += 11 * SECOND
            await this.poll_once()  # it is given back
            leased = await one.run(lambda index: index._database.rows("SELECT name, worker FROM leases"))
            assert leased == [(f"host {HOST}", 0)]

    asyncio.run(work())


def page(id_: str, *aliases: str) -> Article:
    """A page with the addresses that it is known by."""
    return Article(
        recipe="web",
        id=id_,
        form="web",
        address=f"http://{id_}",
        response_url=f"http://{id_}",
        page="page",
        rank=0,
        fetched=moment(NOW),
        aliases=aliases,
    )


async def begins(thread: IndexThread, turn: ArticleTurn) -> bool:
    """Return whether a turn begins."""
    return bool(await thread.run(lambda index: turn.begin(index, Question(frozenset(), frozenset()))))


@pytest.mark.parametrize(
    ("first", "second", "waits"),
    [
        (page("a.example/1", "a.example/1"), page("b.example/1", "b.example/1"), False),
        (page("a.example/1", "a.example/1", "c.example"), page("b.example/1", "b.example/1", "c.example"), True),
        (page("a.example/1", "c.example/of-one"), page("b.example/1", "c.example/of-two"), True),  # the index knows
        (page("a.example/1"), page("a.example/1"), False),  # its recipe has one worker
    ],
)
def test_two_workers_do_not_decide_about_one_article_at_once(
    tmp_path: Path, first: Article, second: Article, waits: bool
) -> None:
    def know(index: Index) -> None:
        know_article = (
            "INSERT INTO articles (key, recipe, id, state, first_seen, last_seen) VALUES (1, 'web', 'c', '', 0, 0)"
        )
        index._database.write(know_article)
        for address in ("c.example/of-one", "c.example/of-two"):
            index._database.write("INSERT INTO aliases VALUES (?, 1)", address)

    async def ends(thread: IndexThread, turn: ArticleTurn, what: str) -> None:
        await thread.run(lambda index: turn.end(index, lambda: done.append(what)))

    done: list[str] = []

    async def work() -> list[str]:
        async with two_workers(tmp_path) as (one, other):
            await one.run(know)
            mine, theirs = ArticleLeases().at([first]), ArticleLeases().at([second])
            assert await begins(one, mine)
            if await begins(other, theirs):
                await ends(other, theirs, "second")
            await ends(one, mine, "first")
            if waits:
                assert await begins(other, theirs)
                await ends(other, theirs, "second")
            assert mine.is_over
            assert theirs.is_over
            left = await one.run(lambda index: index._database.rows("SELECT name FROM leases WHERE worker <> 0"))
            assert left == []
        return done

    assert asyncio.run(work()) == (["first", "second"] if waits else ["second", "first"])


def test_batches_of_one_worker_do_not_let_go_of_each_others_articles(tmp_path: Path) -> None:
    async def work() -> None:
        async with two_workers(tmp_path) as (one, other):
            mine = ArticleLeases()
            a, b = (mine.at([page(f"{host}.example/1", "a.example/1")]) for host in "ab")
            theirs = ArticleLeases().at([page("c.example/1", "a.example/1")])
            assert await begins(one, a)
            assert await begins(one, b)
            await one.run(lambda index: b.end(index, lambda: None))
            assert not await begins(other, theirs)
            await one.run(lambda index: a.end(index, lambda: None))
            assert await begins(other, theirs)

    asyncio.run(work())


def test_a_worker_reads_all_listings_that_it_has_found_and_its_share_of_others(tmp_path: Path) -> None:
    async def work() -> None:
        async with two_workers(tmp_path) as indexes:
            mine, theirs = (
                SharedAllotment(index, Member(cast("Any", session), Progress, lambda _: None), 2)
                for worker, index in enumerate(indexes, 1)
                for session in [SimpleNamespace(index=index, worker=worker, run=1, output=tmp_path)]
            )
            assert await mine.found_listings(["a", "b"]) == ["a", "b"]
            assert await theirs.found_listings(["a", "c"]) == ["c"]
            assert await mine.listings(["d", "e"]) == ["d"]

    asyncio.run(work())


def test_a_worker_is_done_when_the_limit_of_the_run_is_reached(tmp_path: Path) -> None:
    async def work() -> None:
        async with two_workers(tmp_path) as indexes:
            await indexes[0].run(lambda index: index.workers.limit({"articles": 2}))
            known = [one._replace(site="a.example") for one in seen("a", "b", "c")]
            await indexes[0].run(Index.see, known, NOW, every_form=True)
            mine, theirs = (
                SharedAllotment(index, Member(cast("Any", session), Progress, lambda _: None), 2, 2)
                for worker, index in enumerate(indexes, 1)
                for session in [SimpleNamespace(index=index, worker=worker, run=1, output=tmp_path)]
            )
            assert await mine.claim(1, [LIST], 9, "b.example", "") == []
            assert not mine.is_spent  # it has found nothing; others do
            for _ in range(2):
                (_,) = await theirs.claim(1, [LIST], 9, "a.example", "")
            await theirs.return_quota(1)  # one of them is too old
            assert [one.key.id for one in await theirs.claim(1, [LIST], 9, "a.example", "")] == ["c"]
            assert await theirs.claim(1, [LIST], 9, "a.example", "") == []
            assert theirs.is_spent

    asyncio.run(work())


def test_who_is_taken_for_dead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(member, "steady", clock)

    class Session:
        output, index, worker, run = tmp_path, None, 1, 1

    def fail(error: Exception) -> None:
        raise error

    this = Member(Session(), Progress, fail)  # type: ignore[arg-type]
    lock = SharedLock(tmp_path / "_index")
    lock.take()
    here, process = socket.gethostname(), int(lock._own.stem.rpartition("-")[2])
    alive = Worker(2, 1, process, here, "", NOW, NOW, "busy", "", 0, 0, {})
    assert not this._has_ended(alive)
    elsewhere = alive._replace(number=3, host=f"not-{here}")
    assert not this._has_ended(elsewhere._replace(heard=NOW - 10**12))  # its clock may be another
    clock.now += 100 * SECOND
    assert not this._has_ended(elsewhere)
    clock.now += 100 * SECOND
    assert not this._has_ended(elsewhere._replace(heard=NOW + 1))
    clock.now += 181 * SECOND
    assert this._has_ended(elsewhere._replace(heard=NOW + 1))
    assert this._has_ended(alive)  # it stands still
    lock.release()
    assert this._has_ended(alive._replace(number=4))


def test_one_that_stood_still_and_was_taken_for_dead_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(member, "steady", clock)

    async def work() -> None:
        async with two_workers(tmp_path) as (one, other):
            session = SimpleNamespace(index=one, worker=1, run=1, output=tmp_path)
            this = Member(cast("Any", session), Progress, lambda _: None)
            (first, _) = await other.run(lambda index: index.workers.at_work())
            assert await other.run(lambda index: index.workers.take_over(first, tmp_path, NOW))
            await this.assure()  # it has said only now that it is there
            clock.now += 91 * SECOND
            with pytest.raises(LockedError, match="was not heard of for too long"):
                await this.assure()

    asyncio.run(work())


def test_who_writes_goes_by_the_clock_of_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = session_options(load_configuration({"ARCHIVER_OUTPUT": str(tmp_path)}, {}))
    asyncio.run(Session.open(tmp_path, options).close())
    with closing(Index.share(tmp_path)) as index:
        run = index.workers.begin_run("crawl", NOW)
    monkeypatch.setattr(SqliteDatabase, "clock_ahead", lambda _: -300 * SECOND)  # this machine is ahead
    try:
        session = Session.join(tmp_path, options, run)
        assert 299 * SECOND < time.time_ns() // 1000 - now() < 301 * SECOND
        (worker,) = asyncio.run(session.index.run(lambda index: index.workers.at_work()))
        assert abs(worker.started - now()) < 60 * SECOND
        monkeypatch.setattr(SqliteDatabase, "clock_ahead", lambda _: 600 * SECOND)  # it was set back meanwhile
        asyncio.run(Member(session, Progress, lambda _: None)._beat())
        assert now() - time.time_ns() // 1000 > 599 * SECOND
        asyncio.run(session.close())
        asyncio.run(Session.open(tmp_path, options).close())  # who has it alone does, too
        assert now() - time.time_ns() // 1000 > 599 * SECOND
    finally:
        go_by(0)


def test_alarms_are_judged_by_what_all_workers_came_to() -> None:
    pages = [replace(page(f"{name}.example", "x"), places=("web/hub",), body="text") for name in "abc"]
    whole, *parts = (Watch() for _ in range(4))
    for one, part in zip(pages, parts, strict=True):
        for watch in (whole, part):
            watch.item_scraped(replace(one, rules={"title": "page:title"}))
            watch.article_failed(cast("Any", SimpleNamespace(places=("web/hub",))), gone=False)
    doubted = replace(pages[0], doubted=True, reason="one text", outcome="quarantined")
    for watch in (whole, parts[0]):
        watch.listing_read(ListingStats("web/hub", listed=3))
        watch.item_dropped(NotPostedError(doubted))
        watch.blocked("http://a.example/x", "it asks whether we are human")
    last = parts[2]
    for other in parts[:2]:
        last.add(json.loads(json.dumps(other.results())))
    assert json.dumps(last.results(), sort_keys=True) == json.dumps(whole.results(), sort_keys=True)
