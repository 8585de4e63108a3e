"""The settings of a run: those of the environment taken in, and all that a user may set looked at. No I/O."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from archiver.errors import PluginError
from archiver.plugins import ADDONS, load_plugins
from archiver.spans import read_span

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

CHOICES = {"ARCHIVER_PROFILE": ("clean", "source"), "ARCHIVER_LAYOUT": ("flat", "month")}
SWITCHES = ("ARCHIVER_FORCE", "ARCHIVER_EVERY_FORM", "ARCHIVER_DRY_RUN", "ROBOTSTXT_OBEY")
NUMBERS = (
    *(
        "ARCHIVER_BACKOFF",
        "ARCHIVER_RETRY_AFTER_MAX",
        "ARCHIVER_MAX_REQUESTS",
        "ARCHIVER_MAX_SECONDS",
        "ARCHIVER_WARC_SIZE",
    ),
    *("DOWNLOAD_DELAY", "DOWNLOAD_TIMEOUT", "RETRY_TIMES", "CONCURRENT_REQUESTS", "CONCURRENT_REQUESTS_PER_DOMAIN"),
)

FIRST_ADDON = 500  # after those that users put into ADDONS with lower numbers


def take_environment(settings: BaseSettings) -> None:
    """Set each ARCHIVER_ setting that is an environment variable: above a settings module, below the command line."""
    for name in settings:
        if name.startswith("ARCHIVER_") and name in os.environ:
            settings.set(name, os.environ[name], priority="spider")


def add_plugins(settings: BaseSettings) -> None:
    """Put the add-ons of plug-ins (entry points in `archiver.addons`) into ADDONS, unless it has something to say of
    them already: None there turns one off.

    Scrapy applies what is in ADDONS when a crawl begins; who builds components without a crawl calls
    `crawler.addons.load_settings(crawler.settings)` first. Raises PluginError.
    """
    for order, plugin in enumerate(load_plugins(ADDONS), FIRST_ADDON):
        if not isinstance(plugin.loaded, type):
            raise PluginError(f"{plugin.name}: is not a class")
        settings.setdefault_in_component_priority_dict("ADDONS", plugin.loaded, order)
    # Above what they were: a process that runs a crawler puts its own settings over the crawler's once more.
    settings.set("ADDONS", settings.getdict("ADDONS"), priority=(settings.getpriority("ADDONS") or 0) + 1)


def check(settings: BaseSettings) -> None:
    """Raise UsageError for a setting that is not what it must be."""
    for name, choices in CHOICES.items():
        if settings[name] not in choices:
            raise UsageError(f"{name}: expected {' or '.join(choices)}, got {settings[name]!r}")
    for name in (*SWITCHES, *(("ARCHIVER_WARC",) if settings["ARCHIVER_WARC"] not in (None, "") else ())):
        try:
            settings.getbool(name)
        except ValueError as error:
            raise UsageError(f"{name}: expected True or False, got {settings[name]!r}") from error
    for name in NUMBERS:
        try:
            number = settings.getfloat(name)
        except ValueError as error:
            raise UsageError(f"{name}: expected a number, got {settings[name]!r}") from error
        if not (math.isfinite(number) and number >= 0):
            raise UsageError(f"{name}: expected a number that is not negative, got {settings[name]!r}")
    if settings["ARCHIVER_RECHECK"]:
        try:
            read_span(settings["ARCHIVER_RECHECK"])
        except ValueError as error:
            raise UsageError(f"ARCHIVER_RECHECK: {error}") from error
    if not str(settings["ARCHIVER_OUTPUT"]).strip():
        raise UsageError("ARCHIVER_OUTPUT: expected a directory")
