"""The `archiver` command line, on top of `archiver.Archive`: a module for each command, with `add_parser` and `run`."""

from __future__ import annotations

import io
import os
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import archiver
from archiver.commands.parser import Parser
from archiver.errors import ArchiverError, FaultError, UsageError, as_archiver_error, with_advice
from archiver.statuses import FAILED, INTERRUPTED, status_of
from archiver.suggestions import did_you_mean

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

COMMANDS = (
    *("crawl", "worker", "get", "pictures", "replay", "verify", "manifest", "export", "status", "history"),
    *("duplicates", "sources", "adopt", "schedule", "extract", "explain", "discover", "follow", "recipe"),
    *("site", "index", "demo"),
)
VERSION = f"archiver {archiver.__version__} (news-share-archiver)"  # the command, and the name of the distribution
EXAMPLES = """\
examples:
  archiver demo                        see it at work, with made-up articles
  archiver crawl                       read all listings, fetch what is new
  archiver crawl eastmoney --since 2d  of one source, of the last two days
  archiver get ADDRESS                 fetch one article
  archiver discover ADDRESS            a site's feeds, sitemaps and articles
  archiver follow ADDRESS              have crawls read that site from now on
  archiver extract ADDRESS             read a news page, and write nothing
  archiver explain ADDRESS             where title, time and text come from
  archiver status                      what the last runs came to
  archiver verify                      is everything as it was written?
  archiver site build                  a site of it all, in _site
  archiver export sqlite --to all.db   for other tools

`archiver help COMMAND` says more of each. Exit statuses: docs/commands.md.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that `argv` (default: the process's arguments) names, and return its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if os.name != "posix":
        sys.stderr.write("archiver: runs on Linux, macOS and other POSIX systems only; on Windows, in WSL\n")
        return FAILED
    if words == ["--version"]:  # answered here, without loading any command
        sys.stdout.write(f"{VERSION}\n")
        return 0
    _take_places_of_closed()
    for stream in (sys.stdout, sys.stderr):  # a file name that is not UTF-8 is printed with escapes
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(_asked(words) if words[:1] == ["help"] else words)
    except ArchiverError as error:
        _say(str(error))
        return status_of(error)
    except KeyboardInterrupt as stopped:
        return _say_stopped(stopped)
    except SystemExit as end:  # of argparse, after `--help`
        return end.code if isinstance(end.code, int) else FAILED
    except OSError as error:  # a disk may fail at any point
        where = f"{error.filename}: " if error.filename else ""
        _say(f"{where}{with_advice(error)}")
    except Exception as error:
        if isinstance(error.__cause__, KeyboardInterrupt):  # it came while a class was made: Python 3.11 wraps it then
            return _say_stopped(error.__cause__)
        _say(f"{as_archiver_error(error)} (-vv says where)")
        if "-vv" in words:
            traceback.print_exception(error)
    return FAILED


def _say_stopped(stopped: KeyboardInterrupt) -> int:
    """Say that a signal ended the command, and return the exit status that tells which."""
    sys.stderr.write("archiver: stopped\n")
    status: int = getattr(stopped, "status", INTERRUPTED)
    return status


def _take_places_of_closed() -> None:
    """Open /dev/null for each standard stream that the caller closed (`>&-`). Otherwise a file that is opened later
    would get its descriptor, and child processes would write into that file."""
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def _say(text: str) -> None:
    """Print an error in one line."""
    import_module("archiver.commands.display").say(text)  # imported only here: it is slow to load and seldom needed


def _asked(words: list[str]) -> list[str]:
    """Return the command line with `--help` that `archiver help …` means. Raises UsageError."""
    named = [] if words == ["help", "help"] else words[1:]
    parser = _parser(named[:1]) if named and named[0] in COMMANDS else None
    for word in named:
        if parser and not parser.commands:
            raise UsageError(f"{word}: one argument too many (see `archiver help`)")
        parser = parser and parser.commands.get(word, parser)
    return [*named, "--help"]


def _run(words: list[str]) -> int:
    command = next((word for word in words if not word.startswith("-")), None)
    if command is not None and words[0] == command and command not in COMMANDS:
        meant = did_you_mean(command, ("help", *COMMANDS))
        raise UsageError(f"{command}: no such command{meant} (see `archiver help`)")
    # If a command is named, only its module is imported: importing all takes longer than most commands take to run.
    parser = _parser([command] if command in COMMANDS else COMMANDS)
    if not words:
        parser.print_help()
        return 0
    if words[0].startswith("-") and words[0] not in ("-h", "--help", "--version"):
        parser.refuse(words[0])
    arguments, unknown = parser.parse_known_args(words)
    if unknown:
        arguments.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    try:
        status: int = arguments.run(arguments)
    except Exception as error:
        if "output" in arguments and (isinstance(error, FaultError) or not isinstance(error, ArchiverError | OSError)):
            # The cause may be a damaged index: if it is damaged, this raises an error that says what to do.
            import_module("archiver.commands.options").archive_from(arguments).refuse_damage()
        raise
    return status


def _parser(commands: Iterable[str | None]) -> Parser:
    parser = Parser(prog="archiver", description=archiver.__doc__, epilog=EXAMPLES)
    parser.add_argument("--version", action="version", version=VERSION)
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in commands:
        import_module(f"archiver.commands.{name}").add_parser(subparsers)
    for subparser in subparsers.choices.values():
        subparser.set_defaults(parser=subparser)
    return parser


def complete() -> argparse.ArgumentParser:
    """Return the parser of all commands, for tools that write shell completions (such as shtab)."""
    return _parser(COMMANDS)
