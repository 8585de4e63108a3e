"""One Chromium for a process: started when it is first needed, and again when it has ended. It has no access to the
network.

This module is loaded when there is a page to draw: nothing else needs Playwright.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from playwright.async_api import Error, async_playwright

from archiver.errors import BrowserError

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright

logger = logging.getLogger(__name__)

# The crawl answers a page's requests. Requests that would get past it (redirects, new windows, frames of other sites,
# Chromium's own) go to a proxy that does not exist, and names of hosts are not resolved.
DEAD_PROXY = "http://proxy.invalid:9"
CHROMIUM_ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    # Otherwise WebRTC connections would bypass the proxy. The name of the option has changed between versions.
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-background-networking",
    # Isolation of sites is not needed: frames of other sites are not shown, and there is no cookie or login of ours to
    # protect.
    "--disable-features=IsolateOrigins,site-per-process,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--mute-audio",
)
TIMEOUT_SECONDS = 60.0  # seconds in which Chromium starts, or ends
# Seconds between two looks at its memory: a page can take some hundred megabytes in that time.
MEMORY_CHECK_SECONDS = 0.2
CHECKS_PER_SCAN = 5  # looks at the memory of known processes, before it is looked again which processes there are
PROCESSES_DIRECTORY = Path("/proc")
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")


class Chromium:
    """The browser. program: its file. memory: the bytes that each of its processes may use for itself alone; 0: no
    limit. (Only Linux tells how many they use.)"""

    def __init__(self, program: str, memory: int) -> None:
        self._program = program
        self._memory = memory
        self._starting = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._pid = 0
        self._closed = Event()

    async def open(self) -> BrowserContext:
        """Return a place for one page, with nothing in it: no cookies, no cache, no worker that outlives the page.

        Raises BrowserError if the browser cannot be started.
        """
        async with self._starting:
            if self._browser and self._browser.is_connected():
                with suppress(Error):  # the browser has just ended
                    return await self._new_context(self._browser)
            browser = await self._start()
            try:
                return await self._new_context(browser)
            except Error as error:
                raise BrowserError(f"Chromium has ended: {_in_a_line(error)}") from error

    @staticmethod
    async def _new_context(browser: Browser) -> BrowserContext:
        return await browser.new_context(service_workers="block", accept_downloads=False)

    async def close(self) -> None:
        """End the browser: in order if it answers."""
        self._closed.set()
        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                if browser:
                    await browser.close()
                if playwright:
                    await playwright.stop()
        except (TimeoutError, Error):
            self.kill()
            if playwright:
                with suppress(TimeoutError, Error):
                    async with asyncio.timeout(TIMEOUT_SECONDS):
                        await playwright.stop()
        self._pid = 0  # from now on other processes may get this number

    def kill(self) -> None:
        """Kill the browser: this works whatever a page does. The next page gets a new browser."""
        if self._pid:
            with suppress(OSError):
                os.kill(self._pid, signal.SIGKILL)
        self._pid = 0
        self._browser = None

    async def _start(self) -> Browser:
        await self.close()
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                self._playwright = await async_playwright().start()
                self._browser = browser = await self._launch(self._playwright)
                session = await browser.new_browser_cdp_session()
                processes = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
                await session.detach()
        except (TimeoutError, Error, OSError) as error:
            await self.close()
            raise BrowserError(f"{self._program} cannot be started: {_in_a_line(error)}") from error
        self._pid = next((int(one["id"]) for one in processes if one["type"] == "browser"), 0)
        if self._memory and self._pid and PROCESSES_DIRECTORY.is_dir():
            self._closed = Event()
            Thread(target=_watch_memory, args=(self._pid, self._memory, self._closed), daemon=True).start()
        return browser

    async def _launch(self, playwright: Playwright) -> Browser:
        """Start Chromium, in its sandbox where that is possible: not for root, and not in some containers."""
        sandboxes = [False] if os.geteuid() == 0 else [True, False]
        for sandbox in sandboxes:
            try:
                return await playwright.chromium.launch(
                    executable_path=self._program,
                    args=list(CHROMIUM_ARGUMENTS),
                    proxy={"server": DEAD_PROXY},
                    chromium_sandbox=sandbox,
                    # The crawl handles signals, and ends the browser when it ends.
                    handle_sigint=False,
                    handle_sigterm=False,
                    handle_sighup=False,
                )
            except Error:
                if not sandbox:
                    raise
                logger.warning("Chromium's sandbox cannot be used here: it runs without")
        raise AssertionError("the last way to start it has returned or raised")


def _watch_memory(pid: int, most: int, closed: Event) -> None:
    """Kill each process of a browser that uses too much memory; its page ends with it, and the others go on. This runs
    in a thread of its own, so that it works even while a page keeps the crawl busy."""
    while (PROCESSES_DIRECTORY / str(pid)).exists():
        processes = [pid, *_descendants(pid)]
        for _ in range(CHECKS_PER_SCAN):
            for one in processes:
                if _memory_of(one) > most:
                    logger.debug("Chromium's process %d has too much memory, and is ended", one)
                    with suppress(OSError):
                        os.kill(one, signal.SIGKILL)
            if closed.wait(MEMORY_CHECK_SECONDS):
                return


def _descendants(pid: int) -> list[int]:
    """Return the numbers of all descendants of a process."""
    descendants: list[int] = []
    for children in (PROCESSES_DIRECTORY / str(pid) / "task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, children.read_text().split()):
                descendants += [child, *_descendants(child)]
    return descendants


def _memory_of(pid: int) -> int:
    """Return the bytes that a process has in memory and shares with no other, 0 if it has ended."""
    try:
        _, resident, shared, *_ = map(int, (PROCESSES_DIRECTORY / str(pid) / "statm").read_text().split())
    except (OSError, ValueError):
        return 0
    return (resident - shared) * PAGE_SIZE


def _in_a_line(error: BaseException) -> str:
    """Return the first line of an error's message: the rest is Chromium's own log."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
