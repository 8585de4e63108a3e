"""Scrapy's settings: made from a configuration, or completed where Scrapy itself was started without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.settings import SETTINGS_PRIORITIES, Settings

from archiver.configuration import SETTINGS, Origin, load_configuration
from archiver.configuration.known import SETTING_PREFIX
from archiver.errors import PluginError, UsageError
from archiver.plugins import ADDONS_GROUP, load_plugins
from archiver.suggestions import did_you_mean

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from archiver.configuration import Configuration

FIRST_ADDON = 500  # the order of the first plug-in in ADDONS; users can put theirs before with lower numbers
COMMAND_LINE = SETTINGS_PRIORITIES["cmdline"]


def scrapy_settings(configuration: Configuration) -> Settings:
    """Return the settings of a crawl with `configuration`.

    Our own settings get the priority of the command line, as the configuration has decided about them. Scrapy's get it
    if they were given on the command line, else that of the project. Raises UsageError for an unknown setting whose
    name is nearly that of a known one. Other unknown names are accepted: they may be settings of plug-ins.
    """
    settings = Settings()
    known = {*settings, *(configuration.keys() - configuration.foreign)}
    for name in configuration.foreign - known:
        if suggestion := did_you_mean(name, known):
            raise UsageError(f"{name}: no such setting{suggestion}")
    for name, value in configuration.items():
        given = configuration.origin(name) is Origin.COMMAND_LINE
        settings.set(name, value, priority="cmdline" if given or name.startswith(SETTING_PREFIX) else "project")
    return settings


def complete_settings(settings: BaseSettings) -> None:
    """Complete and check the settings of a crawl that was started with Scrapy itself (`scrapy crawl`): the environment
    and the archive's own file count as they do for `archiver`. Settings from `scrapy_settings` are complete, and are
    not changed. Raises UsageError."""
    given = {name: settings[name] for name in settings if (settings.getpriority(name) or 0) >= COMMAND_LINE}
    if all(name in given for name in SETTINGS if name.startswith(SETTING_PREFIX)):
        return
    configuration = load_configuration(given, project=dict(settings))
    for name in SETTINGS:
        ours = name.startswith(SETTING_PREFIX)
        settings.set(name, configuration[name], priority="cmdline" if ours else settings.getpriority(name) or 0)


def add_plugins(settings: BaseSettings) -> None:
    """Put the add-ons of plug-ins (entry points in `archiver.addons`) into ADDONS, except those that are in it already:
    the user turns one off with None there.

    Scrapy applies ADDONS when a crawl begins. Code that builds components without a crawl must call
    `crawler.addons.load_settings(crawler.settings)` first. Raises PluginError.
    """
    for order, plugin in enumerate(load_plugins(ADDONS_GROUP), FIRST_ADDON):
        if not isinstance(plugin.loaded, type):
            raise PluginError(f"{plugin.name}: is not a class")
        settings.setdefault_in_component_priority_dict("ADDONS", plugin.loaded, order)
    # With a higher priority than before, since a crawler process applies its own settings to the crawler's once more.
    settings.set("ADDONS", settings.getdict("ADDONS"), priority=(settings.getpriority("ADDONS") or 0) + 1)
