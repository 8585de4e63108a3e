"""Hosts that asked to be left alone for a while."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Pause:
    """Holds back every request to a host until it may be asked again. sleep: waits the given number of seconds."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._sleep = sleep
        self._resume: dict[str, float] = {}  # host -> time.monotonic()

    def hold(self, host: str, seconds: float) -> None:
        """Leave `host` alone for `seconds`, or longer if that was asked for before."""
        self._resume[host] = max(self._resume.get(host, 0), time.monotonic() + seconds)

    def left(self, host: str) -> float:
        """Return the seconds for which `host` is still to be left alone."""
        return max(self._resume.get(host, 0) - time.monotonic(), 0)

    async def wait(self, host: str) -> None:
        """Return when `host` may be asked. Raises whatever `sleep` does."""
        while seconds := self.left(host):
            await self._sleep(seconds)
