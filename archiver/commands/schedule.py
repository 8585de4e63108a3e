"""`archiver schedule SCHEDULER [SOURCE[/LISTING]…]`: print what makes a scheduler run `archiver crawl` regularly."""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from archiver.commands.options import add_settings_options, settings_from
from archiver.commands.schedules import cron, github, systemd
from archiver.commands.schedules.job import INTERVALS, ScheduledCrawl
from archiver.commands.schedules.secrets import secret_names
from archiver.errors import UnknownListingError, UsageError
from archiver.following import read_followed, resolve_names
from archiver.recipes import recipes_for

if TYPE_CHECKING:
    import argparse

    from archiver.configuration import Configuration

PACKAGE_EXAMPLE = "news-share-archiver @ git+https://github.com/OWNER/NAME"
REPOSITORY_EXPRESSION = r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}"
SOURCE_EXPRESSION = r"[a-z0-9_-]+(?:/[a-z0-9_-]+)?"
NAME_EXPRESSION = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"  # needs no quoting in a file name, a unit, YAML or a shell
# Unicode categories of characters that are invisible.
UNSEEN_CATEGORIES = frozenset(("Cc", "Cf", "Cn", "Cs", "Zl", "Zp"))
OUTPUT_SETTING = "ARCHIVER_OUTPUT"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "schedule",
        help="print a crontab line, systemd units or a GitHub workflow that crawl regularly",
        description="Print a crontab line, a systemd service and its timer, or a GitHub Actions workflow that runs "
        "`archiver crawl` regularly. Nothing is written: what is printed says where to save it.",
    )
    parser.add_argument("scheduler", choices=("cron", "systemd", "github"), metavar="cron|systemd|github")
    parser.add_argument("sources", nargs="*", default=[], metavar="SOURCE[/LISTING]", help="as for `archiver crawl`")
    parser.add_argument(
        "--every",
        metavar="SPAN",
        choices=INTERVALS,
        default="30m",
        help=f"the time between two runs: {', '.join(INTERVALS)} (default 30m)",
    )
    parser.add_argument(
        "--name", help="the name of the unit, the workflow, the log (default: archiver and the sources)"
    )
    parser.add_argument(
        "--package",
        metavar="REQUIREMENT",
        help=f"github: what pip installs there, such as '{PACKAGE_EXAMPLE}'; required for github",
    )
    parser.add_argument(
        "--repository",
        metavar="OWNER/NAME",
        help="github: the only repository in which the workflow runs, so that it does nothing in forks",
    )
    parser.add_argument(
        "--pages", action="store_true", help="github: build the site as well, and publish it on GitHub Pages"
    )
    parser.add_argument("--site", action="store_true", help="cron, systemd: build the site after each run")
    add_settings_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the schedule that `arguments` ask for and return the exit status. Raises UsageError."""
    # The scheduler will not run the crawl in the environment of this shell, so its settings become arguments.
    arguments.settings = _environment(arguments) + arguments.settings
    settings = settings_from(arguments)
    try:
        resolve_names(arguments.sources, recipes_for(settings), read_followed(settings.output))
    except UnknownListingError as error:
        raise UsageError(str(error)) from error
    if arguments.scheduler != "github":
        # Absolute paths, so that the directories of recipes are found from any working directory.
        absolute = ",".join(str(Path(directory).absolute()) for directory in settings["ARCHIVER_RECIPES"])
        arguments.settings += [("ARCHIVER_RECIPES", absolute)] if absolute else []
    if arguments.pages and arguments.scheduler != "github":
        raise UsageError("--pages: is for github; elsewhere --site builds the site (docs/publishing.md)")
    if arguments.site and arguments.scheduler == "github":
        raise UsageError("--site: is for cron and systemd; on GitHub --pages builds the site, and publishes it")
    package = _package(arguments)
    if arguments.repository is not None and not re.fullmatch(REPOSITORY_EXPRESSION, arguments.repository):
        raise UsageError(f"--repository {arguments.repository}: expected OWNER/NAME, as GitHub has it")
    secrets = secret_names(settings)
    crawl = tuple(_crawl_arguments(arguments, left_out={OUTPUT_SETTING, *secrets}))
    job = ScheduledCrawl(_name(arguments), arguments.every, crawl, settings[OUTPUT_SETTING], secrets)
    for value in (*job.arguments, job.output, package, sys.executable):
        if unseen := next((char for char in value if unicodedata.category(char) in UNSEEN_CATEGORIES), None):
            raise UsageError(f"{value!r}: holds a character that no schedule can hold: {unseen!r}")
    match arguments.scheduler:
        case "cron":
            text = cron.render(job)
        case "systemd":
            text = systemd.render(job)
        case _:
            text = github.render(job, package, arguments.repository or "", pages=arguments.pages)
            _warn_of_recipes(settings)
    sys.stdout.write(text)
    return 0


def _package(arguments: argparse.Namespace) -> str:
    """Return what pip installs in the workflow. Raises UsageError if it is not given. There is no default, because
    anybody could own the name on PyPI."""
    if arguments.package is None:
        if arguments.scheduler == "github":
            raise UsageError(f"say what pip is to install there, such as --package '{PACKAGE_EXAMPLE}'")
        return ""
    package = str(arguments.package).strip()
    if not package or package.startswith("-"):
        raise UsageError(f"--package {arguments.package}: expected what pip can install, and no option of pip's")
    return package


def _warn_of_recipes(settings: Configuration) -> None:
    """Warn that directories of recipes on this machine are not on GitHub unless they are committed."""
    for directory in settings["ARCHIVER_RECIPES"]:
        sys.stderr.write(
            f"archiver: ARCHIVER_RECIPES={directory}: the workflow looks for this directory in the repository, as seen "
            "from its root; commit the recipes there\n"
        )


def _environment(arguments: argparse.Namespace) -> list[tuple[str, str]]:
    """Return the settings that are given by environment variables and not by `-s`, as pairs of name and value."""
    named_settings = {name for name, _ in arguments.settings}
    names = [name for name in settings_from(arguments) if name.startswith("ARCHIVER_") and name not in named_settings]
    return [(name, os.environ[name]) for name in names if name in os.environ]


def _crawl_arguments(arguments: argparse.Namespace, left_out: set[str]) -> list[str]:
    """Return what follows `archiver crawl` in the command. left_out: settings that are passed in another way."""
    words = list(arguments.sources)
    if arguments.profile:
        words += ["--profile", arguments.profile]
    if arguments.force:
        words += ["--force"]
    if arguments.site:
        words += ["--site"]
    for name, value in dict(arguments.settings).items():
        if name not in left_out:
            words += ["-s", f"{name}={value}"]
    return words


def _name(arguments: argparse.Namespace) -> str:
    """Return the schedule's name. Raises UsageError."""
    names = arguments.sources
    if arguments.name is None:
        name = "-".join(["archiver", *(re.sub(r"[^A-Za-z0-9_.-]+", "-", one.replace("/", ".")) for one in names)])
        # One source gives a unique name: names of sources contain no dot. Several do only without hyphens, since a
        # hyphen separates them.
        clear = all(re.fullmatch(SOURCE_EXPRESSION, one) for one in names) and (
            len(names) == 1 or "-" not in "".join(names)
        )
        if clear and len(name) <= 64:
            return name
        # Other sources could give the same shortened name, so a checksum is added: two schedules must not share a
        # name, which is also that of a lock and a file.
        mark = crc32("\0".join(arguments.sources).encode()) & 0xFFFFFF
        return f"{name[:57].rstrip('-')}-{mark:06x}"
    if not re.fullmatch(NAME_EXPRESSION, arguments.name):
        raise UsageError(
            f"--name {arguments.name}: expected at most 64 letters (a-z), digits, dots, underscores and hyphens, "
            "and a letter or a digit first"
        )
    return str(arguments.name)
