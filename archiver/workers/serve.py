"""The worker process itself: `python -P -m archiver.workers.serve MODULE:FUNCTION finish|leave [SECONDS]`.

`finish` or `leave` says what it does when its parent process has ended (was killed, say): a process that writes
finishes the jobs that it has, one that only reads ends at once. SECONDS is the processor time that a list of jobs may
take; after that SIGPROF ends the process. With a limit by the clock on the wall, the load of the machine would decide
which pages can be read.

FUNCTION takes the setup value and returns a function that takes a list of jobs and returns a list with the result of
each. Its module imports only what it needs, so that the process starts fast.

Protocol, on standard input and output: a length of four bytes (big-endian), then a pickle of that length. In: first the
setup value, then lists of jobs. Out: for each list a list of results, or a WorkerError.
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

LENGTH_BYTES = 4
FINISH_WORD, LEAVE_WORD = "finish", "leave"
# Seconds of processor time for a list of jobs. What takes longer would never end, such as a regular expression on a
# text that was made to keep it busy.
MAX_PROCESSOR_SECONDS = 300.0


def serve(name: str, requests: BinaryIO, replies: BinaryIO, longest: float = 0) -> None:
    """Work until the input ends. name: `MODULE:FUNCTION`. longest: seconds of processor time that a list of jobs may
    take before SIGPROF ends this process; 0: as long as it takes."""
    module, _, function = name.partition(":")
    work: Callable[[list[Any]], list[Any]] = getattr(import_module(module), function)(_read(requests))
    while (jobs := _read(requests)) is not None:
        signal.setitimer(signal.ITIMER_PROF, longest)
        try:
            results: list[Any] | WorkerError = work(jobs)
        except Exception as error:  # a fault in this program: failures of single jobs are results
            results = WorkerError(in_a_line(error))
        signal.setitimer(signal.ITIMER_PROF, 0)
        reply = pickle.dumps(results, protocol=pickle.HIGHEST_PROTOCOL)
        replies.write(len(reply).to_bytes(LENGTH_BYTES, "big") + reply)
        replies.flush()


def leave_when_alone(replies: int) -> None:
    """End this process as soon as nobody reads its replies any more, whatever it is doing. replies: a file
    descriptor."""
    reader = select.poll()
    reader.register(replies, 0)  # no events asked for: POLLERR and POLLHUP always come

    def leave() -> None:
        reader.poll()
        os._exit(0)

    # A thread, and no timer signal: a signal every second, while a list of jobs came in, has made runs stand still.
    Thread(target=leave, daemon=True).start()


def _read(stream: BinaryIO) -> Any:
    header = stream.read(LENGTH_BYTES)
    if len(header) < LENGTH_BYTES:
        return None
    return pickle.loads(stream.read(int.from_bytes(header, "big")))


if __name__ == "__main__":
    # A signal that ends a run is for the parent process. This one ends when its input ends and all jobs are done.
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    # The default action of SIGPROF ends the process even while C code runs for ever (a regular expression, say), when
    # no Python handler and no thread would get a turn.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    longest = float(sys.argv[3]) if sys.argv[2] == LEAVE_WORD else 0
    if sys.argv[2] == LEAVE_WORD:
        leave_when_alone(sys.stdout.fileno())
    try:
        serve(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer, longest)
    except BrokenPipeError:  # the parent process has ended: there is nobody to report to
        os._exit(0)
