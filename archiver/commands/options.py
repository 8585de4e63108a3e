"""Options that several commands share. Most are settings under shorter names."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.archive import Archive
from archiver.configuration import load_configuration

if TYPE_CHECKING:
    from archiver.configuration import Configuration

LOG_LEVELS = ("ERROR", "INFO", "DEBUG")  # without -v, with -v and with -vv


def add_archive_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the archive."""
    parser.add_argument(
        "--output", metavar="DIR", help="the directory of the archive; posts are in its _posts (ARCHIVER_OUTPUT)"
    )
    parser.set_defaults(is_about_archive=True)


def add_setting_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that gives any setting."""
    parser.add_argument(
        "-s",
        dest="settings",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        type=_setting,
        help="any setting (docs/settings.md)",
    )


def add_settings_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of commands that write posts."""
    add_archive_option(parser)
    parser.add_argument(
        "--profile", choices=("clean", "source"), help="how much of a body's markup posts keep (ARCHIVER_PROFILE)"
    )
    parser.add_argument("--force", action="store_true", help="also rewrite posts that have not changed")
    add_setting_option(parser)


def add_talk_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how much a command prints."""
    parser.add_argument("-v", "--verbose", action="count", default=0, help="log what is done, with times; -vv: more")
    parser.add_argument("-q", "--quiet", action="store_true", help="say only what went wrong")
    parser.add_argument("--no-progress", action="store_true", help="show no progress on a terminal")


def add_paywall_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that keeps the beginnings of articles whose rest only subscribers can read."""
    parser.add_argument(
        "--keep-paywalled",
        action="store_true",
        help="take the beginning of an article whose rest only subscribers can read; it is marked as `paywalled`",
    )


def add_engine_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose the engine that does the work, and its number of processes."""
    parser.add_argument(
        "--engine",
        default="",
        metavar="ENGINE",
        help="what does the work: `processes` of this machine (the default), `dask`, or a cluster: `dask://host:port`",
    )
    cores = os.cpu_count() or 1
    parser.add_argument("--jobs", type=int, metavar="N", help=f"the number of processes (default {cores}: one a core)")


def add_warc_option(parser: argparse.ArgumentParser, default: str) -> None:
    """Add the option that says whether answers are captured. default: for its help, what happens without it."""
    parser.add_argument(
        "--warc",
        action=argparse.BooleanOptionalAction,
        help=f"capture the answers that posts are made of in WARC files (ARCHIVER_WARC); {default}",
    )


def _add_warc_pages_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that captures the web page of each new post with everything that it loads."""
    parser.add_argument(
        "--warc-pages",
        action="store_true",
        help="also capture the web page of each new post with all that it loads (ARCHIVER_WARC_PAGES): docs/browser.md",
    )


def add_fetching_options(parser: argparse.ArgumentParser, default: str) -> None:
    """Add the options of commands that fetch articles. default: for the help of `--warc`, what happens without it."""
    add_browser_option(parser)
    add_warc_option(parser, default)
    _add_warc_pages_option(parser)
    add_pictures_option(parser)
    add_settings_options(parser)
    add_talk_options(parser)


def add_browser_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that has a browser draw pages before they are read."""
    parser.add_argument(
        "--browser",
        action="store_true",
        help="have a browser draw each page before it is read (ARCHIVER_BROWSER=always): docs/browser.md",
    )


def add_pictures_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that says whether pictures are kept as files of the archive."""
    parser.add_argument(
        "--pictures",
        action=argparse.BooleanOptionalAction,
        help="keep the pictures of articles as files of the archive, which posts show (ARCHIVER_PICTURES); default: "
        "only if the recipe says so",
    )


def add_target_option(parser: argparse.ArgumentParser, what: str) -> None:
    """Add the option that names a file to write. what: for its help, what happens without it."""
    parser.add_argument("-o", "--to", dest="target", metavar="FILE", help=f"where to write it; {what}")


def settings_from(arguments: argparse.Namespace, **more: object) -> Configuration:
    """Return the configuration from the options in `arguments` and from `more` settings. Raises UsageError, and
    StoreError if `--output` names something else than a directory, or is forgotten in the directory of an archive. (A
    command that needs no archive does not mind what is at the default's place.)"""
    options = {
        "ARCHIVER_OUTPUT": arguments.output,
        "ARCHIVER_PROFILE": getattr(arguments, "profile", None),
        "ARCHIVER_FORCE": getattr(arguments, "force", False) or None,
        "ARCHIVER_KEEP_PAYWALLED": getattr(arguments, "keep_paywalled", False) or None,
        "ARCHIVER_WARC": getattr(arguments, "warc", None),
        "ARCHIVER_WARC_PAGES": getattr(arguments, "warc_pages", False) or None,
        "ARCHIVER_BROWSER": "always" if getattr(arguments, "browser", False) else None,
        "ARCHIVER_PICTURES": getattr(arguments, "pictures", None),
    }
    by_option = {name: value for name, value in (options | more).items() if value is not None}
    level = LOG_LEVELS[min(getattr(arguments, "verbose", 0), len(LOG_LEVELS) - 1)]
    settings = load_configuration({"LOG_LEVEL": level, **dict(getattr(arguments, "settings", ())), **by_option})
    if arguments.output is not None:
        settings.refuse_file()
    elif getattr(arguments, "is_about_archive", False):
        settings.refuse_inner()
    return settings


def archive_from(arguments: argparse.Namespace, **more: object) -> Archive:
    """Return the archive that the options in `arguments` name. Raises UsageError, and StoreError for one that is no
    directory."""
    return Archive.configured(settings_from(arguments, **more))


def path_from(target: str | None) -> Path | None:
    """Return the file that `--to` names; None for standard output (`-`, or nothing)."""
    return Path(target) if target and target != "-" else None


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, got {text!r}")
    return name, value
