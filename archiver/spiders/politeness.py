"""How crawls behave towards hosts: the user agent that they send, and the delays that recipes set for hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.settings import SETTINGS_PRIORITIES

import archiver

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.settings import BaseSettings

    from archiver.recipes import Recipe, SiteRecipe

Slot = dict[str, float | int]


def set_politeness(settings: BaseSettings, recipes: Iterable[Recipe], sites: Iterable[SiteRecipe]) -> None:
    """Set the user agent, and the download slots that recipes ask for (delay, concurrency). If the user has set
    DOWNLOAD_DELAY, that counts, and the recipes' slots are not set."""
    contact = f"; {settings['ARCHIVER_CONTACT']}" if settings["ARCHIVER_CONTACT"] else ""
    settings.set("USER_AGENT", f"archiver/{archiver.__version__} (news archive{contact})", priority="addon")
    # robots.txt names a crawler by its product (RFC 9309, 2.2.1).
    settings.set("ROBOTSTXT_USER_AGENT", settings["USER_AGENT"].partition("/")[0], priority="addon")
    headers = {**settings.getdict("DEFAULT_REQUEST_HEADERS"), "User-Agent": settings["USER_AGENT"]}
    settings.set("DEFAULT_REQUEST_HEADERS", headers, priority="spider")
    if (settings.getpriority("DOWNLOAD_DELAY") or 0) <= SETTINGS_PRIORITIES["project"]:
        slots = {**_slots(recipes, sites), **settings.getdict("DOWNLOAD_SLOTS")}
        settings.set("DOWNLOAD_SLOTS", slots, priority="spider")


def _slots(recipes: Iterable[Recipe], sites: Iterable[SiteRecipe]) -> dict[str, Slot]:
    """Return the settings of Scrapy's download slots for the hosts that recipes name (DOWNLOAD_SLOTS)."""
    slots = {_name(host): _slot(recipe) for recipe in recipes for host in recipe.hosts()}
    for site in sites:
        if slot := _slot(site):
            slots |= {_name(host): slot for host in site.hosts if not host.startswith("*.")}
    return slots


def _slot(recipe: Recipe | SiteRecipe) -> Slot:
    politeness = recipe.politeness
    slot = {"delay": politeness.delay, "jitter": politeness.jitter, "concurrency": politeness.concurrency}
    return {name: value for name, value in slot.items() if value is not None}


def _name(host: str) -> str:
    """Return the name under which Scrapy keeps the slot of a host: it has no port."""
    return urlsplit(f"//{host}").hostname or ""
