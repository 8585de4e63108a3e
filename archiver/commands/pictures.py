"""`archiver pictures`: fetch the pictures of existing posts and keep them as files of the archive."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from archiver.commands.display import Display, count, print_json, print_line
from archiver.commands.options import (
    add_archive_option,
    add_setting_option,
    add_talk_options,
    add_warc_option,
    archive_from,
)
from archiver.commands.wrapping import print_wrapped
from archiver.views.plain import show_time

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

MAX_SHOWN_REASONS = 3
SETTING_OF_OPTION = {"max_requests": "ARCHIVER_MAX_REQUESTS", "max_seconds": "ARCHIVER_MAX_SECONDS"}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "pictures",
        help="fetch the pictures of the posts in the archive",
        description="Fetch the pictures that the posts of the archive show from other hosts, keep them in the archive, "
        "and change the posts so that they show these copies. What does not come is asked for again later, by this "
        "command or by crawls with --pictures.",
    )
    parser.add_argument("--max-requests", metavar="N", help="make at most N requests (ARCHIVER_MAX_REQUESTS)")
    parser.add_argument(
        "--max-seconds", metavar="SPAN", help="make no more requests after this time: 90, 2m (ARCHIVER_MAX_SECONDS)"
    )
    parser.add_argument("--json", action="store_true", help="print the report of the run as JSON")
    add_warc_option(parser, "default: yes, unless the recipe says no")
    add_archive_option(parser)
    add_setting_option(parser)
    add_talk_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Fetch pictures and return the exit status."""
    archive = archive_from(
        arguments, **{setting: getattr(arguments, option) for option, setting in SETTING_OF_OPTION.items()}
    )
    with Display(archive.output, progress=not (arguments.quiet or arguments.no_progress)) as display:
        report = archive.pictures(display.wait_for)
    pictures = report.content.get("pictures", {})
    if arguments.json:
        print_json(report.content, indent=1)
    elif not arguments.quiet:
        came, failed = count(pictures.get("came", 0), "picture"), pictures.get("failed", 0)
        print_line(f"{came} came, {failed} did not, {count(pictures.get('shown', 0), 'post')} written again")
        if pictures.get("later"):
            print_wrapped(_waiting(pictures["later"], pictures["next_try"], pictures["reasons"]))
        if report.content["budget_spent"]:
            print_line(f"the budget is spent; {count(pictures.get('due', 0), 'picture')} left for the next run")
    return report.exit_status


def _waiting(later: int, next_try: str, reasons: Mapping[str, int]) -> str:
    """Return the line that says which pictures wait to be asked for again, until when, and why they did not come."""
    moment = show_time(datetime.fromisoformat(next_try))
    until = f"waits until {moment}" if later == 1 else f"wait, the first until {moment}"
    shown = dict(islice(reasons.items(), MAX_SHOWN_REASONS))
    why = "; ".join(f"{reason} ({number:,})" if later > 1 else reason for reason, number in shown.items())
    others = later - sum(shown.values())
    return (
        f"{count(later, 'picture')} that did not come {until}: {why}{f'; other reasons ({others:,})' if others else ''}"
    )
