"""`archiver status`: the last runs of every listing, their next tries, and what is wrong."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from archiver.commands.display import count, print_alarms, print_json, print_line, print_table
from archiver.commands.options import add_archive_option, add_target_option, archive_from, path_from
from archiver.commands.wrapping import print_wrapped
from archiver.errors import StoreError, UsageError, os_reason
from archiver.spans import show_span
from archiver.statuses import ALARM
from archiver.storage import write_atomically
from archiver.views.metrics import metrics
from archiver.views.plain import show_time
from archiver.views.status import MAX_RUNS

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from archiver.views import ListingStatus, RunStatus, Status


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "status",
        help="show every listing's last runs, next tries and alarms",
        description="Show what the index knows of the last runs. The exit status is 3 if the last run of a listing "
        "gave an alarm, or a run may be stuck; 1 if there is no index; otherwise 0.",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="print it as JSON")
    how.add_argument("--metrics", action="store_true", help="print figures for Prometheus (textfile format)")
    add_target_option(parser, "with --metrics, replaced as a whole; default: standard output")
    add_archive_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the status and return the exit status."""
    target = path_from(arguments.target)
    if target and not arguments.metrics:
        raise UsageError("--to: goes with --metrics")
    status = archive_from(arguments).status()
    if arguments.json:
        print_json(status, indent=1)
    elif arguments.metrics:
        _write(metrics(status), target)
    else:
        _show(status, datetime.now(UTC))
    return ALARM if status.alarms else 0


def _write(text: str, target: Path | None) -> None:
    if target is None:
        sys.stdout.write(text)
        return
    try:
        write_atomically(target, text.encode())
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {os_reason(error)}") from error


def _show(status: Status, now: datetime) -> None:
    states = ", ".join(f"{number:,} {state}" for state, number in status.articles.items()) or "no articles yet"
    print_wrapped(f"articles: {states}")
    if status.pictures:
        come, again, given_up = status.pictures.values()
        print_wrapped(f"pictures: {come:,} have come, {again:,} are to be asked for again, {given_up:,} are given up")
    if status.runs:
        last = status.runs[0]
        print_wrapped(f"last run: {show_time(last.started)} ({_ago(last.started, now)}), {_how(last, status)}")
    if status.verified:
        left = count(status.verified.problems, "problem") if status.verified.problems else "nothing was wrong"
        print_wrapped(f"last verified: {show_time(status.verified.time)} ({_ago(status.verified.time, now)}), {left}")
    else:
        print_line("last verified: never")
    print_alarms(status.alarms, sys.stdout)
    if status.workers:
        rows: list[list[object]] = [
            [
                f"{one.number}: process {one.process} on {one.host}",
                _ago(one.started, now),
                f"{_ago(one.heard, now)}{', silent' if one.silent else ''}",
                f"{one.articles:,}",
                f"{one.rate:g}",
                one.doing or "waits",
            ]
            for one in status.workers
        ]
        print_line("")
        print_table(["worker", "since", "heard of", "articles", "a second", "at"], rows)
        print_line("")
    for host, until in status.hosts.items():
        print_wrapped(f"{host} asked to be left alone until {show_time(until)}")
    if not status.listings:
        print_line("no listing has been read yet" + ("" if status.at_work or status.workers else ": archiver crawl"))
        return
    print_line("")
    rows = [_row(one, now) for one in status.listings]
    print_table(
        ["listing", "last run", "listed", f"new (last {MAX_RUNS})", "failed", "newest", "next try", "alarms"], rows
    )


def _how(last: RunStatus, status: Status) -> str:
    if last.ended is not None:
        return f"took {show_span(last.ended - last.started)}"
    if status.at_work:
        return "at work"
    return "its workers are silent" if status.workers else "was killed"


def _row(listing: ListingStatus, now: datetime) -> list[object]:
    last = listing.runs[0]
    next_try = f"{listing.waiting} in {show_span(max(listing.next_try - now, timedelta()))}" if listing.next_try else ""
    return [
        listing.listing,
        _ago(last["time"], now),
        f"{last['listed']}{'=' if last['unchanged'] else ''}",
        " ".join(str(run["new"]) for run in listing.runs),
        last["failed"],
        _ago(last["newest"], now) if last["newest"] else "",
        next_try,
        "; ".join(last["alarms"]) or "ok",
    ]


def _ago(moment: datetime, now: datetime) -> str:
    return f"{show_span(now - moment)} ago"
