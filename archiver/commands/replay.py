"""`archiver replay [WARC|WACZ|DIR…]`: make posts from captures, without the network."""

from __future__ import annotations

import difflib
import sys
from typing import TYPE_CHECKING, TextIO

from archiver.commands.display import count, print_json, print_line, printable, say
from archiver.commands.options import (
    add_engine_options,
    add_paywall_option,
    add_settings_options,
    add_talk_options,
    archive_from,
)
from archiver.statuses import FAILED

if TYPE_CHECKING:
    import argparse

    from archiver.replay import Change, Summary


MAX_SHOWN = 10  # the most kinds of records without a post that are listed


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "replay",
        help="make posts from captures, without the network",
        description="Make posts from captured answers, by today's rules and without the network: from the archive's "
        "own captures, or from WARC and WACZ files that another tool made. The exit status is 0 only if every article "
        "in them gave a post.",
    )
    parser.add_argument(
        "paths", nargs="*", metavar="WARC|WACZ|DIR", help="what to replay (default: all that the archive captured)"
    )
    parser.add_argument("--diff", action="store_true", help="show what would change in the posts, and write nothing")
    parser.add_argument(
        "--pages",
        action="store_true",
        help="read the web pages in them that no recipe knows, too, and make posts of those that are articles",
    )
    add_paywall_option(parser)
    add_engine_options(parser)
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each answer of an article")
    add_settings_options(parser)
    add_talk_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Replay what `arguments` name and return the exit status."""

    def listen(change: Change) -> None:
        _tell(change, as_json=arguments.json, diff=arguments.diff)

    archive = archive_from(arguments)
    summary = archive.replay(
        *arguments.paths,
        dry=arguments.diff,
        pages=arguments.pages,
        jobs=arguments.jobs,
        engine=arguments.engine,
        listener=listen,
    )
    for reason in summary.broken:
        say(reason)
    if not arguments.quiet:
        _show(summary, sys.stderr if arguments.json else sys.stdout, dry=arguments.diff)
    return FAILED if summary.broken or summary.outcomes["failed"] else 0


def _tell(change: Change, *, as_json: bool, diff: bool) -> None:
    if as_json:
        fields = {"address": change.address, "outcome": change.outcome, "path": change.path, "reason": change.reason}
        print_json(fields)
    elif diff and change.after is not None:
        contents = (change.before or b"", change.after)
        before, after = (content.decode(errors="replace").splitlines() for content in contents)
        old = change.path if change.before is not None else "/dev/null"
        for line in difflib.unified_diff(before, after, old, change.path, lineterm=""):
            print_line(printable(line))
    if change.outcome == "failed":
        say(f"{change.address}: {change.reason}")
    elif change.outcome == "edited":
        say(f"{change.path}: was changed by hand, and stays (--force overrides)")


def _show(summary: Summary, stream: TextIO, *, dry: bool) -> None:
    outcomes = summary.outcomes
    verb = "would change or be new" if dry else "written"
    kept = outcomes["unchanged"] + outcomes["edited"] + outcomes["kept"]
    older = f", {outcomes['older']} older than their posts" if outcomes["older"] else ""
    stream.write(f"{outcomes['written']} {verb}, {kept} unchanged{older}, {outcomes['failed']} failed\n")
    skipped = summary.others.most_common()
    if skipped:
        stream.write(f"no post is made of {count(summary.others.total(), 'other record')}:\n")
    for what, number in skipped[:MAX_SHOWN]:
        stream.write(f"  {number:,}  {what}\n")
    if left := sum(number for _, number in skipped[MAX_SHOWN:]):
        stream.write(f"  {left:,}  for other reasons\n")
