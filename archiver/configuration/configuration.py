"""A configuration: the settings that are in effect, and where each was given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.errors import StoreError
from archiver.places import INDEX
from archiver.storage import SplitRoot

if TYPE_CHECKING:
    from archiver.storage import Root


class Origin(IntEnum):
    """Where a setting was given; the greater one takes precedence."""

    DEFAULT = 0
    SETTINGS_MODULE = 1
    ARCHIVE = 2
    ENVIRONMENT = 3
    COMMAND_LINE = 4  # or an argument in Python


class Configuration(Mapping[str, Any]):
    """A frozen mapping of settings' names to values. Values of settings in `SETTINGS` are checked, and have the type
    that their kind returns; all others are Scrapy's, and are as they were given."""

    def __init__(self, values: Mapping[str, Any], origins: Mapping[str, Origin], foreign: Iterable[str] = ()) -> None:
        """values: of each setting. origins: where each was given; a setting without an origin has its default. foreign:
        names that only the command line has: they may be Scrapy's, a plug-in's, or a mistake."""
        self._values = dict(values)
        self._origins = dict(origins)
        self.foreign = frozenset(foreign)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def origin(self, name: str) -> Origin:
        """Return where the setting `name` was given."""
        return self._origins.get(name, Origin.DEFAULT)

    def override(self, values: Mapping[str, Any]) -> Configuration:
        """Return the configuration with other values for some settings, as if the command line had given them. They are
        not checked."""
        origins = self._origins | dict.fromkeys(values, Origin.COMMAND_LINE)
        return Configuration(self._values | dict(values), origins, self.foreign)

    @property
    def output(self) -> Path:
        """The directory of the archive."""
        return Path(self["ARCHIVER_OUTPUT"])

    def refuse_file(self) -> None:
        """Raise StoreError if something else than a directory is where the archive should be."""
        if self.output.exists() and not self.output.is_dir():
            raise StoreError(f"{self.output}: is no directory; name the archive's with --output")

    def refuse_inner(self) -> None:
        """Raise StoreError if nobody has named the archive, there is none at the default's place, and the working
        directory is one: whoever stands in an archive means that one, and not a new one in it."""
        if self.origin("ARCHIVER_OUTPUT") is Origin.DEFAULT and Path(INDEX).is_dir() and not self.output.exists():
            raise StoreError(
                f"{self.output}: there is no such archive; the working directory is one, which `--output .` names"
            )

    @property
    def root(self) -> Root:
        """Where the files of the archive are: in its directory, or some of them in a store."""
        return root_of(self)


def root_of(settings: Mapping[str, Any]) -> Root:
    """Return where the files of an archive are, by its settings."""
    directory, store = Path(settings["ARCHIVER_OUTPUT"]), settings["ARCHIVER_STORE"]
    return SplitRoot(directory, store) if store else directory
