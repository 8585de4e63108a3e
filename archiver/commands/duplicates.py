"""`archiver duplicates`: articles with other ids and the same text, or nearly the same."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from archiver.commands.display import count, print_json, print_line
from archiver.commands.options import add_archive_option, archive_from
from archiver.commands.wrapping import print_wrapped

if TYPE_CHECKING:
    import argparse

    from archiver.views import Duplicate


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "duplicates",
        help="list articles that have different ids and the same text, or nearly the same",
        description="List articles that have different ids and the same text, or nearly the same (copies with another "
        "beginning, end or paragraph): in each group first the one that was published first, then the others and how "
        "similar they are to it. No post is changed (docs/crawling.md).",
    )
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each group")
    parser.add_argument(
        "--renew",
        action="store_true",
        help="first compare the posts that an earlier version wrote without comparing them",
    )
    add_archive_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the groups and return the exit status."""
    archive = archive_from(arguments)
    groups = archive.duplicates(renew=arguments.renew)
    if missing := archive.uncompared():
        sys.stderr.write(f"{count(missing, 'article')} not compared yet: `archiver duplicates --renew` does that\n")
    is_any = False
    for group in groups:
        is_any = True
        if arguments.json:
            print_json(group)
            continue
        how = "" if all(duplicate.similarity == 1 for duplicate in group) else "nearly "
        print_line(f"{len(group)} articles with {how}the same text")
        for number, duplicate in enumerate(group):
            published = duplicate.published.isoformat() if duplicate.published else ""
            like = _likeness(duplicate) if number else "first"
            article = f"{duplicate.recipe} {duplicate.id}"
            print_wrapped(f"  {like:<5}  {article}  {published}  {duplicate.site}  {duplicate.path or ''}".rstrip())
    if not (is_any or arguments.json):
        print_line("no two articles have the same text, or nearly the same")
    return 0


def _likeness(duplicate: Duplicate) -> str:
    """Return in words how alike an article is to the first of its group."""
    if duplicate.similarity is None:
        return ""
    return "same" if duplicate.similarity == 1 else f"{round(duplicate.similarity * 100)} %"
