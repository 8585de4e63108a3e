"""`archiver history ID`: the versions of an article, and what changed between them."""

from __future__ import annotations

import difflib
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archiver.addresses import resolve
from archiver.clock import SECOND
from archiver.commands.display import print_line
from archiver.commands.options import add_settings_options, looking, settings_from
from archiver.errors import UnknownAddressError, UsageError
from archiver.recipes import recipes_for
from archiver.statuses import FAILED
from archiver.storage import versions

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from archiver.index.catalogue import History
    from archiver.index.types import EarlierContent, HeldPost

# A body is a few very long lines: for reading, one goes to each sentence and each block.
SENTENCE = re.compile(r"(?<=[。！？；])(?![）”’」』]|</)|(?<=</p>)|(?<=</tr>)|(?<=</li>)|(?<=[.!?] )")


class Version(NamedTuple):
    """One version of a post: its number, when it was saved (microseconds since 1970), and its file."""

    number: int
    saved: int
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
        found = [(one, _posts(one, arguments.form)) for one in index.catalogue.history(reference.id)]
    if arguments.form:
        found = [(one, posts) for one, posts in found if posts]
    if not found:
        sys.stderr.write(f"archiver: {reference.id}: the index of {output} does not know it\n")
        return FAILED
    if arguments.version is not None:
        return _print_version(output, reference.id, [one for _, posts in found for one in posts], arguments.version)
    for one, posts in found:
        reason = f" ({one.reason})" if one.reason else ""
        print_line(f"{one.held.key.recipe} {reference.id}: {one.held.state}{reason}")
        for place in one.places:
            print_line(f"  seen {_day(place.first_seen)} to {_day(place.last_seen)}  {place.name}")
        for post in posts:
            print_line("")
            _print_post(output, post, one.held.earlier)
    return 0


def _posts(article: History, form: str | None) -> list[HeldPost]:
    return [post for post in article.held.posts if form in (None, post.form)]


def _versions(output: Path, post: HeldPost, earlier: Iterable[EarlierContent] = ()) -> list[Version]:
    """Return the versions of a post, the first of all first; the last is the post itself."""
    times = {one.revision: one.saved for one in earlier if one.form == post.form}
    kept = versions(output, post.path)
    before = [
        Version(int(file.stem), times.get(int(file.stem), file.stat().st_mtime_ns // 1000), file) for file in kept
    ]
    return [*before, Version(len(kept) + 1, post.saved, output / post.path)]


def _print_version(output: Path, article_id: str, posts: list[HeldPost], number: int) -> int:
    if len(posts) > 1:
        forms = ", ".join(post.form for post in posts)
        raise UsageError(f"--version: the article has posts of several forms; say which with --form: {forms}")
    for version in _versions(output, posts[0]) if posts else ():
        if version.number == number and version.file.exists():
            sys.stdout.buffer.write(version.file.read_bytes())
            return 0
    sys.stderr.write(f"archiver: {article_id}: there is no version {number}\n")
    return FAILED


def _print_post(output: Path, post: HeldPost, earlier: Iterable[EarlierContent]) -> None:
    all_versions = _versions(output, post, earlier)
    print_line(f"{post.form}: {post.path}, {len(all_versions)} version{'s' * (len(all_versions) > 1)}")
    before: list[str] = []
    for version in all_versions:
        print_line(f"  {version.number}  saved {_time(version.saved)}  {version.file.relative_to(output)}")
        lines = _lines(version.file)
        if before:
            for line in _changes(before, lines):
                print_line(f"      {line}")
        before = lines


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


def _day(micros: int) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(micros // SECOND))


def _time(micros: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(micros // SECOND))
