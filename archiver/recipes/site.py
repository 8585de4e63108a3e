"""Recipes for sites whose articles have no id in their addresses, as types. They correct what the general reading gets
wrong there.

The YAML keys are these names; docs/recipes.md explains them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable  # noqa: TC003 - msgspec reads the types when it is run
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from archiver.recipes.recipe import Part, Politeness

SITE_FIELDS = (
    *("title", "published", "modified", "authors", "source", "language", "description", "image", "canonical", "body"),
)
RULE_KINDS = ("css", "xpath", "json_ld")
DEFAULT_PORTS = {"http": 80, "https": 443}


class FieldPlace(Part, frozen=True):
    """Where a page has a value: a CSS selector, an XPath expression, or a path in its JSON-LD (JMESPath). match: a
    regular expression whose first group is the part to take; None: all of it."""

    css: str | None = None
    xpath: str | None = None
    json_ld: str | None = None
    match: str | None = None

    @property
    def kind(self) -> str:
        """The key of the one expression that is given; "" if none is, or several are."""
        kinds = [kind for kind in RULE_KINDS if getattr(self, kind) is not None]
        return kinds[0] if len(kinds) == 1 else ""

    @property
    def select(self) -> str:
        """The expression."""
        return str(getattr(self, self.kind)) if self.kind else ""


class SiteRecipe(Part, frozen=True):
    """Corrections of the general reading for a site. Where no rule finds anything, the general reading counts."""

    name: str
    hosts: tuple[str, ...]
    paths: tuple[str, ...] = ()  # the paths of the pages that it is for; none given: all pages of its hosts
    fields: dict[str, tuple[str | FieldPlace, ...]] = msgspec.field(default_factory=dict)
    drop: tuple[str | FieldPlace, ...] = ()  # what is no part of a body
    time_zone: str | None = None
    language: str | None = None
    source: str | None = None
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    footer: str | None = None  # the footer of posts
    browser: bool = False  # whether a browser must draw its pages before they are read
    valid_until: date | None = None  # for an old layout: the last day (UTC) on which pages had it
    politeness: Politeness = Politeness()
    pictures: bool | None = None  # whether pictures become files of the archive, unless a setting decides that
    referer: bool = False  # whether requests for pictures have a Referer header, which names the site
    feed_text: bool = False  # whether an article is made of its text in a feed if its page cannot be had

    @property
    def label(self) -> str:
        """The beginning of the names of its rules."""
        return f"recipe {self.name}"

    def places(self, field: str) -> tuple[FieldPlace, ...]:
        """Return the places of `field`, in the order in which to look at them."""
        return tuple(map(as_place, self.fields.get(field, ())))

    def rule(self, place: FieldPlace) -> str:
        """Return the name of the rule for a place."""
        return f"{self.label}: {place.kind} {place.select}"

    def missed(self, field: str, rule: str) -> list[str]:
        """Return the rules of `field` that come before `rule`, the one that found something; all, if none did."""
        rules = [self.rule(place) for place in self.places(field)]
        return rules[: rules.index(rule)] if rule in rules else rules

    def dropped(self) -> tuple[FieldPlace, ...]:
        """Return the places of what is no part of a body."""
        return tuple(map(as_place, self.drop))

    def knows(self, address: str) -> bool:
        """Return whether this recipe is for the page at `address`."""
        host, url_path = _host_and_path(address)
        if not any(host.endswith(known[1:]) if known.startswith("*.") else host == known for known in self.hosts):
            return False
        return not self.paths or any(path_regex(path).fullmatch(url_path) for path in self.paths)


def as_place(place: str | FieldPlace) -> FieldPlace:
    """Return an entry of a recipe as a place; a plain text is a CSS selector."""
    return FieldPlace(css=place) if isinstance(place, str) else place


def site_for(address: str | None, fetched: datetime | None, sites: Iterable[SiteRecipe]) -> SiteRecipe | None:
    """Return the recipe by which to read the page at `address`; None if there is none. fetched: when the page was
    fetched (aware); None: now.

    If there are several, one for an old layout that was valid then comes first; of the others, one for its path comes
    before one for its host.
    """
    known = [site for site in sites if address and site.knows(address) and _is_of(site, fetched)]
    return min(known, key=lambda site: (site.valid_until or date.max, not site.paths), default=None)


@lru_cache(maxsize=16)  # each recipe asks for the same address
def _host_and_path(address: str) -> tuple[str, str]:
    """Return the host of an address (with its port, unless it is the usual one) and its path; both empty if no host can
    be read in it."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return "", ""
    return (host if port in (None, DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{port}"), parts.path


def _is_of(site: SiteRecipe, fetched: datetime | None) -> bool:
    return site.valid_until is None or (fetched is not None and fetched.date() <= site.valid_until)


@cache
def path_regex(path: str) -> re.Pattern[str]:
    """Return a regular expression for a path in which each `{name}` stands for any text without a slash, and `*` for
    any text."""
    parts = re.split(r"(\{\w+\}|\*)", path)
    wild = {"*": ".*", "{": "[^/]+"}
    return re.compile("".join(wild.get(part[:1]) or re.escape(part) for part in parts))
