"""Checks of a site's recipe that types cannot express. Each problem is a key, and what was expected there. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from archiver.recipes.site import RULE_KINDS, SITE_FIELDS, FieldPlace, SiteRecipe, as_place
from archiver.recipes.texts import expression, one_of, regex, template

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST_PATTERN = re.compile(r"(?:\*\.)?(?:[a-z0-9_-]+\.)*[a-z0-9_-]+(?::\d{1,5})?")
NAME_PATTERN = re.compile(r"\{\w+\}")
LANGUAGE_PATTERN = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|\d{3}))?")
FORMAT_OF_KIND = {"css": "css", "xpath": "xpath", "json_ld": "json"}
FOOTER_NAMES = {"source", "slug", "site"}
TEXT_EXPRESSION_PATTERN = re.compile(r"::|/(?:text\(\)|@[\w:-]+)\s*\Z")  # in expressions that find texts, not elements


def site_problems(site: SiteRecipe) -> Iterator[tuple[str, str]]:
    """Yield the problems of a site's recipe that types do not show: (key, what was expected)."""
    if not re.fullmatch(r"[a-z0-9_-]+", site.name):
        yield "name", f"expected lower-case letters, digits, - and _, got {site.name!r}"
    if not site.hosts:
        yield "hosts", "expected at least one host"
    for number, host in enumerate(site.hosts):
        if not HOST_PATTERN.fullmatch(host):
            yield f"hosts[{number}]", f"expected a host such as news.example.com or *.example.com, got {host!r}"
    for number, path in enumerate(site.paths):
        if not path.startswith("/"):
            yield f"paths[{number}]", f"expected a path that begins with /, such as /news/*, got {path!r}"
        if set("{}?#") & set(NAME_PATTERN.sub("", path)):
            yield f"paths[{number}]", f"expected a path with {{name}}s and *s, without a query, got {path!r}"
    for field, places in site.fields.items():
        yield from one_of("fields", field, SITE_FIELDS)
        if not places:
            yield f"fields.{field}", "expected at least one expression"
        for number, place in enumerate(places):
            yield from _place_problems(f"fields.{field}[{number}]", as_place(place), element=field == "body")
    for number, place in enumerate(site.drop):
        yield from _place_problems(f"drop[{number}]", as_place(place), element=True)
    if site.time_zone is not None:
        try:
            ZoneInfo(site.time_zone)
        except (KeyError, OSError, ValueError):
            yield "time_zone", f"expected a name of the tz database such as Europe/Paris, got {site.time_zone!r}"
    if site.language is not None and not LANGUAGE_PATTERN.fullmatch(site.language):
        yield "language", f"expected a language tag such as de, pt-BR or zh-Hans, got {site.language!r}"
    if site.source is not None and not site.source.strip():
        yield "source", "expected the name of the site, got nothing"
    if site.footer is not None:
        yield from template("footer", site.footer, FOOTER_NAMES)


def _place_problems(key: str, place: FieldPlace, *, element: bool) -> Iterator[tuple[str, str]]:
    """Expect a single expression. element: it must find elements."""
    if not place.kind:
        yield key, f"expected one of {', '.join(RULE_KINDS)}"
        return
    yield from expression(f"{key}.{place.kind}", FORMAT_OF_KIND[place.kind], place.select)
    if place.match is not None:
        yield from regex(f"{key}.match", place.match)
    if element and (place.kind == "json_ld" or TEXT_EXPRESSION_PATTERN.search(place.select)):
        yield key, f"expected CSS or XPath that finds an element, got {place.select!r}"
    if element and place.match is not None:
        yield f"{key}.match", "expected none where an element is wanted"
