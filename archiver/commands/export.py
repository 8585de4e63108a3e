"""`archiver export FORMAT`: write the articles of the archive in a format that other tools read."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from archiver.commands.display import count, discard_stdout, say
from archiver.commands.options import (
    add_archive_option,
    add_setting_option,
    add_target_option,
    archive_from,
    path_from,
)
from archiver.errors import ExportError, UsageError
from archiver.exports import format_names
from archiver.statuses import FAILED
from archiver.suggestions import did_you_mean

if TYPE_CHECKING:
    import argparse


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    names = ", ".join(format_names())
    parser = subparsers.add_parser(
        "export",
        help="write the articles in a format that other tools take",
        description=f"Write the articles of the archive, one by one, in a format that other tools take: {names}.",
    )
    parser.add_argument("format", metavar="FORMAT", help=f"one of {names}")
    add_target_option(parser, "default: standard output")
    parser.add_argument(
        "--since",
        default="",
        metavar="TIME",
        help="only what was saved or edited at this time or later (2026-08-19, 2d)",
    )
    parser.add_argument(
        "--source", default="", metavar="SOURCE[/LISTING]", help="only articles of this source or listing"
    )
    parser.add_argument("--query", default="", metavar="WORDS", help="only articles that have all of these words")
    parser.add_argument(
        "--last", type=int, metavar="N", help="only the N articles that were published last, the newest first"
    )
    add_archive_option(parser)
    add_setting_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Export what `arguments` select and return the exit status."""
    if arguments.format not in (names := format_names()):
        near = did_you_mean(arguments.format, names)
        raise UsageError(f"{arguments.format}: no such format{near}; there are {', '.join(names)}")
    failures = 0

    def tell(problem: str) -> None:
        nonlocal failures
        failures += problem.endswith(": left out")
        say(problem)

    try:
        done = archive_from(arguments).export(
            arguments.format,
            path_from(arguments.target) or sys.stdout.buffer,
            since=arguments.since,
            source=arguments.source,
            query=arguments.query,
            last=arguments.last,
            listener=tell,
        )
    except BrokenPipeError:  # the reader has enough, as `| head` does: not a failure
        discard_stdout()
        return FAILED if failures else 0
    except ExportError:
        if path_from(arguments.target) is None:
            discard_stdout()
        raise
    for reason, number in done.left_out.items():
        say(f"{number} left out: {reason}")
    ending = f"; all were saved by {done.saved_by.isoformat().replace('+00:00', 'Z')}" if done.saved_by else ""
    what = ", ".join(count(number, kind) for kind, number in done.others.items()) or str(done.exported)
    print(f"{what} exported{ending}", file=sys.stderr)
    return FAILED if done.failed else 0
