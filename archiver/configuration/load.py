"""Making a configuration from all the places where settings are given. It needs no Scrapy."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.configuration.archive_file import ARCHIVE_FILE, read_archive_file
from archiver.configuration.configuration import Configuration, Origin
from archiver.configuration.known import SETTING_PREFIX, SETTINGS
from archiver.errors import UsageError
from archiver.places import INDEX
from archiver.storage import STORED_PARTS
from archiver.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULTS_MODULE = "archiver.settings"
SETTINGS_MODULE = "SCRAPY_SETTINGS_MODULE"
STORE = "ARCHIVER_STORE"


def load_configuration(
    overrides: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    project: Mapping[str, object] | None = None,
) -> Configuration:
    """Return the configuration. For each setting the first of these places that has it counts: `overrides` (the command
    line, or arguments in Python), the environment variable of its name (if that begins with ARCHIVER_), the archive's
    own file, `project`, and the default in `archiver.settings`.

    environ: None: that of the process. project: settings of a Scrapy project; None: those of the module that
    SCRAPY_SETTINGS_MODULE names. Raises UsageError for an unknown name and for an invalid value, and says where it was
    given.
    """
    environ = os.environ if environ is None else environ
    layers: dict[Origin, Mapping[str, object]] = {
        Origin.DEFAULT: _settings_in(DEFAULTS_MODULE),
        Origin.SETTINGS_MODULE: _settings_module(environ) if project is None else project,
        Origin.ENVIRONMENT: {name: value for name, value in environ.items() if name.startswith(SETTING_PREFIX)},
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
    _refuse_other_place(Path(str(directory)), layers[Origin.ARCHIVE].get(STORE), values, origins, names)
    return Configuration(values, origins, foreign)


def _refuse_other_place(
    directory: Path,
    kept: object,
    values: Mapping[str, Any],
    origins: Mapping[str, Origin],
    names: Mapping[Origin, str],
) -> None:
    """Raise UsageError if there is an archive in `directory`, and its files are known to be in another place than the
    one that was given: a run would write only half of the archive there, and a reader would miss the other half.

    kept: the store that the archive's own file names, or None. names: of the places where settings are given.
    """
    given, origin = values[STORE], origins[STORE]
    if origin in (Origin.DEFAULT, Origin.ARCHIVE) or not (directory / INDEX).is_dir():
        return
    if kept is not None:
        where = f"{kept}, as {names[Origin.ARCHIVE]} says" if _checked(STORE, kept, "") != given else ""
    else:
        part = next((one for one in STORED_PARTS if (directory / one).is_dir()), "") if given else ""
        where = f"{directory} ({part}, say)" if part else ""
    if where:
        place = f"{names[origin]}: " if origin in names else ""
        raise UsageError(
            f"{place}{STORE}: {given or '(empty)'}: the files of this archive are in {where}; name no other place, "
            "or move them first (docs/scale.md: Move there)"
        )


def _settings_module(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings in the module that SCRAPY_SETTINGS_MODULE names; none if it is not set. Raises UsageError."""
    module = environ.get(SETTINGS_MODULE)
    if not module:
        return {}
    try:
        return _settings_in(module)
    except Exception as error:  # a user's module may raise anything
        said = " ".join(str(error).split())
        raise UsageError(f"{SETTINGS_MODULE}: cannot import {module}: {type(error).__name__}: {said}") from error


def _settings_in(module: str) -> dict[str, Any]:
    return {name: value for name, value in vars(import_module(module)).items() if name.isupper()}


def _look_at_name(name: str, place: str) -> None:
    """Raise UsageError for an unknown setting of ours. Which other settings exist is for Scrapy and its plug-ins to
    say."""
    if name.startswith(SETTING_PREFIX) and name not in SETTINGS:
        suggestion = did_you_mean(name, (one for one in SETTINGS if one.startswith(SETTING_PREFIX)), SETTING_PREFIX)
        raise UsageError(f"{place}{name}: no such setting{suggestion}")


def _checked(name: str, value: object, place: str) -> object:
    if name not in SETTINGS:
        return value
    try:
        return SETTINGS[name].read(value)
    except ValueError as error:
        raise UsageError(f"{place}{name}: {error}") from error
