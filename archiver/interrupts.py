"""Signals that end a process (SIGINT, SIGTERM): the first ends it in good order and within seconds, a second one at
once."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from archiver.errors import UsageError
from archiver.statuses import SIGNALLED

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
MAX_ENDING_SECONDS = 9.0  # seconds that ending in good order may take
Result = TypeVar("Result")
STOPPING_MESSAGE = "archiver: stopping; again to stop at once"


class StoppedError(KeyboardInterrupt):
    """A signal has come. status: the exit status that the process is to end with."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


class Deadline:
    """Ends this process if it has not ended by itself MAX_ENDING_SECONDS seconds after `tell` was called, whatever its
    event loop and its other threads are waiting for. That is as if the process were killed: what is on disk is whole
    then, too."""

    def __init__(self) -> None:
        self._told = threading.Event()
        self._over = threading.Event()
        self._status, self._words = 0, ""
        threading.Thread(target=self._watch, daemon=True, name="deadline").start()

    def tell(self, status: int, words: str) -> None:
        """Start the time: in MAX_ENDING_SECONDS seconds the process prints `words` and ends with `status`."""
        self._status, self._words = status, words
        self._told.set()

    def call_off(self) -> None:
        """Stop the time: the process is not ended."""
        self._over.set()
        self._told.set()

    def _watch(self) -> None:
        self._told.wait()
        if not self._over.wait(MAX_ENDING_SECONDS):
            say(self._words)
            os._exit(self._status)


class Interrupts:
    """Handles the signals that end this process. At the first one, `stop` is called; without `stop`, StoppedError is
    raised in the main thread. words: printed at the first signal, if not empty. At the second the process ends at once.
    """

    def __init__(self, stop: Callable[[], object] | None = None, words: str = "") -> None:
        self.signal = 0  # the number of the first that came
        self.deadline = Deadline()
        self._stop = stop
        self._words = words

    @property
    def status(self) -> int:
        """The exit status that tells which signal came, as in shells: 128 and its number."""
        return SIGNALLED + self.signal

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Handle signals inside the `with` block; after it the former handlers are back. Only the main thread of a
        process can set handlers; in another thread nothing is changed."""
        before = {}
        if threading.current_thread() is threading.main_thread():
            before = {number: signal.signal(number, self._take) for number in STOP_SIGNALS}
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)  # workers start with them blocked
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self.deadline.call_off()

    def _take(self, number: int, _: FrameType | None) -> None:
        if self.signal:
            os._exit(SIGNALLED + number)
        self.signal = number
        self.deadline.tell(self.status, "archiver: stopped before all was in order: the next run sees to it")
        if self._words:
            say(self._words)
        if self._stop is None:
            raise StoppedError(self.status)
        self._stop()


def refuse_running_loop() -> None:
    """Raise UsageError if an event loop runs in this thread: a second one cannot run there."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise UsageError(
        "an event loop runs in this thread already, as in a notebook; call this in a thread of its own: "
        "await asyncio.to_thread(archive.crawl)"
    )


def run_until_stopped(work: Coroutine[Any, Any, Result]) -> Result:
    """Run `work` in an event loop of its own, and return its result. At the first signal it is cancelled, and waited
    for until it has cleaned up. Raises StoppedError then; UsageError if a loop runs in this thread already."""
    try:
        refuse_running_loop()
    except UsageError:
        work.close()
        raise
    runner = asyncio.Runner()
    loop = runner.get_loop()
    task = loop.create_task(work)
    interrupts = Interrupts(lambda: loop.call_soon_threadsafe(task.cancel), STOPPING_MESSAGE)
    with interrupts.taken(), runner:
        try:
            return loop.run_until_complete(task)
        except asyncio.CancelledError as error:
            raise StoppedError(interrupts.status) if interrupts.signal else error from None


def say(line: str) -> None:
    """Write a line to this process's standard error, if it has one. `print` is not used, since a signal handler may
    have interrupted a `print`, which cannot be entered again."""
    with suppress(OSError, ValueError):
        if sys.__stderr__:
            os.write(sys.__stderr__.fileno(), f"{line}\n".encode())
