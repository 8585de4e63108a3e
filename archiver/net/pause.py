"""Hosts that asked to be left alone for a while."""

from __future__ import annotations

import asyncio
import time


class Pause:
    """Holds back every request to a host until it may be asked again."""

    def __init__(self) -> None:
        self._resume: dict[str, float] = {}  # host -> time.monotonic()

    def hold(self, host: str, seconds: float) -> None:
        """Leave `host` alone for `seconds`, or longer if it is to be already."""
        self._resume[host] = max(self._resume.get(host, 0), time.monotonic() + seconds)

    async def wait(self, host: str) -> None:
        """Return when `host` may be asked."""
        while (seconds := self._resume.get(host, 0) - time.monotonic()) > 0:
            await asyncio.sleep(seconds)
