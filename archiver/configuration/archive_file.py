"""The archive's own file: it has the settings that belong to the archive, so that the archive can be moved and handed
on.

It is YAML, a mapping of settings' names to values. Its name begins with an underscore, so that Jekyll leaves it alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from archiver.configuration.known import SETTING_PREFIX, SETTINGS
from archiver.errors import StoreError, UsageError, os_reason
from archiver.server_address import without_secrets
from archiver.storage import write_atomically
from archiver.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

ARCHIVE_FILE = "_archiver.yaml"
FILE_HEAD = "# Settings of this archive; the command line and the environment count above them.\n"


def read_archive_file(output: Path) -> dict[str, Any]:
    """Return the settings in the archive's own file, unchecked; none if there is no such file.

    Paths of recipes are relative to the archive. Raises UsageError for a file that cannot be read, and for a name that
    is not one of an archive's settings.
    """
    file = output / ARCHIVE_FILE
    if file.exists() and not file.is_file():  # a pipe, for example, from which a read would never return
        raise UsageError(f"{file}: cannot be read: it is no file")
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {os_reason(error)}") from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: no UTF-8, or a value such as the date 2021-13-45
        raise UsageError(f"{file}: is not readable as YAML: {without_secrets(' '.join(str(error).split()))}") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise UsageError(f"{file}: expected a line NAME: VALUE for each setting, got {type(content).__name__}")
    of_archive = [name for name, setting in SETTINGS.items() if setting.of_archive]
    for name in content:
        if name in SETTINGS and name not in of_archive:
            raise UsageError(f"{file}: {name} belongs to a run and not to an archive; give it with -s {name}=…")
        if name not in of_archive:
            raise UsageError(f"{file}: {name}: no such setting{did_you_mean(str(name), of_archive, SETTING_PREFIX)}")
    if "ARCHIVER_RECIPES" in content:
        content["ARCHIVER_RECIPES"] = _below(output, content["ARCHIVER_RECIPES"])
    return content


def remember(output: Path, settings: Mapping[str, Any]) -> list[str]:
    """Add settings to the archive's own file, and return the names of those that were added: settings that it has
    already are not changed. Raises UsageError for a file that cannot be read, StoreError for one that cannot be
    written."""
    said = read_archive_file(output)
    new = {name: value for name, value in settings.items() if name not in said}
    if not new:
        return []
    if "ARCHIVER_RECIPES" in new:
        new["ARCHIVER_RECIPES"] = [_seen_from(output, Path(one)) for one in new["ARCHIVER_RECIPES"]]
    file = output / ARCHIVE_FILE
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else FILE_HEAD
        before += "" if before.endswith("\n") else "\n"
        write_atomically(file, (before + yaml.safe_dump(new, allow_unicode=True, sort_keys=False)).encode())
    except OSError as error:
        raise StoreError(f"{file}: cannot be written: {os_reason(error)}") from error
    return list(new)


def _below(output: Path, recipes: Any) -> Any:
    """Return directories that are named relative to the archive as paths that are right for this process."""
    directories = SETTINGS["ARCHIVER_RECIPES"].read(recipes)
    assert isinstance(directories, tuple)
    return tuple(str(output / one) for one in directories)


def _seen_from(output: Path, directory: Path) -> str:
    """Return a directory's path relative to the archive if it is within the archive, else its absolute path."""
    whole = directory.absolute()
    return str(whole.relative_to(output.absolute()) if whole.is_relative_to(output.absolute()) else whole)
