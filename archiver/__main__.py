"""`python -m archiver`: the same as the `archiver` command."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType


def _end(number: int, _: FrameType | None) -> None:
    """End the process at a signal. This handler is active only before a command has begun and after it has ended, when
    nothing can be left half-done."""
    if sys.__stderr__:
        os.write(sys.__stderr__.fileno(), b"archiver: stopped\n")
    os._exit(128 + number)


for _number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(_number, _end)

from archiver.commands import main  # noqa: E402 - it takes some tenths of a second
from archiver.interrupts import Interrupts  # noqa: E402


def run() -> int:
    """Run the command that the process's arguments name, and return its exit status."""
    with Interrupts().taken():
        status = main()
    if status > 128 or any(not thread.daemon for thread in threading.enumerate()[1:]):
        _leave(status)
    return status


def _leave(status: int) -> None:
    """End the process without waiting for its threads, which may be waiting for a name server, say. Python itself would
    wait for them; and it would end with another status if Ctrl-C came during an import."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError, ValueError):  # the reader has gone away
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    sys.exit(run())
