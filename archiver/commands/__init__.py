"""The `archiver` command: a thin face on the spiders. One module a command, each with `add_parser` and `run`."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

import archiver
from archiver.errors import ArchiverError
from archiver.statuses import status_of

COMMANDS = (
    *("crawl", "get", "replay", "verify", "manifest", "export", "status", "history", "duplicates", "adopt"),
    *("schedule", "demo"),
)


def main(argv: list[str] | None = None) -> int:
    """Run the command that `argv` (default: the process's arguments) names, and return its exit status."""
    parser = argparse.ArgumentParser(prog="archiver", description=archiver.__doc__)
    parser.add_argument("--version", action="version", version=f"archiver {archiver.__version__}")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    named = (sys.argv[1:] if argv is None else argv)[:1]
    # One that is named is imported alone: all of them together take longer to start than most take to run.
    for name in named if set(named) & set(COMMANDS) else COMMANDS:
        import_module(f"archiver.commands.{name}").add_parser(subparsers)
    arguments = parser.parse_args(argv)
    try:
        status: int = arguments.run(arguments)
    except ArchiverError as error:
        sys.stderr.write(f"archiver: {error}\n")
        return status_of(error)
    return status
