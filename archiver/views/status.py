"""The status of an archive: its articles, its last runs, the results of each listing, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from archiver.clock import micros, moment
from archiver.spans import show_span
from archiver.storage import directory_of
from archiver.verify.log import LastVerification, last_verification
from archiver.views.alarms import merge_alarms
from archiver.views.workers import read_workers, silent_alarms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.index import Index, ListingRun, Run
    from archiver.storage import Root
    from archiver.views.workers import WorkerStatus

MAX_RUNS = 5  # runs that are shown, of the archive and of each listing
MAX_UNREAD_TIME = timedelta(days=7)  # alarms of a listing that has not been read for so long are left out


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A run. ended: None while it is at work; it stays None if it was killed."""

    number: int
    started: datetime
    ended: datetime | None
    command: str
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ListingStatus:
    """A listing. waiting: how many of its articles wait to be asked for again. next_try: when the next of them is due.
    runs: the statistics of its last runs, the latest first, each with its `time`."""

    listing: str
    waiting: int
    next_try: datetime | None
    runs: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Status:
    """The status of an archive. Times are UTC.

    articles: how many there are in each state. hosts: those that asked to be left alone, and until when. at_work: since
    when a run that has the archive alone, or the first of the workers that share it, has been at work; None if there is
    none. workers: those at work. verified: the last verification. alarms: what is wrong, one line for each cause; empty
    if all is well. pictures: how many addresses of pictures have `come`, are to be asked for `again`, and are not asked
    for any more (`given_up`); empty if no pictures were wanted.
    """

    articles: Mapping[str, int]
    hosts: Mapping[str, datetime]
    listings: tuple[ListingStatus, ...]
    runs: tuple[RunStatus, ...]
    at_work: datetime | None
    verified: LastVerification | None
    alarms: tuple[str, ...] = field(default=())
    pictures: Mapping[str, int] = field(default_factory=dict)
    workers: tuple[WorkerStatus, ...] = ()


def read_status(output: Root, index: Index, now: datetime, stuck_after: timedelta | None) -> Status:
    """Return the status of the archive in `output`. now: an aware time. stuck_after: a run that has been at work for
    longer is cause for alarm; None: no run ever is. Raises IndexFileError."""
    listings = tuple(_listing(index, name, now) for name in index.listings.names())
    runs = tuple(_run(one) for one in index.runs.latest(MAX_RUNS))
    holder = index.holder()
    workers = read_workers(index, now)
    at_work = holder.since if holder and not holder.gone else None
    if heard := [one.started for one in workers if not one.silent]:
        at_work = min(heard)
    alarms = [
        f"{one.listing}: {alarm}"
        for one in listings
        if one.runs and one.runs[0]["time"] > now - MAX_UNREAD_TIME
        for alarm in one.runs[0]["alarms"]
    ]
    alarms += [alarm for alarm in (runs[0].report.get("alarms", ()) if runs else ()) if alarm not in alarms]
    alarms[:0] = silent_alarms(workers)
    if at_work and not workers and stuck_after and now - at_work > stuck_after:
        alarms.insert(0, f"a run has been at work for {show_span(now - at_work)} and may be stuck: {holder}")
    return Status(
        articles=index.catalogue.states(),
        hosts={host: moment(until) for host, until in index.hosts.on_hold(micros(now)).items()},
        listings=listings,
        runs=runs,
        at_work=at_work,
        verified=last_verification(directory_of(output)),
        alarms=tuple(merge_alarms(alarms)),
        pictures=_pictures(index),
        workers=workers,
    )


def _pictures(index: Index) -> dict[str, int]:
    counts = dict(zip(("come", "again", "given_up"), index.pictures.counts(), strict=True))
    return counts if any(counts.values()) else {}


def _listing(index: Index, name: str, now: datetime) -> ListingStatus:
    waiting = index.listings.waiting(name, micros(now))
    next_try = moment(waiting.next) if waiting.articles and waiting.next else None
    return ListingStatus(name, waiting.articles, next_try, tuple(map(_stats, index.listings.stats(name, MAX_RUNS))))


def _stats(one: ListingRun) -> dict[str, Any]:
    newest = one.stats.get("newest")
    return {
        **one.stats,
        "newest": datetime.fromtimestamp(newest, UTC) if newest is not None else None,
        "time": moment(one.time),
    }


def _run(one: Run) -> RunStatus:
    ended = None if one.ended is None else moment(one.ended)
    return RunStatus(one.number, moment(one.started), ended, one.command, one.report)
