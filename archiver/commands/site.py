"""`archiver site`: the archive as a site."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from archiver.commands.display import count, print_line
from archiver.commands.options import add_archive_option, add_setting_option, archive_from
from archiver.statuses import FAILED

if TYPE_CHECKING:
    import argparse


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "site",
        help="make a site of the archive",
        description="Make a site of the whole archive that any file server serves.",
    )
    actions = parser.add_subparsers(required=True, metavar="build")
    build = actions.add_parser(
        "build",
        help="make the site, or bring it up to date",
        description="Make a static site of all articles in a directory, or bring the one that is there up to date: "
        "only pages that change are written.",
    )
    build.add_argument("directory", nargs="?", metavar="DIR", help="where to (default: _site in the archive)")
    build.add_argument(
        "--templates",
        metavar="DIR",
        help="templates and styles of your own, each in place of ours of the same name (default: _templates in the "
        "archive)",
    )
    add_archive_option(build)
    add_setting_option(build)
    build.set_defaults(run=run, parser=build)


def run(arguments: argparse.Namespace) -> int:
    """Build the site and return the exit status."""
    built = archive_from(arguments).build_site(
        arguments.directory, templates=arguments.templates, listener=lambda problem: _say(f"archiver: {problem}")
    )
    print_line(
        f"{built.directory}: {count(built.articles, 'article')}; {count(built.written, 'file')} written, "
        f"{built.unchanged} unchanged"
    )
    return FAILED if built.failed else 0


def _say(text: str) -> None:
    print(text, file=sys.stderr)
