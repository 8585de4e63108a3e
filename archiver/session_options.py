"""How an archive is written, by the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import archiver
from archiver.configuration import SETTINGS
from archiver.decide import Policy
from archiver.extraction import ExtractOptions
from archiver.recipes import recipes_for, sites_for
from archiver.session import SessionOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

# Settings that the first record of each WARC file names, since they decide what was asked for and made of it.
NAMED_SETTINGS = ("ARCHIVER_PROFILE", "ARCHIVER_LAYOUT", "ARCHIVER_SITE", "ROBOTSTXT_OBEY", "DOWNLOAD_DELAY")


def session_options(settings: Mapping[str, Any], *, markup: bool = False) -> SessionOptions:
    """Return how an archive is written by `settings`: a Configuration, or settings of a crawl that were completed with
    `complete_settings`.

    markup: whether to write a post again if only its markup would change. Raises RecipeError, PluginError.
    """
    extract = ExtractOptions(
        recipes_for(settings),
        settings["ARCHIVER_PROFILE"],
        settings["ARCHIVER_SITE"],
        sites_for(settings),
        keep_paywalled=_read(settings, "ARCHIVER_KEEP_PAYWALLED"),
    )
    policy = Policy(_read(settings, "ARCHIVER_FORCE"), markup, settings["ARCHIVER_LAYOUT"] == "month")
    size, links = _read(settings, "ARCHIVER_WARC_SIZE"), _read(settings, "ARCHIVER_LINKS")
    return SessionOptions(extract, policy, size, _warcinfo(settings), links, _read(settings, "ARCHIVER_INDEX"))


def _read(settings: Mapping[str, Any], name: str) -> Any:
    """Return a setting with its proper type: a program that runs Scrapy itself may give it as text."""
    return SETTINGS[name].read(settings[name])


def _warcinfo(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of the first record of each WARC file: software, settings, and the version of each recipe."""
    return {
        "software": f"archiver/{archiver.__version__}",
        "http-header-user-agent": str(settings.get("USER_AGENT", "")),
        "robots": "classic" if _read(settings, "ROBOTSTXT_OBEY") else "ignore",
        **{
            f"archiver-setting-{name}": str(settings[name])
            for name in NAMED_SETTINGS
            if settings[name] not in (None, "")
        },
        **{f"archiver-recipe-{name}": f"sha256:{recipe.digest()}" for name, recipe in recipes_for(settings).items()},
    }
