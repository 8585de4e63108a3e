"""Leases of hosts: only one worker at a time asks a host, and a new one waits as long as the one before it would
have."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archiver.clock import SECOND, steady
from archiver.index.workers import MAX_SILENCE_MICROS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from archiver.index import IndexThread

# Seconds between two looks at the index: while a host is waited for that another worker has, and otherwise.
BUSY_POLL_SECONDS, IDLE_POLL_SECONDS = 0.2, 2.0
GATHERING_SECONDS = 0.1  # hosts that are needed within so many seconds are asked for together
LOOK_UP_SECONDS = 1.0  # who waits for a host looks so often whether the run is over
# For so long without a request: then a host is given back, though nobody waits for it. Most sites are asked more often
# than that, and a host that is given back has to be taken again.
MAX_UNUSED_MICROS = 10 * SECOND
MIN_HELD_MICROS = 2 * SECOND  # a host is kept at least for so long, even if others wait for it
# For so long after a look at the index nobody can have taken a worker's hosts from it.
SURE_MICROS = MAX_SILENCE_MICROS // 3
LEFT_ASIDE_MICROS = SECOND  # for so long a host that others wanted is then left to them


@dataclass(slots=True)
class _Host:
    """A host that this worker has. since: when it got the host; ready: when the next request may be made; left: when
    the last request ended; spacing: the time between two requests; asking: how many requests are on their way; wanted:
    others wait for it; turn: its holder may make a request, and has it until that is sent. Times are by a monotonic
    clock."""

    since: int
    ready: int
    left: int
    spacing: int
    asking: int = 0
    wanted: bool = False
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class _Wait:
    """Requests that wait for a host. names: of the host, under which it is noted when it asks to be left alone. since:
    the host is not asked for before that."""

    spacing: int
    names: set[str]
    since: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Turn:
    """A request's turn at a host."""

    _host: _Host
    _leave: Callable[[_Host], None]
    _is_sent: bool = False

    def sent(self) -> None:
        """Note that the request is on its way: the wait for the next one begins now, and not when the turn was given,
        because a busy machine may have kept the request back for longer than such a wait."""
        if not self._is_sent:
            self._is_sent = True
            self._host.ready = steady() + self._host.spacing
            self._host.turn.release()

    def end(self) -> None:
        """Note that the request was answered, or failed."""
        self.sent()
        self._leave(self._host)


class HostLeases:
    """The hosts that this worker may ask. hold: is called with a host that has asked another worker to be left alone,
    and the time until then."""

    def __init__(self, index: IndexThread, hold: Callable[[str, int], None]) -> None:
        self._index = index
        self._hold = hold
        self._hosts: dict[str, _Host] = {}
        self._waits: dict[str, _Wait] = {}
        self._aside: dict[str, int] = {}  # hosts that others wanted, and until when they are left to them
        self._woken = asyncio.Event()
        self._looked = steady()  # when a look at the index last showed that this worker still has its hosts

    async def wait_for_turn(
        self, host: str, name: str, spacing: float, sleep: Callable[[float], Awaitable[None]]
    ) -> Turn:
        """Wait until a request may be made, and return its turn. name: of the host, under which it is noted when it
        asks to be left alone. spacing: seconds between two requests. sleep: waits for so many seconds, and raises an
        error to end the waiting."""
        length = round(spacing * SECOND)
        while True:
            leased = self._hosts.get(host)
            if leased is None or (leased.wanted and steady() > leased.since + MIN_HELD_MICROS):
                wait = self._waits.setdefault(host, _Wait(length, set(), self._aside.get(host, 0)))
                wait.names.add(name)
                self._woken.set()
                with suppress(TimeoutError):  # wakes now and then, to learn that the run is over
                    await asyncio.wait_for(wait.came.wait(), LOOK_UP_SECONDS)
                await sleep(0)
            else:
                break
        leased.asking += 1
        leased.spacing = max(length, leased.spacing)
        try:
            await leased.turn.acquire()
            try:
                while (left := self._left(leased)) > 0:
                    await sleep(left / SECOND)
            except BaseException:
                leased.turn.release()
                raise
        except BaseException:
            self._leave(leased)
            raise
        return Turn(leased, self._leave)

    def _left(self, leased: _Host) -> int:
        """Return how long a host of this worker may not be asked yet."""
        if steady() > self._looked + SURE_MICROS:  # the index is away: others may take this worker for dead
            return SECOND
        return leased.ready - steady()

    def _leave(self, leased: _Host) -> None:
        leased.asking -= 1
        leased.left = steady()
        if leased.wanted and not leased.asking:
            self._woken.set()

    async def poll(self) -> None:
        """Look at the index, again and again, for as long as this is not cancelled: give hosts back that are not used,
        or wanted by others; ask for those that are waited for."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), BUSY_POLL_SECONDS if self._waits else IDLE_POLL_SECONDS)
            self._woken.clear()
            await asyncio.sleep(GATHERING_SECONDS)
            await self.poll_once()

    async def poll_once(self) -> None:
        """Look at the index once."""
        moment = steady()
        idle = [host for host, one in self._hosts.items() if self._is_given_back(host, one, moment)]
        back = {host: max(self._hosts[host].ready - moment, 0) for host in idle}
        self._aside |= {host: moment + LEFT_ASIDE_MICROS for host in idle if self._hosts[host].wanted}
        for host in idle:
            del self._hosts[host]
        self._aside = {host: until for host, until in self._aside.items() if until > moment}
        not_now = self._aside.keys() | self._hosts.keys()  # also hosts that are to be given back, once unused
        asked = {host: one for host, one in self._waits.items() if one.since <= moment and host not in not_now}
        spacings = {host: one.spacing for host, one in asked.items()}
        names = set().union(*(one.names for one in asked.values()))
        if not (back or spacings or self._hosts):
            return
        polled = await self._index.run(lambda index: index.workers.poll_hosts(back, spacings, names))
        self._looked = moment
        for name, until in polled.rests.items():
            self._hold(name, until)
        came = steady()  # later than the look, so no wait gets too short
        for host, wait in polled.came.items():
            self._hosts[host] = _Host(came, came + wait, came, spacings[host])
            self._waits.pop(host).came.set()
        for host in polled.wanted:
            if host in self._hosts:
                self._hosts[host].wanted = True

    def forget(self) -> None:
        """Have none of the hosts any more: the index has given them to others."""
        self._hosts.clear()

    def _is_given_back(self, host: str, leased: _Host, moment: int) -> bool:
        if leased.asking:
            return False
        if leased.wanted and moment > leased.since + MIN_HELD_MICROS:
            return True
        return host not in self._waits and moment > leased.left + (0 if leased.wanted else MAX_UNUSED_MICROS)
