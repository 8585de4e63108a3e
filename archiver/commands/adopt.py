"""`archiver adopt DIR`: read the posts of an existing archive into its index, report what is broken, and repair it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archiver.adoption import Kind
from archiver.archive import Archive
from archiver.commands.options import add_setting_option, settings_from
from archiver.commands.problems import print_problems
from archiver.places import OLD_POSTS, POSTS
from archiver.statuses import FAILED

if TYPE_CHECKING:
    import argparse


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "adopt",
        help="read the posts of an existing archive into its index",
        description="Read the posts of an existing archive into its index, and say what is broken. No post is changed "
        "without --repair. The exit status is 0 only if nothing is broken, or everything was repaired.",
    )
    parser.add_argument("directory", metavar="DIR", help="the archive, its _posts, or its old_post")
    parser.add_argument("--repair", action="store_true", help="repair what can be repaired; earlier contents are kept")
    parser.add_argument("--profile", choices=("clean", "source"), help="the profile of bodies that are fetched again")
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each problem")
    add_setting_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Adopt the archive that `arguments` name and return the exit status."""
    arguments.output = str(_archive(Path(arguments.directory)))
    survey = Archive.configured(settings_from(arguments)).adopt(repair=arguments.repair)
    print_problems(survey.problems, Kind, survey.summary(), json_lines=arguments.json)
    return FAILED if survey.broken else 0


def _archive(directory: Path) -> Path:
    """Return the directory of the archive, given that directory, its `_posts`, or its `old_post`."""
    if directory.is_dir() and not (directory / POSTS).is_dir():
        # Try the path as given first: `_posts` may be a symbolic link to a directory elsewhere.
        for path in (directory, directory.resolve()):
            if path.name in (POSTS, OLD_POSTS):
                return path.parent
    return directory
