"""`archiver history ID`: the versions of an article, and what changed between them."""

from __future__ import annotations

import difflib
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archiver.addresses import resolve
from archiver.commands.display import print_line
from archiver.commands.options import add_settings_options, looking, settings_from
from archiver.errors import UnknownAddressError, UsageError
from archiver.posts import versions
from archiver.recipes import recipes_for
from archiver.statuses import FAILED

if TYPE_CHECKING:
    import argparse
    import sqlite3
    from collections.abc import Iterable, Iterator

# A body is a few very long lines: for reading, one goes to each sentence and each block.
SENTENCE = re.compile(r"(?<=[。！？；])(?![）”’」』]|</)|(?<=</p>)|(?<=</tr>)|(?<=</li>)|(?<=[.!?] )")


class Version(NamedTuple):
    """One version of a post: its number, when it was saved (seconds since 1970), and its file."""

    number: int
    saved: float
    file: Path


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "history",
        help="show the versions of an article and what changed",
        description="Show where and when an article was seen, the versions of its posts, and what changed from each "
        "to the next.",
    )
    parser.add_argument("article", metavar="ID", help="an id or an address")
    parser.add_argument("--version", metavar="N", type=int, help="print this version of the post and nothing else")
    parser.add_argument("--form", metavar="FORM", help="of the post, where an article has several: share, rolling, …")
    add_settings_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the history of an article and return the exit status."""
    settings = settings_from(arguments)
    output = Path(settings["ARCHIVER_OUTPUT"])
    try:
        reference = resolve(arguments.article, recipes_for(settings).values())
    except UnknownAddressError as error:
        raise UsageError(str(error)) from error
    with looking(output) as index:
        rows = [row for row in index.catalogue.history(reference.id) if arguments.form in (None, row["form"])]
        if not rows:
            sys.stderr.write(f"archiver: {reference.id}: the index of {output} does not know it\n")
            return FAILED
        if arguments.version is not None:
            return _print_version(output, rows, arguments.version)
        print_line(f"{rows[0]['recipe']} {reference.id}: {rows[0]['state']}{_reason(rows[0])}")
        for place in index.catalogue.places(rows[0]["key"]):
            print_line(f"  seen {_day(place['first_seen'])} to {_day(place['last_seen'])}  {place['place']}")
        for row in rows:
            if row["path"]:
                print_line("")
                _print_post(output, row, index.catalogue.revisions(row["key"], row["form"]))
    return 0


def _versions(output: Path, row: sqlite3.Row, revisions: Iterable[sqlite3.Row] = ()) -> list[Version]:
    """Return the versions of a post, the first of all first; the last is the post itself."""
    times = {one["revision"]: one["saved"] for one in revisions}
    kept = versions(output, row["path"])
    earlier = [Version(int(file.stem), times.get(int(file.stem), file.stat().st_mtime), file) for file in kept]
    return [*earlier, Version(len(kept) + 1, row["post_saved"], output / row["path"])]


def _print_version(output: Path, rows: list[sqlite3.Row], number: int) -> int:
    held = [row for row in rows if row["path"]]
    if len(held) > 1:
        forms = ", ".join(row["form"] for row in held)
        raise UsageError(f"--version: the article has posts of several forms; say which with --form: {forms}")
    for version in _versions(output, held[0]) if held else ():
        if version.number == number and version.file.exists():
            sys.stdout.buffer.write(version.file.read_bytes())
            return 0
    sys.stderr.write(f"archiver: {rows[0]['id']}: there is no version {number}\n")
    return FAILED


def _print_post(output: Path, row: sqlite3.Row, revisions: Iterable[sqlite3.Row]) -> None:
    all_versions = _versions(output, row, revisions)
    print_line(f"{row['form']}: {row['path']}, {len(all_versions)} version{'s' * (len(all_versions) > 1)}")
    earlier: list[str] = []
    for version in all_versions:
        print_line(f"  {version.number}  saved {_time(version.saved)}  {version.file.relative_to(output)}")
        lines = _lines(version.file)
        if earlier:
            for line in _changes(earlier, lines):
                print_line(f"      {line}")
        earlier = lines


def _lines(file: Path) -> list[str]:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return [f"(cannot be read: {error.strerror})"]
    return [part for line in text.splitlines() for part in SENTENCE.split(line) if part.strip()]


def _changes(old: list[str], new: list[str]) -> Iterator[str]:
    for line in difflib.unified_diff(old, new, n=0, lineterm=""):
        if not line.startswith(("---", "+++", "@@")):
            yield f"{line[0]} {line[1:].strip()}"


def _reason(row: sqlite3.Row) -> str:
    return f" ({row['reason']})" if row["reason"] else ""


def _day(moment: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(moment))


def _time(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))
