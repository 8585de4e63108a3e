"""`archiver status`: every listing's last runs, what waits, and what is wrong, at a glance."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver import clock
from archiver.clock import SECOND
from archiver.commands.display import print_line, print_table
from archiver.commands.options import add_settings_options, looking, settings_from
from archiver.spans import show_span
from archiver.statuses import ALARM

if TYPE_CHECKING:
    import argparse

    from archiver.index import Index, Run

LAST = 5  # runs of each listing
FORGOTTEN = 7 * 86400  # seconds: the alarm of a listing that has not been read for so long says nothing any more


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "status",
        help="show every listing's last runs, next tries and alarms",
        description="Show what the index knows of the last runs. The exit status is 3 if the last run of a listing "
        "gave cause for alarm, 1 if there is no index, otherwise 0.",
    )
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    add_settings_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the status and return the exit status."""
    now = clock.now()
    with looking(Path(settings_from(arguments)["ARCHIVER_OUTPUT"])) as index:
        runs = index.runs.latest(LAST)
        listings = [_listing(index, name, now) for name in index.listings.names()]
        status = {
            "articles": index.catalogue.states(),
            "hosts": {host: until // SECOND for host, until in index.hosts.on_hold(now).items()},
            "listings": listings,
            "runs": [_run(one) for one in runs],
        }
    now //= SECOND
    if arguments.json:
        print_line(json.dumps(status, ensure_ascii=False, indent=1))
    else:
        _show(status, runs[0] if runs else None, now)
    recent = now - FORGOTTEN
    alarms = [one for one in listings if one["runs"][0]["alarms"] and one["runs"][0]["time"] > recent]
    return ALARM if alarms or (runs and runs[0].report.get("alarms")) else 0


def _listing(index: Index, name: str, now: int) -> dict[str, Any]:
    """Return what is known of a listing, for JSON: times are seconds since 1970."""
    waiting = index.listings.waiting(name, now)
    return {
        "listing": name,
        "waiting": {"count": waiting.articles, "next": waiting.next and waiting.next // SECOND},
        "runs": [{**one.stats, "time": one.time // SECOND} for one in index.listings.stats(name, LAST)],
    }


def _run(one: Run) -> dict[str, Any]:
    """Return a run, for JSON: times are seconds since 1970."""
    return {**one._asdict(), "started": one.started // SECOND, "ended": one.ended and one.ended // SECOND}


def _show(status: dict[str, Any], last: Run | None, now: int) -> None:
    states = ", ".join(f"{count:,} {state}" for state, count in status["articles"].items()) or "no articles yet"
    print_line(f"articles: {states}")
    if last:
        how = "runs, or was killed" if last.ended is None else f"took {_span((last.ended - last.started) // SECOND)}"
        print_line(f"last run: {_ago(last.started // SECOND, now)}, {how}")
        for alarm in last.report.get("alarms", ()):
            print_line(f"ALARM: {alarm}")
    for host, resume in status["hosts"].items():
        print_line(f"{host} asked to be left alone until {time.strftime('%Y-%m-%d %H:%M', time.localtime(resume))}")
    if not status["listings"]:
        print_line("no listing has been read yet: archiver crawl")
        return
    print_line("")
    rows = [_row(one, now) for one in status["listings"]]
    print_table(["listing", "last run", "listed", f"new (last {LAST})", "failed", "newest", "next try", "alarms"], rows)


def _row(one: dict[str, Any], now: int) -> list[object]:
    last, waiting = one["runs"][0], one["waiting"]
    next_try = f"{waiting['count']} in {_span(waiting['next'] - now)}" if waiting.get("count") else ""
    return [
        one["listing"],
        _ago(last["time"], now),
        f"{last['listed']}{'=' if last['unchanged'] else ''}",
        " ".join(str(run["new"]) for run in one["runs"]),
        last["failed"],
        _ago(last["newest"], now) if last["newest"] else "",
        next_try,
        "; ".join(last["alarms"]) or "ok",
    ]


def _ago(moment: int, now: int) -> str:
    return f"{_span(now - moment)} ago"


def _span(length: int) -> str:
    return show_span(timedelta(seconds=length))
