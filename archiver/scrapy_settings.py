"""Scrapy's settings: of a configuration, and of somebody who starts Scrapy without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.settings import SETTINGS_PRIORITIES, Settings

from archiver.configuration import SETTINGS, Origin, load_configuration
from archiver.configuration.known import PREFIX
from archiver.errors import PluginError, UsageError
from archiver.plugins import ADDONS, load_plugins
from archiver.suggestions import did_you_mean

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from archiver.configuration import Configuration

FIRST_ADDON = 500  # after those that users put into ADDONS with lower numbers
COMMAND_LINE = SETTINGS_PRIORITIES["cmdline"]


def scrapy_settings(configuration: Configuration) -> Settings:
    """Return the settings of a crawl with `configuration`.

    Settings of ours have the command line's priority, as they are decided; Scrapy's own the one of where they were
    given. Raises UsageError for a setting of Scrapy's that was given on the command line and is nearly one that there
    is: those of plug-ins, which nobody here knows, have other names.
    """
    settings = Settings()
    known = {*settings, *(configuration.keys() - configuration.foreign)}
    for name in configuration.foreign - known:
        if suggestion := did_you_mean(name, known):
            raise UsageError(f"{name}: no such setting{suggestion}")
    for name, value in configuration.items():
        given = configuration.origin(name) is Origin.COMMAND_LINE
        settings.set(name, value, priority="cmdline" if given or name.startswith(PREFIX) else "project")
    return settings


def complete_settings(settings: BaseSettings) -> None:
    """Complete and check the settings of a crawl that Scrapy itself was started for: the environment and the archive's
    own file count as they do for `archiver`. Those that `scrapy_settings` returned stay. Raises UsageError."""
    given = {name: settings[name] for name in settings if (settings.getpriority(name) or 0) >= COMMAND_LINE}
    if all(name in given for name in SETTINGS if name.startswith(PREFIX)):
        return
    configuration = load_configuration(given, project=dict(settings))
    for name in SETTINGS:
        ours = name.startswith(PREFIX)
        settings.set(name, configuration[name], priority="cmdline" if ours else settings.getpriority(name) or 0)


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
