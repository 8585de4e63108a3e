"""The configuration of an archive and of a run: every setting, checked, from all the places where one can be given."""

from archiver.configuration.archive_file import ARCHIVE_FILE, remember
from archiver.configuration.configuration import Configuration, Origin, root_of
from archiver.configuration.known import SETTINGS, setting_name
from archiver.configuration.load import load_configuration

__all__ = [
    "ARCHIVE_FILE",
    "SETTINGS",
    "Configuration",
    "Origin",
    "load_configuration",
    "remember",
    "root_of",
    "setting_name",
]
