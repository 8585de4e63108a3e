"""`archiver get ADDRESS…`: fetch articles and write their posts."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from archiver.commands.display import Display, print_line
from archiver.commands.inputs import read_stdin
from archiver.commands.options import add_fetching_options, add_paywall_option, archive_from
from archiver.encoding import decode
from archiver.statuses import FAILED, SIGNALLED

if TYPE_CHECKING:
    import argparse


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "get",
        help="fetch articles by address or id and write their posts",
        description="Fetch articles and write their posts. The exit status is 0 only if every address gave a post.",
    )
    parser.add_argument("addresses", nargs="+", metavar="ADDRESS", help="an address or id; - reads a list, one a line")
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each address")
    add_paywall_option(parser)
    add_fetching_options(parser, "default: only if the recipe says so")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Fetch what `arguments` name and return the exit status."""
    archive = archive_from(arguments)
    addresses = [one for one in arguments.addresses if one != "-"]
    listed = _addresses(decode(read_stdin()).text) if "-" in arguments.addresses else []
    progress = not (arguments.quiet or arguments.no_progress)
    with Display(
        archive.output, total=len(addresses) + len(listed), json_lines=arguments.json, progress=progress
    ) as display:
        report = archive.get(*addresses, listed=listed, listener=display.show, on_request=display.wait_for)
    if arguments.json and not arguments.quiet:
        print(report.summary(), file=sys.stderr)
    elif not arguments.quiet:
        print_line(report.summary())
    if report.interrupted:
        return SIGNALLED + report.interrupted
    return FAILED if report.failed else 0


def _addresses(text: str) -> list[str]:
    """Return the addresses in a list that has one in each line; lines that begin with # are comments."""
    lines = (line.strip("\ufeff \t\v\f") for line in re.split("[\r\n]+", text))  # a list may begin with U+FEFF
    return [line for line in lines if line and not line.startswith("#")]
