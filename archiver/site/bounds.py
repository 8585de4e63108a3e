"""What a template may take for a page. A user's may loop for ever, or make gigabytes: the build ends with its name."""

from __future__ import annotations

import os
import resource
import signal
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 60.0  # seconds of processor time for a page: ours take thousandths
LARGEST = 1 << 30  # bytes of memory more than before it: ours take thousands
AGAIN = 1.0  # seconds after which it is ended again, if it was in a place where nothing can be raised


@contextmanager
def bounded() -> Iterator[None]:
    """Let what is done here take so much time and memory, and no more: raises TimeoutError, MemoryError.

    Signals reach the main thread only, so in others time has no bound; and memory has none where the system does not
    say how much there is.
    """
    timed = threading.current_thread() is threading.main_thread()
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    with suppress(OSError, ValueError):
        most = _data() + LARGEST
        resource.setrlimit(resource.RLIMIT_DATA, (most if soft == resource.RLIM_INFINITY else min(most, soft), hard))
    before = signal.signal(signal.SIGVTALRM, _end) if timed else None
    try:
        if timed:
            signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST, AGAIN)
        yield
    finally:
        if timed:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data() -> int:
    """Return how much memory this process has for its data. Raises OSError where the system does not say so."""
    descriptor = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    try:
        return int(os.read(descriptor, 200).split()[5]) * resource.getpagesize()
    finally:
        os.close(descriptor)


def _end(*_: object) -> None:
    raise TimeoutError(f"it took more than {LONGEST:g} seconds for a page")
