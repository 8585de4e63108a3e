"""Tells of the alarms of a run, by the command or the address that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.commands.display import say
from archiver.notify import notify

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from typing import Any

    from archiver.archive import Archive

SETTING_OF_OPTION = {"on_alarm": "ARCHIVER_ON_ALARM", "on_alarm_post": "ARCHIVER_ON_ALARM_POST"}


def add_alarm_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how alarms are reported."""
    parser.add_argument(
        "--on-alarm",
        metavar="COMMAND",
        help="if there are alarms, run this command with the report of the run as JSON on its input",
    )
    parser.add_argument(
        "--on-alarm-post", metavar="ADDRESS", help="if there are alarms, send the report to this address by POST"
    )


def alarm_settings(arguments: argparse.Namespace) -> dict[str, str | None]:
    """Return the settings that these options give."""
    return {setting: getattr(arguments, option) for option, setting in SETTING_OF_OPTION.items()}


def tell_of_alarms(archive: Archive, content: Mapping[str, Any]) -> None:
    """Send a report with alarms to the command and the address that the settings name. If that fails, print why; the
    exit status stays the same."""
    settings = archive.configuration
    for problem in notify(content, settings["ARCHIVER_ON_ALARM"], settings["ARCHIVER_ON_ALARM_POST"]):
        say(problem)
