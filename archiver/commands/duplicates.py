"""`archiver duplicates`: articles with other ids and the same text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.commands.display import print_line
from archiver.commands.options import add_settings_options, looking, settings_from

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
    add_settings_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the groups and return the exit status."""
    with looking(Path(settings_from(arguments)["ARCHIVER_OUTPUT"])) as index:
        for group in index.catalogue.same_words():
            if arguments.json:
                print_line(json.dumps([dict(row) for row in group], ensure_ascii=False))
                continue
            print_line(f"{len(group)} articles with the same text")
            for row in group:
                print_line(f"  {row['recipe']} {row['id']}  {row['published'] or ''}  {row['path'] or ''}")
    return 0
