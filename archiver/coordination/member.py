"""One worker: it says regularly that it is there, takes leases of what it is to do, and takes over from workers that
have ended."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.clock import go_by, now, steady
from archiver.index.lock import file_of_worker, is_held
from archiver.index.workers import MAX_SILENCE_MICROS
from archiver.places import INDEX
from archiver.recorder import end_files
from archiver.storage import directory_of
from archiver.workers.batcher import Batcher

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archiver.index import Index, Worker
    from archiver.session import Session
    from archiver.storage import Root

logger = logging.getLogger(__name__)
BEAT_SECONDS = 2.0  # seconds between two beats: with each a worker says that it is there
BEATS_PER_RESULT = 5  # with every fifth beat it also notes its results so far: they count if it is killed
# Leases that are taken, or given back, within so many seconds are one trip to the index; and how many at most.
GATHERING_SECONDS, MAX_TOGETHER = 0.2, 128
WAIT_SECONDS = (0.3, 0.6, 1.2, 2.5)  # seconds until a worker with nothing to do looks again; the last one from then on


class _Wanted(NamedTuple):
    """Leases that this worker wants to have."""

    kind: str
    names: list[str]


class _GivenBack(NamedTuple):
    """Leases that others may have. done_in: the run in which they are done, 0: in none."""

    kind: str
    names: list[str]
    done_in: int


class Progress(NamedTuple):
    """How far a worker is: how many articles it has dealt with and requests it has made, and the results of both."""

    articles: int = 0
    requests: int = 0
    results: Mapping[str, Any] = {}


class Member:
    """This worker. progress: returns how far it is. fail: is called with an error of the index."""

    def __init__(self, session: Session, progress: Callable[[], Progress], fail: Callable[[Exception], None]) -> None:
        self._session = session
        self._index = session.index
        self._progress = progress
        self._fail = fail
        self._had: dict[str, set[str]] = {}  # the names that it has leases of, by kind
        self._waits = 0  # how many times in a row it found nothing to do
        self._heard: dict[int, int] = {}  # by worker: the last `heard` that was read of it
        self._silent: dict[int, int] = {}  # and since when that has not changed
        self._beats = 0
        self._told = steady()  # when it last said that it is there
        self._wanted = Batcher[_Wanted, list[str]]([self._take_all], MAX_TOGETHER, GATHERING_SECONDS)
        self._given_back = Batcher[_GivenBack, None]([self._give_all_back], MAX_TOGETHER, GATHERING_SECONDS)
        self.others = 0  # workers that were at work when it looked last
        self.has_left = False
        self.is_last = False

    @property
    def run(self) -> int:
        """The number of the run."""
        return self._session.run

    def share(self, count: int, expected: int) -> int:
        """Return this worker's share of `count` things, which is the same for all workers. expected: the least number
        of workers to count with."""
        return -(-count // self.parts(expected))

    def parts(self, expected: int) -> int:
        """Return among how many workers things are divided."""
        return max(self.others + 1, expected, 1)

    async def take_quota(self, what: str, most: int, expected: int) -> int:
        """Take a share of a limit of the run, and return how many this worker may have: at most `most`."""
        parts = self.parts(expected)
        return await self._index.run(lambda index: index.workers.take_quota(what, most, parts))

    async def return_quota(self, what: str, count: int) -> None:
        """Give back a part of what this worker took of a limit, because it did not use it."""
        if count:
            await self._index.run(lambda index: index.workers.return_quota(what, count))

    async def take(self, kind: str, names: list[str]) -> list[str]:
        """Take leases, and return the names that this worker has from now on: nobody else does anything about them
        meanwhile."""
        return self._taken(kind, await self._wanted.submit(_Wanted(kind, names)) if names else [])

    async def take_share(self, kind: str, names: list[str], expected: int, most: int) -> list[str]:
        """Take leases of this worker's share of those that nobody has, and that were not done in this run; `most` at
        most. Return the names that it has from now on. expected: the least number of workers to count with."""
        if not names or most <= 0:
            return []
        run, parts = self.run, self.parts(expected)
        taken = await self._index.run(lambda index: index.workers.take_share(kind, names, run, parts, most))
        return self._taken(kind, taken)

    def _taken(self, kind: str, names: list[str]) -> list[str]:
        self._had.setdefault(kind, set()).update(names)
        if names:
            self._waits = 0
        return names

    def has(self, kind: str) -> set[str]:
        """Return the names of a kind that this worker has leases of."""
        return set(self._had.get(kind, ()))

    async def give_back(self, kind: str, names: list[str], *, done: bool = False) -> None:
        """Let others have these. done: they are done, so nobody takes them again in this run."""
        self._had.setdefault(kind, set()).difference_update(names)
        await self._given_back.submit(_GivenBack(kind, names, self.run if done else 0))

    async def _take_all(self, wanted: list[_Wanted]) -> list[list[str]]:
        run, taken = self.run, dict[str, set[str]]()
        for kind in {one.kind for one in wanted}:
            names = list(dict.fromkeys(name for one in wanted if one.kind == kind for name in one.names))
            taken[kind] = set(await self._index.run(lambda index: index.workers.take(kind, names, run)))  # noqa: B023
        return [sorted(taken[one.kind].intersection(one.names)) for one in wanted]

    async def _give_all_back(self, given: list[_GivenBack]) -> list[None]:
        def give_back(index: Index) -> None:
            for one in given:
                index.workers.give_back(one.kind, one.names, one.done_in)

        await self._index.run(lambda index: index.together(lambda: give_back(index)))
        return [None] * len(given)

    async def go_idle(self) -> bool:
        """Note that this worker finds nothing to do. Return True if no worker of the run does; else wait a while, and
        return False."""
        run = self.run
        if await self._index.run(lambda index: index.workers.go_idle(run)):
            return True
        await asyncio.sleep(WAIT_SECONDS[min(self._waits, len(WAIT_SECONDS) - 1)])
        self._waits += 1
        return False

    async def leave(self) -> bool:
        """Note the results of this worker, and that it does nothing more. Return whether it is the last one of the run:
        then it must end the run."""
        run, results = self.run, self._results()
        self.is_last = await self._index.run(lambda index: index.workers.leave(run, results, now()))
        self.has_left = True
        self._had.clear()
        return self.is_last

    async def results_of_others(self) -> list[Mapping[str, Any]]:
        """Return the results of the other workers of the run; of a worker that was killed, those that it noted last."""
        run, mine = self.run, self._session.worker
        workers = await self._index.run(lambda index: index.workers.of_run(run))
        return [one.results for one in workers if one.number != mine and one.results]

    async def assure(self) -> None:
        """Raise LockedError if others have taken over from this worker while it stood still. To be called before it
        writes anything outside the index."""
        if steady() - self._told > MAX_SILENCE_MICROS // 2:
            await self._tell(None)

    async def heartbeat(self) -> None:
        """Say that this worker is there, and take over from those that have ended, again and again, for as long as this
        is not cancelled."""
        while True:
            try:
                await self._beat()
            except Exception as error:
                self._fail(error)
                return
            await asyncio.sleep(BEAT_SECONDS)

    async def _beat(self) -> None:
        self._beats += 1
        others = await self._tell(
            self._results() if self._beats % BEATS_PER_RESULT == 0 and not self.has_left else None
        )
        self.others = sum(one.run == self.run for one in others)
        for one in others:
            if self._has_ended(one):
                await self._take_over(one)

    async def _tell(self, results: Mapping[str, Any] | None) -> list[Worker]:
        """Say that this worker is there, and return the others that are. Raises LockedError if it is taken for dead."""
        doing = ", ".join(f"{kind} {name}" for kind, names in sorted(self._had.items()) for name in sorted(names))
        doing = doing if len(doing) <= 200 else f"{doing[:199]}…"
        if self.has_left:
            doing = "the end of the run"
        articles, requests, _ = self._progress()
        begun = steady()
        at_work = await self._index.run(_renew, doing, articles, requests, results)
        self._told = begun
        return [one for one in at_work if one.number != self._session.worker]

    def _results(self) -> dict[str, Any]:
        """Return a copy of the results of this worker so far, since the crawl goes on changing the original."""
        return dict(json.loads(json.dumps(self._progress().results)))

    def _has_ended(self, one: Worker) -> bool:
        """Return whether another worker is to be taken for dead: its process has ended, or nothing was heard of it for
        too long. That time is measured by this worker itself, since a server that was away has heard of nobody."""
        directory = directory_of(self._session.output) / INDEX
        if one.host == socket.gethostname() and not is_held(file_of_worker(directory, one.host, one.process)):
            return True
        if self._heard.get(one.number) != one.heard:
            self._heard[one.number], self._silent[one.number] = one.heard, steady()
        return steady() - self._silent[one.number] > MAX_SILENCE_MICROS

    async def _take_over(self, one: Worker) -> None:
        if await self._index.run(_take_over, one, self._session.output):
            where = f"process {one.process} on {one.host}"
            logger.warning("Worker %d (%s) has ended: others take over what it was at", one.number, where)
            self._waits = 0


def _renew(index: Index, doing: str, articles: int, requests: int, results: Mapping[str, Any] | None) -> list[Worker]:
    ahead, at_work = index.workers.renew(now(), doing, articles, requests, results)
    go_by(ahead)  # the clock of this machine may have been set meanwhile
    return at_work


def _take_over(index: Index, one: Worker, output: Root) -> bool:
    taken = index.workers.take_over(one, output, now())
    if taken:
        end_files(output, index, one.number)
    return taken
