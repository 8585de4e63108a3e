"""From the places where settings are given to a configuration. Scrapy is not needed for it."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.configuration.archive_file import ARCHIVE_FILE, read_archive_file
from archiver.configuration.configuration import Configuration, Origin
from archiver.configuration.known import PREFIX, SETTINGS
from archiver.errors import UsageError
from archiver.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULTS = "archiver.settings"
SETTINGS_MODULE = "SCRAPY_SETTINGS_MODULE"


def load_configuration(
    overrides: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    project: Mapping[str, object] | None = None,
) -> Configuration:
    """Return the configuration that counts. Of each setting the first of these does: `overrides` (the command line, or
    arguments in Python), the environment's variables of its name (those that begin with ARCHIVER_), the archive's own
    file, `project`, and the default in `archiver.settings`.

    environ: without it, the process's. project: settings of a project; without it, those of the module that
    SCRAPY_SETTINGS_MODULE names. Raises UsageError for a name that there is not and for a value that cannot be, with
    where it was given.
    """
    environ = os.environ if environ is None else environ
    layers: dict[Origin, Mapping[str, object]] = {
        Origin.DEFAULT: _settings_in(DEFAULTS),
        Origin.SETTINGS_MODULE: _settings_module(environ) if project is None else project,
        Origin.ENVIRONMENT: {name: value for name, value in environ.items() if name.startswith(PREFIX)},
        Origin.COMMAND_LINE: overrides or {},
    }
    output = next(
        layer["ARCHIVER_OUTPUT"] for _, layer in sorted(layers.items(), reverse=True) if "ARCHIVER_OUTPUT" in layer
    )
    directory = _checked("ARCHIVER_OUTPUT", output, "")
    layers[Origin.ARCHIVE] = read_archive_file(Path(str(directory)))
    names = {
        Origin.SETTINGS_MODULE: environ.get(SETTINGS_MODULE, "the project's settings"),
        Origin.ARCHIVE: f"{directory}/{ARCHIVE_FILE}",
        Origin.ENVIRONMENT: "environment",
    }
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    foreign: set[str] = set()
    for origin in sorted(layers):
        foreign = layers[origin].keys() - values.keys()
        place = f"{names[origin]}: " if origin in names else ""
        for name, value in layers[origin].items():
            if name not in values:
                _look_at_name(name, place)
            values[name] = _checked(name, value, place)
            origins[name] = origin
    return Configuration(values, origins, foreign)


def _settings_module(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings in the module that SCRAPY_SETTINGS_MODULE names, none if it names none. Raises UsageError."""
    module = environ.get(SETTINGS_MODULE)
    if not module:
        return {}
    try:
        return _settings_in(module)
    except Exception as error:  # whatever somebody's module raises
        said = " ".join(str(error).split())
        raise UsageError(f"{SETTINGS_MODULE}: cannot import {module}: {type(error).__name__}: {said}") from error


def _settings_in(module: str) -> dict[str, Any]:
    return {name: value for name, value in vars(import_module(module)).items() if name.isupper()}


def _look_at_name(name: str, place: str) -> None:
    """Raise UsageError for a setting of ours that there is not. What else there may be, Scrapy and its plug-ins say."""
    if name.startswith(PREFIX) and name not in SETTINGS:
        suggestion = did_you_mean(name, (one for one in SETTINGS if one.startswith(PREFIX)), PREFIX)
        raise UsageError(f"{place}{name}: no such setting{suggestion}")


def _checked(name: str, value: object, place: str) -> object:
    if name not in SETTINGS:
        return value
    try:
        return SETTINGS[name].read(value)
    except ValueError as error:
        raise UsageError(f"{place}{name}: {error}") from error
