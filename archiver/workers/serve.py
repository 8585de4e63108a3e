"""The process itself: `python -P -m archiver.workers.serve MODULE:FUNCTION finish|leave [SECONDS]`, by what it does
when whoever asked is no more (killed, say): what writes finishes what is in hand, what only reads leaves it. It ends
by itself, too (SIGPROF), when a list of jobs takes it more than so many seconds of processor time: by a clock on the
wall a busy machine would decide what can be read.

FUNCTION gets what the process was set up with, and returns one that takes a list of jobs and returns a list with the
result of each. It imports what it needs, so a process starts as fast as that loads.

Protocol, on standard input and output: a length of four bytes (big-endian), then a pickle. In: first the value to set
up with, then lists of jobs. Out: for each list the list of results, or a
WorkerError.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Any, BinaryIO

from archiver.errors import WorkerError, in_a_line

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTH = 4
FINISH, LEAVE = "finish", "leave"
# Seconds of processor time for a list of jobs: what takes more never ends, such as the search for a hostile pattern.
LONGEST = 300.0


def serve(name: str, requests: BinaryIO, replies: BinaryIO, longest: float = 0) -> None:
    """Work until the input ends. longest: seconds of processor time after which a list of jobs ends this process; 0: it
    never does."""
    module, _, function = name.partition(":")
    work: Callable[[list[Any]], list[Any]] = getattr(import_module(module), function)(_read(requests))
    while (jobs := _read(requests)) is not None:
        signal.setitimer(signal.ITIMER_PROF, longest)
        try:
            results: list[Any] | WorkerError = work(jobs)
        except Exception as error:  # which work as it should does not raise
            results = WorkerError(in_a_line(error))
        signal.setitimer(signal.ITIMER_PROF, 0)
        reply = pickle.dumps(results, protocol=pickle.HIGHEST_PROTOCOL)
        replies.write(len(reply).to_bytes(LENGTH, "big") + reply)
        replies.flush()


def leave_when_alone(replies: int) -> None:
    """End this process when nobody reads its replies (a descriptor) any more, whatever Python is at."""
    reader = select.poll()
    reader.register(replies, 0)  # an end is always told

    def leave() -> None:
        reader.poll()
        os._exit(0)

    # No signal: one that comes every second, while a list of jobs comes in, has made runs stand still.
    Thread(target=leave, daemon=True).start()


def _read(stream: BinaryIO) -> Any:
    header = stream.read(LENGTH)
    if len(header) < LENGTH:
        return None
    return pickle.loads(stream.read(int.from_bytes(header, "big")))


if __name__ == "__main__":
    # Whoever stops a run stops the process that leads it; this one ends with its input, when all is done.
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    # Where C works for ever (a search for a pattern), no thread gets a turn: only the system ends this process then.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    longest = float(sys.argv[3]) if sys.argv[2] == LEAVE else 0
    if sys.argv[2] == LEAVE:
        leave_when_alone(sys.stdout.fileno())
    try:
        serve(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer, longest)
    except BrokenPipeError:  # whoever asked is no more, and so nobody is told
        os._exit(0)
