"""An archive remembers the settings that decide what is written into it: a later run without them would write other
posts."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from archiver.adoption.found import profile_of
from archiver.configuration import SETTINGS, Origin, remember
from archiver.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archiver.configuration import Configuration
    from archiver.recipes import Recipe

GIVEN = (Origin.ENVIRONMENT, Origin.COMMAND_LINE)  # for this run only, if the archive does not remember them


@contextmanager
def remembering(configuration: Configuration) -> Iterator[None]:
    """Have an archive that is new by the end remember the settings that it was begun with. Raises StoreError."""
    output, server = configuration.output, str(configuration["ARCHIVER_INDEX"])
    new = not Index.exists(output, server)
    yield
    if new and Index.exists(output, server):
        given = {
            name: configuration[name]
            for name, setting in SETTINGS.items()
            if setting.identity and configuration.origin(name) in GIVEN
        }
        remember(output, given)


def remember_profile(configuration: Configuration, recipes: Mapping[str, Recipe]) -> Configuration:
    """Have an archive that is adopted remember its profile, the one that was given or that its posts are in; return the
    configuration with it. Raises StoreError."""
    said = configuration.origin("ARCHIVER_PROFILE")
    if said in GIVEN:
        remember(configuration.output, {"ARCHIVER_PROFILE": configuration["ARCHIVER_PROFILE"]})
    elif said is not Origin.ARCHIVE and (found := profile_of(configuration.root, recipes)):
        remember(configuration.output, {"ARCHIVER_PROFILE": found})
        return configuration.override({"ARCHIVER_PROFILE": found})
    return configuration
