"""`archiver index move`: move the index of an archive from its file to a server, or back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.commands.display import print_line
from archiver.commands.options import add_archive_option, add_setting_option, archive_from
from archiver.server_address import is_server, shown

if TYPE_CHECKING:
    import argparse


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "index",
        help="move the index to a PostgreSQL server, or back",
        description="The index of an archive is in a file in it (SQLite), or on a PostgreSQL server (docs/scale.md).",
    )
    commands = parser.add_subparsers(required=True, metavar="move", parser_class=type(parser))
    move = commands.add_parser(
        "move",
        help="move the index from one place to another",
        description="Copy the index to another place, compare every row, and then give up the old one: "
        "a file stays as _index/index.moved.sqlite, tables on a server are removed. No run may be at work.",
    )
    what = "sqlite, or the address of a PostgreSQL database: postgresql://…"
    move.add_argument("source", metavar="FROM", help=f"where it is: {what}")
    move.add_argument("target", metavar="TO", help="where it is to be, in the same form")
    add_archive_option(move)
    add_setting_option(move)
    move.set_defaults(run=run_move)


def run_move(arguments: argparse.Namespace) -> int:
    """Move the index and return the exit status."""
    archive = archive_from(arguments)
    moved = archive.move_index(arguments.source, arguments.target)
    print_line(f"{moved.rows:,} rows of {moved.tables} tables are carried over, and every one is as it was")
    if moved.left_out:
        print_line(f"{moved.left_out:,} were left out: their addresses are too long for an index on a server")
    if is_server(arguments.target):
        print_line(f"set ARCHIVER_INDEX to it from now on: {shown(arguments.target)}")
    elif archive.configuration["ARCHIVER_INDEX"]:
        print_line("take ARCHIVER_INDEX away from now on: the index is in the archive")
    return 0
