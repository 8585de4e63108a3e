"""The secrets of a scheduled crawl. They must not be in its command: anybody who lists processes can read commands."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from archiver.configuration import Origin
from archiver.server_address import without_secrets

if TYPE_CHECKING:
    from archiver.configuration import Configuration

INDEX_SETTING = "ARCHIVER_INDEX"
ALARM_SETTING = "ARCHIVER_ON_ALARM_POST"
PASSWORD_VARIABLE = "PGPASSWORD"
KEY_VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
STORE_VARIABLES = (
    *("AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"),
    *("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
)


def secret_names(settings: Configuration) -> tuple[str, ...]:
    """Return the names of the environment variables that must be set for the scheduled crawl: secrets, and settings
    that are used together with them."""
    names = (
        [INDEX_SETTING]
        if _is_given(settings, INDEX_SETTING) and without_secrets(settings[INDEX_SETTING]) != settings[INDEX_SETTING]
        else []
    )
    names += [ALARM_SETTING] if settings[ALARM_SETTING] else []
    names += [PASSWORD_VARIABLE] if settings[INDEX_SETTING] and PASSWORD_VARIABLE in os.environ else []
    if settings["ARCHIVER_STORE"]:
        names += [*KEY_VARIABLES, *(name for name in STORE_VARIABLES if name in os.environ)]
    return tuple(names)


def _is_given(settings: Configuration, name: str) -> bool:
    return settings.origin(name) in (Origin.ENVIRONMENT, Origin.COMMAND_LINE)
