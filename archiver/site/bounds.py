"""Bounds of time and memory for rendering a page. A template of the user's may loop for ever or fill the memory: then
the build ends, and names the template."""

from __future__ import annotations

import os
import resource
import signal
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_SECONDS = 60.0  # seconds of processor time for a page: our templates take thousandths of one
MAX_MEMORY_BYTES = 1 << 30  # bytes that the memory of the process may grow by: our templates take thousands
REPEAT_SECONDS = 1.0  # seconds after which the error is raised again, in case the first one came where it was swallowed


@contextmanager
def bounded() -> Iterator[None]:
    """Bound the time and memory that the code in the `with` block may take: beyond MAX_SECONDS and MAX_MEMORY_BYTES,
    TimeoutError or MemoryError is raised in it.

    Python handles signals in the main thread only, so time is not bounded in other threads. Memory is not bounded where
    the system does not tell how much the process has (no /proc).
    """
    timed = threading.current_thread() is threading.main_thread()
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    with suppress(OSError, ValueError):
        most = _data() + MAX_MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_DATA, (most if soft == resource.RLIM_INFINITY else min(most, soft), hard))
    before = signal.signal(signal.SIGVTALRM, _end) if timed else None
    try:
        if timed:
            signal.setitimer(signal.ITIMER_VIRTUAL, MAX_SECONDS, REPEAT_SECONDS)
        yield
    finally:
        if timed:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data() -> int:
    """Return the bytes of memory that this process has for its data. Raises OSError where the system does not tell."""
    descriptor = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    try:
        return int(os.read(descriptor, 200).split()[5]) * resource.getpagesize()
    finally:
        os.close(descriptor)


def _end(*_: object) -> None:
    raise TimeoutError(f"it took more than {MAX_SECONDS:g} seconds for a page")
