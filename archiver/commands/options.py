"""Options that commands share: they are settings under shorter names."""

from __future__ import annotations

import argparse
from contextlib import contextmanager
from typing import TYPE_CHECKING

from archiver.configuration import load_configuration
from archiver.errors import IndexFileError
from archiver.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archiver.configuration import Configuration


def add_settings_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that `settings_from` reads."""
    parser.add_argument("--output", metavar="DIR", help="where posts go, into _posts there (ARCHIVER_OUTPUT)")
    parser.add_argument("--profile", choices=("clean", "source"), help="of the body (ARCHIVER_PROFILE)")
    parser.add_argument("--force", action="store_true", help="rewrite posts that have not changed, too")
    parser.add_argument(
        "-s", dest="settings", metavar="NAME=VALUE", action="append", default=[], type=_setting, help="any setting"
    )


def add_warc_option(parser: argparse.ArgumentParser, default: str) -> None:
    """Add the option that says whether answers are captured. default: what is done without, in words."""
    parser.add_argument(
        "--warc",
        action=argparse.BooleanOptionalAction,
        help=f"capture the answers that posts are made of in WARC files (ARCHIVER_WARC); {default}",
    )


def settings_from(arguments: argparse.Namespace, **more: object) -> Configuration:
    """Return the configuration that the options in `arguments`, and `more` settings, give. Raises UsageError."""
    options = {
        "ARCHIVER_OUTPUT": arguments.output,
        "ARCHIVER_PROFILE": arguments.profile,
        "ARCHIVER_FORCE": arguments.force or None,
        "ARCHIVER_WARC": getattr(arguments, "warc", None),
    }
    given = {name: value for name, value in (options | more).items() if value is not None}
    # A command speaks for itself; what goes wrong inside is still logged.
    return load_configuration({"LOG_LEVEL": "ERROR", **dict(arguments.settings), **given})


@contextmanager
def looking(output: Path) -> Iterator[Index]:
    """Open the index of `output` for reading. Raises IndexFileError if there is none."""
    if not Index.exists(output):
        raise IndexFileError(f"{output}: there is no index: nothing has been crawled into it yet")
    index = Index.read(output)
    try:
        yield index
    finally:
        index.close()


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, got {text!r}")
    return name, value
