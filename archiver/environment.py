"""Settings from the environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


def take_environment(settings: BaseSettings) -> None:
    """Set each ARCHIVER_ setting that is an environment variable: above a settings module, below the command line."""
    for name in settings:
        if name.startswith("ARCHIVER_") and name in os.environ:
            settings.set(name, os.environ[name], priority="spider")
