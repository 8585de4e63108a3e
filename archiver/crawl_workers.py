"""Workers: `python -P -m archiver.crawl_workers`, started by `archiver.supervisor`, imports once what a crawl needs,
and then forks a process for each worker.

Standard input has a pickle: how many workers there are, and, as bytes, another pickle with the arguments of a crawl.
Only a worker opens that one, as it may import plug-ins. On standard output (in the form of `worker_messages`) each
worker writes its results, one by one, and then its report. This process passes signals on to the workers, and ends when
all of them have: with 0, or with the status of the first that failed.

When it forks, it has no other thread, no open file and no connection.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

from scrapy.settings import Settings
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import load_object

from archiver.crawling import crawl_as_worker
from archiver.errors import ArchiverError, OverError, with_advice
from archiver.interrupts import STOP_SIGNALS
from archiver.statuses import FAILED, SIGNALLED, status_of
from archiver.worker_messages import send_message

if TYPE_CHECKING:
    from types import FrameType

    from archiver.run_report import Result


def main() -> int:
    """Fork the workers and return the exit status. In a forked process, run one worker and return its exit status."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)  # `supervisor` did so already, for the time before this line
    count, share = pickle.load(sys.stdin.buffer)
    load()
    gc.collect()
    gc.freeze()  # else the first garbage collection of each worker would copy the memory that they share
    workers = list[int]()
    for _ in range(count):
        try:
            process = os.fork()
        except OSError as error:
            sys.stderr.write(f"archiver: a worker cannot be started: {with_advice(error)}\n")
            break
        if not process:
            return run_worker(share)
        workers.append(process)
    return wait_for(workers) or (FAILED if len(workers) < count else 0)


def load() -> None:
    """Import what the settings of a crawl name; everything else was imported with this module."""
    settings = Settings()
    settings.setmodule("archiver.settings")
    for kind in ("EXTENSIONS", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES"):
        for name in build_component_list(settings.getwithbase(kind)):
            load_object(name)
    if loop := settings["ASYNCIO_EVENT_LOOP"]:
        load_object(loop)


def run_worker(share: bytes) -> int:
    """Be a worker, and return the exit status."""
    pipe = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a plug-in that prints must not break the messages
    return crawl(share, pipe)


def crawl(share: bytes, pipe: int) -> int:
    """Crawl, write the results and the report into a pipe (a descriptor), and return the exit status."""
    configuration, run, arguments = pickle.loads(share)

    def tell(result: Result) -> None:
        send_message(pipe, [result.address, result.outcome, result.reason])

    try:
        report = crawl_as_worker(configuration, run, tell, **arguments)
    except OverError:  # the other workers finished the run before this one had begun
        return 0
    except ArchiverError as error:
        sys.stderr.write(f"archiver: {error}\n")
        return status_of(error)
    send_message(pipe, {**asdict(report), "due": ()})
    return report.exit_status


def wait_for(workers: list[int]) -> int:
    """Pass signals on to the workers (process numbers) until all have ended. Return the status of the first that
    failed, else 0."""
    passed_on = set[int]()

    def pass_on(number: int, _: FrameType | None) -> None:
        passed_on.add(number)
        for one in workers:
            with suppress(ProcessLookupError):
                os.kill(one, number)

    for number in STOP_SIGNALS:
        signal.signal(number, pass_on)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    status = 0
    while workers:
        process, how = os.wait()
        workers.remove(process)
        code = os.waitstatus_to_exitcode(how)
        if code < 0 and -code not in passed_on:
            sys.stderr.write(
                f"archiver: worker {process} was killed (signal {-code}); others take over what it was at\n"
            )
        status = status or (code if code >= 0 else SIGNALLED - code)
    return status


if __name__ == "__main__":
    sys.exit(main())
