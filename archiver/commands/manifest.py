"""`archiver manifest`: list the files of the archive in a manifest, and print its digest, which proves them later."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from archiver.commands.display import print_line
from archiver.commands.options import add_archive_option, archive_from

if TYPE_CHECKING:
    import argparse


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "manifest",
        help="write a manifest of the files that none lists yet, and print the digest of the last one",
        description="Write a manifest of the files that no manifest lists yet (runs write theirs themselves), and "
        "print digest and path of the last one. Keep that line, publish it or have it signed: with it anybody can show "
        "that nothing was changed or removed since (docs/verify.md).",
    )
    add_archive_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the manifest and return the exit status."""
    last = archive_from(arguments).manifest()
    if last is None:
        sys.stderr.write("there is nothing to put on record yet\n")
        return 0
    print_line(f"{last.sha256}  {last.path}")
    return 0
