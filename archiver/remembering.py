"""An archive remembers the settings that decide what is written into it, so that later runs without them do not write
different posts."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from archiver.configuration import SETTINGS, Origin, remember
from archiver.index import Index
from archiver.places import INDEX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archiver.configuration import Configuration
    from archiver.recipes import Recipe

# Settings from here hold for one run, unless the archive keeps them.
GIVEN_ORIGINS = (
    Origin.ENVIRONMENT,
    Origin.COMMAND_LINE,
)


@contextmanager
def remembering(configuration: Configuration) -> Iterator[None]:
    """If the code in the `with` block makes a new archive, or another directory for one whose index is on a server,
    have it remember the settings that were given for it. Raises StoreError."""
    output, server = configuration.output, str(configuration["ARCHIVER_INDEX"])
    new = not Index.exists(output, server) or not (output / INDEX).is_dir()
    yield
    if new and Index.exists(output, server):
        given = {
            name: configuration[name]
            for name, setting in SETTINGS.items()
            if setting.identity and configuration.origin(name) in GIVEN_ORIGINS
        }
        remember(output, given)


def remember_profile(configuration: Configuration, recipes: Mapping[str, Recipe]) -> Configuration:
    """Have an adopted archive remember its profile: the one that was given, or else the one that its posts are in.
    Return the configuration with that profile. Raises StoreError."""
    from archiver.adoption.archive_profile import profile_of  # only here: it loads all that reads posts

    said = configuration.origin("ARCHIVER_PROFILE")
    if said in GIVEN_ORIGINS:
        remember(configuration.output, {"ARCHIVER_PROFILE": configuration["ARCHIVER_PROFILE"]})
    elif said is not Origin.ARCHIVE and (found := profile_of(configuration.root, recipes)):
        remember(configuration.output, {"ARCHIVER_PROFILE": found})
        return configuration.override({"ARCHIVER_PROFILE": found})
    return configuration
