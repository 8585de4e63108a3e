"""`archiver duplicates`: articles with other ids and the same text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.commands.display import print_json, print_line
from archiver.commands.options import add_archive_option, archive_from

if TYPE_CHECKING:
    import argparse


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "duplicates",
        help="list articles that have other ids and the same text",
        description="List articles that have other ids and the same text: the same characters, when tags, white "
        "space and the note of the source at the end are left out, and at least 50 of them.",
    )
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each group")
    add_archive_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the groups and return the exit status."""
    for group in archive_from(arguments).duplicates():
        if arguments.json:
            print_json(group)
            continue
        print_line(f"{len(group)} articles with the same text")
        for one in group:
            published = one.published.isoformat() if one.published else ""
            print_line(f"  {one.recipe} {one.id}  {published}  {one.path or ''}")
    return 0
