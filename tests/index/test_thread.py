"""The index in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from archiver.errors import IndexFileError
from archiver.index import Index, IndexThread
from archiver.index.sqlite import SqliteDatabase
from tests.index.values import NOW, held, seen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def with_thread(use: Callable[[IndexThread], Awaitable[None]]) -> None:
    """Use an index that is in a thread, in an event loop."""

    async def run() -> None:
        thread = IndexThread(Index(SqliteDatabase(None)))
        try:
            await use(thread)
        finally:
            await thread.close()

    asyncio.run(run())


def test_verbs_are_carried_out_in_one_thread_in_their_order() -> None:
    names = []

    async def use(thread: IndexThread) -> None:
        see = [thread.run(Index.see, seen(f"{number}"), NOW, every_form=True) for number in range(20)]
        names.append(await thread.run(lambda _: threading.current_thread().name))
        assert await asyncio.gather(*see) == [[True]] * 20
        claimed = await thread.run(Index.claim, 1, ["news/latest"], 99, NOW)
        assert [one.key.id for one in claimed] == [f"{number}" for number in range(20)]

    with_thread(use)
    assert names != [threading.current_thread().name]


def test_the_loop_goes_on_while_a_verb_is_carried_out() -> None:
    async def use(thread: IndexThread) -> None:
        go_on = threading.Event()
        waiting = asyncio.ensure_future(thread.run(lambda _: go_on.wait(10)))
        await asyncio.sleep(0)
        go_on.set()  # this loop can: it does not wait
        assert await waiting

    with_thread(use)


def test_an_error_is_raised_to_who_waits_and_the_first_is_kept() -> None:
    async def use(thread: IndexThread) -> None:
        def fail(index: Index, reason: str) -> None:
            raise IndexFileError(reason)

        assert thread.failure is None
        for reason in ("first", "second"):
            with pytest.raises(IndexFileError, match=reason):
                await thread.run(fail, reason)
        assert str(thread.failure) == "first"
        assert await thread.run(held) is not None  # and it goes on

    with_thread(use)


def test_what_was_asked_for_is_carried_out_though_nobody_waits() -> None:
    async def use(thread: IndexThread) -> None:
        go_on = threading.Event()
        first = asyncio.ensure_future(thread.run(lambda _: go_on.wait(10)))
        see = asyncio.ensure_future(thread.run(Index.see, seen("a"), NOW, every_form=True))
        await asyncio.sleep(0)
        see.cancel()
        go_on.set()
        await first
        assert (await thread.run(held)).state == "listed"

    with_thread(use)


def test_it_is_closed_when_all_is_done() -> None:
    done: list[int] = []
    asked: list[asyncio.Future[None]] = []

    async def use(thread: IndexThread) -> None:
        verbs = (thread.run(lambda _, number: done.append(number), number) for number in range(5))
        asked.extend(map(asyncio.ensure_future, verbs))
        await asyncio.sleep(0)

    with_thread(use)
    assert done == [0, 1, 2, 3, 4]
