"""The workers that crawl an archive together: which are at work, on what and since when, and which have gone silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from archiver.clock import moment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from archiver.index import Index, Worker

SILENT_AFTER = timedelta(seconds=30)  # a worker gives a sign of life every few seconds


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """A worker that is at work. Times are UTC, by the clock that all workers share.

    heard: when its last sign of life came. doing: what it is working on; empty while it waits for something to do.
    articles: how many it has dealt with. requests: how many it has made. rate: articles per second. silent: whether its
    last sign of life is so long ago that it may have ended; if it has, others take over its work.
    """

    number: int
    run: int
    process: int
    host: str
    started: datetime
    heard: datetime
    doing: str
    articles: int
    requests: int
    rate: float
    silent: bool


def read_workers(index: Index, now: datetime) -> tuple[WorkerStatus, ...]:
    """Return the workers that are at work. now: an aware time, by the clock of this machine."""
    here = now + timedelta(microseconds=index.clock_ahead())
    return tuple(_status(one, here) for one in index.workers.at_work())


def silent_alarms(workers: Iterable[WorkerStatus]) -> list[str]:
    """Return an alarm for each worker that has gone silent."""
    return [
        f"worker {one.number} (process {one.process} on {one.host}) was last heard of at "
        f"{one.heard.isoformat(timespec='seconds')}: if it has ended, others take over what it is at"
        for one in workers
        if one.silent
    ]


def _status(one: Worker, now: datetime) -> WorkerStatus:
    started, heard = moment(one.started), moment(one.heard)
    seconds = (heard - started).total_seconds()
    return WorkerStatus(
        one.number,
        one.run,
        one.process,
        one.host,
        started,
        heard,
        one.doing,
        one.articles,
        one.requests,
        round(one.articles / seconds, 2) if seconds > 0 else 0.0,
        now - heard > SILENT_AFTER,
    )
