"""`archiver verify`: check that the archive is complete and unchanged."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from archiver.commands.display import count
from archiver.commands.options import add_archive_option, add_setting_option, archive_from
from archiver.commands.problems import print_problems
from archiver.statuses import FAILED
from archiver.verify.problems import Kind

if TYPE_CHECKING:
    import argparse


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "verify",
        help="check every post, version, capture and manifest, offline",
        description="Check every post and earlier version against what was written, every capture against its digest, "
        "the index against the disk both ways, local pictures, and the chain of manifests. The exit status is 0 "
        "only if nothing is wrong, or everything was repaired.",
    )
    parser.add_argument("--repair", action="store_true", help="restore what the captures allow")
    parser.add_argument(
        "--remove-credentials",
        action="store_true",
        help="first write captures and notes that hold a credential of yours anew without it; captures on record",
    )
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each problem")
    add_archive_option(parser)
    add_setting_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Verify the archive and return the exit status."""
    archive = archive_from(arguments)
    result = archive.verify(repair=arguments.repair, remove_credentials=arguments.remove_credentials)
    for path in result.cleaned:
        sys.stderr.write(f"written anew without credentials: {path}\n")
    what = count(result.left, "problem") if result.left else "nothing is wrong"
    summary = f"{count(result.files, 'file')}, {result.bytes:,} bytes: {what}"
    if result.repaired:
        summary += f", {result.repaired} repaired"
    print_problems(result.problems, Kind, summary, json_lines=arguments.json)
    if result.unlogged:
        sys.stderr.write(f"archiver: this verification is in no log: {result.unlogged}\n")
    return FAILED if result.left else 0
