"""`archiver export FORMAT`: the articles of the archive, for other tools."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.clock import micros, moment
from archiver.commands.options import add_settings_options, looking, settings_from
from archiver.errors import ExportError, UsageError
from archiver.exports import About, format_names, load_format
from archiver.exports.leftovers import remove, sweep, temporary_for
from archiver.exports.read import Entries, Selection
from archiver.recipes import recipes_for
from archiver.statuses import FAILED

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from archiver.exports import Entry, Format

MOST = 2**63 - 1  # the largest number that SQLite takes


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    names = ", ".join(format_names())
    parser = subparsers.add_parser(
        "export",
        help="write the articles in a format that other tools take",
        description=f"Write the articles of the archive, one by one, in a format that other tools take: {names}.",
    )
    parser.add_argument("format", metavar="FORMAT", help=f"one of {names}")
    parser.add_argument("-o", dest="target", metavar="FILE", help="where to write it; without, to standard output")
    parser.add_argument("--since", default="", metavar="TIME", help="only what was saved then or later (2026-08-19)")
    parser.add_argument("--source", default="", metavar="SOURCE[/LISTING]", help="only what came from there")
    parser.add_argument("--query", default="", metavar="WORDS", help="only articles that have all of these words")
    parser.add_argument("--last", type=int, metavar="N", help="only the N that were published last; the newest first")
    add_settings_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Export what `arguments` select and return the exit status."""
    settings = settings_from(arguments)
    recipes = recipes_for(settings)
    output = Path(settings["ARCHIVER_OUTPUT"])
    chosen = load_format(arguments.format)
    target = Path(arguments.target) if arguments.target and arguments.target != "-" else None
    if target is None and chosen.target != "stream":
        raise UsageError(f"export {arguments.format}: say where to: -o {chosen.target.upper()}")
    recipe, _, listing = arguments.source.partition("/")
    if recipe and recipe not in recipes:
        raise UsageError(f"--source: {recipe}: no such source; there are {', '.join(recipes)}")
    if listing and listing.partition("?")[0] not in recipes[recipe].listings:
        raise UsageError(f"--source: {recipe} has no listing {listing}; it has {', '.join(recipes[recipe].listings)}")
    last = chosen.last if arguments.last is None else arguments.last
    if not 0 <= last <= MOST:
        raise UsageError(f"--last: expected a number from 0 to {MOST:,}")
    selection = Selection(
        _since(arguments.since),
        recipe,
        arguments.source if listing else "",
        tuple(arguments.query.casefold().split()),
        last,
    )
    site = settings["ARCHIVER_SITE"] or next((one.site for one in recipes.values()), "")
    about = About(output, target, site, site)
    with looking(output) as index:
        entries = Entries(output, index, recipes, _tell)
        complete = _write(chosen, entries.select(selection), about)
    if complete:
        for reason, number in about.left_out.items():
            print(f"archiver: {number} left out: {reason}", file=sys.stderr)
        ending = f"; all were saved by {_shown(entries.last)}" if entries.count else ""
        print(f"{entries.count - about.left_out.total()} exported{ending}", file=sys.stderr)
    return FAILED if entries.failed else 0


def _tell(problem: str) -> None:
    print(f"archiver: {problem}", file=sys.stderr)


def _write(chosen: Format, entries: Iterator[Entry], about: About) -> bool:
    """Write `entries` to where they are to go; there is nothing new there unless all was well. Return whether all was
    written: not if whoever reads standard output has had enough. Raises ExportError."""
    target = about.target
    if target is None:
        return _to_standard_output(chosen, entries, about)
    special = target.exists() and not (target.is_file() or target.is_dir())  # a pipe or a device: it stays what it is
    if special and chosen.target != "stream":
        raise ExportError(f"{target}: is no file, and this format needs one")
    if not target.parent.is_dir():
        raise ExportError(f"{target}: cannot be written: there is no directory {target.parent}")
    if target.is_dir() and (chosen.target != "directory" or any(target.iterdir())):
        raise ExportError(f"{target}: there is a directory{' with something in it' * (chosen.target == 'directory')}")
    try:
        if special:
            _to_file(chosen, entries, target, about)
        else:
            _to_new(chosen, entries, target.resolve(), about)  # what a link leads to is replaced, not the link
    except OSError as error:
        raise ExportError(f"{target}: cannot be written: {error.strerror or error}") from error
    return True


def _to_new(chosen: Format, entries: Iterator[Entry], target: Path, about: About) -> None:
    """Write to a name nobody looks at, and put it in its place when all is there. Raises OSError, ExportError."""
    sweep(target)
    temporary = temporary_for(target)
    try:
        if chosen.target == "stream":
            _to_file(chosen, entries, temporary, about)
        else:
            chosen.write(entries, temporary, about)
        temporary.replace(target)
    finally:
        remove(temporary)


def _to_file(chosen: Format, entries: Iterator[Entry], file: Path, about: About) -> None:
    with file.open("wb") as stream:
        chosen.write(entries, stream, about)


def _to_standard_output(chosen: Format, entries: Iterator[Entry], about: About) -> bool:
    """Write to standard output, and return whether somebody read all of it. Raises ExportError."""
    try:
        chosen.write(entries, sys.stdout.buffer, about)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # `| head`: that is no failure. What is still in the buffer must go somewhere, or Python complains at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise ExportError(f"standard output: cannot be written: {error.strerror or error}") from error
    return True


def _since(text: str) -> int | None:
    """Return a date or time in microseconds since 1970; without an offset it is UTC. Raises UsageError."""
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--since: expected a date or a time such as 2026-08-19T12:00:00Z, got {text!r}") from error
    return micros(time if time.tzinfo else time.replace(tzinfo=UTC))


def _shown(micros: int) -> str:
    return moment(micros).replace(microsecond=0).isoformat().replace("+00:00", "Z")
