"""Jobs that are handed over in lists."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from archiver.workers.batcher import Batcher

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any


class Clock(asyncio.SelectorEventLoop):
    """An event loop whose clock stands still until a test moves it."""

    moment = 1000.0

    def time(self) -> float:
        """Return the time of the loop."""
        return self.moment


def run(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=Clock) as runner:
        runner.run(work)


async def rounds() -> None:
    """Let everything happen that waits for no time."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_jobs_gather_between_two_lists_and_the_first_does_not_wait() -> None:
    lists: list[list[str]] = []

    async def note(jobs: list[str]) -> list[str]:
        lists.append(jobs)
        return jobs

    async def work() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Clock)
        batcher = Batcher[str, str]([note], 3, between=60)
        assert await batcher.submit("a") == "a"
        waiting = []
        for job in "bcde":
            waiting.append(asyncio.create_task(batcher.submit(job)))
            await rounds()
        assert lists == [["a"]]
        loop.moment += 60
        await rounds()
        assert lists == [["a"], ["b", "c", "d"]]  # no more than fit into one
        loop.moment += 60
        await batcher.drain()
        assert lists == [["a"], ["b", "c", "d"], ["e"]]
        assert [await one for one in waiting] == list("bcde")
        loop.moment += 600
        assert await batcher.submit("f") == "f"

    run(work())


def test_one_worker_takes_all_that_have_gathered_where_a_list_costs_much() -> None:
    lists: list[list[str]] = []

    async def note(jobs: list[str]) -> list[str]:
        lists.append(jobs)
        return jobs

    async def work() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Clock)
        batcher = Batcher[str, str]([note] * 2, 10, between=60)
        assert await batcher.submit("a") == "a"
        waiting = [asyncio.create_task(batcher.submit(job)) for job in "bcde"]
        await rounds()
        loop.moment += 60
        await rounds()
        assert lists == [["a"], ["b", "c", "d", "e"]]
        assert await asyncio.gather(*waiting) == list("bcde")

    run(work())


def test_workers_that_are_free_share_what_has_gathered() -> None:
    taken: list[tuple[str, list[int]]] = []

    async def work() -> None:
        free = asyncio.Event()

        async def one(jobs: list[int]) -> list[int]:
            taken.append(("one", jobs))
            await free.wait()
            return jobs

        async def other(jobs: list[int]) -> list[int]:
            taken.append(("other", jobs))
            await free.wait()
            return jobs

        batcher = Batcher[int, int]([one, other], 100)
        waiting = [asyncio.create_task(batcher.submit(job)) for job in range(4)]
        await rounds()
        assert taken == [("one", [0, 1]), ("other", [2])]
        free.set()
        assert await asyncio.gather(*waiting) == [0, 1, 2, 3]

    run(work())


def test_jobs_of_one_moment_go_into_one_list() -> None:
    lists: list[list[int]] = []

    async def note(jobs: list[int]) -> list[int]:
        lists.append(jobs)
        return jobs

    async def work() -> None:
        batcher = Batcher[int, int]([note], 100)
        await asyncio.gather(*map(batcher.submit, range(5)))
        assert lists == [[0, 1, 2, 3, 4]]

    run(work())


def test_no_worker_gets_a_list_without_jobs() -> None:
    """Of two that are free at once and find one job, the second gets nothing."""
    lists: list[list[int]] = []

    async def work() -> None:
        free = asyncio.Event()

        async def note(jobs: list[int]) -> list[int]:
            lists.append(jobs)
            await free.wait()
            return jobs

        batcher = Batcher[int, int]([note] * 2, 100)
        waiting = []
        for job in range(3):
            waiting.append(asyncio.create_task(batcher.submit(job)))
            await rounds()
        free.set()
        assert await asyncio.gather(*waiting) == [0, 1, 2]
        assert lists == [[0], [1], [2]]

    run(work())
