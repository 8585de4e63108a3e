"""Addresses: whatever a user or a listing calls an article, in; which article that is, out. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from archiver.errors import UnknownAddressError
from archiver.index.types import ArticleKey
from archiver.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from archiver.recipes import PageRules, Recipe

SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
DEFAULT_PORTS = {"http": ":80", "https": ":443"}
LONGEST_SHOWN = 200  # characters


@dataclass(frozen=True, slots=True)
class Reference:
    """An article as an address or a listing names it: the recipe that knows it, its canonical id, the host asked for.

    forms: of post that are wanted of it. known: its fields, as listings have them. places: those listings.
    held: there is a post of it.
    """

    recipe: Recipe
    id: str
    address: str
    host: str = ""
    forms: tuple[str, ...] = ("share",)
    known: Mapping[str, str] = field(default_factory=dict, hash=False)
    places: tuple[str, ...] = ()
    held: bool = False

    @property
    def key(self) -> ArticleKey:
        """Which article it is."""
        return ArticleKey(self.recipe.name, self.id)


def resolve(address: str, recipes: Iterable[Recipe]) -> Reference:
    """Return the article that `address` (an address or a bare id) names.

    Raises UnknownAddressError when none of `recipes` knows it.
    """
    text = address.strip().removeprefix("<").removesuffix(">")
    recipes = tuple(recipes)
    for recipe in recipes:
        if article_id := recipe.article_id(text):
            return Reference(recipe, article_id, text)
    scheme, host, path, query = _split(text)
    for recipe in recipes if scheme in DEFAULT_PORTS else ():
        for pattern in recipe.addresses:
            if any(_host_matches(host, known) for known in pattern.hosts):
                found = _path_regex(pattern.path).fullmatch(path)
                values = [found[1]] if found and not pattern.query else []
                if found and pattern.query:
                    names = {name.lower() for name in pattern.query}
                    values = [value for name, value in query if name.lower() in names]
                for value in values:
                    if article_id := recipe.article_id(value):
                        return Reference(recipe, article_id, text, host)
    raise UnknownAddressError(_why_unknown(address, scheme, host, recipes))


def page_at(address: str, recipes: Iterable[Recipe]) -> tuple[Reference, PageRules] | None:
    """Return which article `address` gives, and as which page: what `page_addresses` yields, at any host that the
    recipe knows; None for any other address."""
    try:
        scheme, host, path, query = _split(address)
    except UnknownAddressError:
        return None
    for recipe in recipes if scheme in DEFAULT_PORTS else ():
        for page in recipe.pages:
            hosts, page_path, page_query = _page_parts(page)
            if not (host in hosts or any(_host_matches(host, one) for one in _known_hosts(recipe))):
                continue
            found = _path_regex(page_path).fullmatch(path)
            if not found:
                continue
            ids = list(found.groups())
            given = {name.lower(): value for name, value in query}
            for name, value in page_query:
                if "{id}" in value:
                    ids.append(given.get(name.lower(), ""))
                elif given.get(name.lower()) != value:
                    break
            else:
                article_id = recipe.article_id(ids[0]) if ids else None
                if article_id:
                    return Reference(recipe, article_id, address, host), page
    return None


@cache
def _page_parts(page: PageRules) -> tuple[frozenset[str], str, tuple[tuple[str, str], ...]]:
    """Return the hosts of a page's address, its path and its query."""
    _, host, path, query = _split(page.address)
    return frozenset({host, *page.hosts}), path, tuple(query)


@cache
def _known_hosts(recipe: Recipe) -> frozenset[str]:
    return frozenset(host for pattern in recipe.addresses for host in pattern.hosts)


def page_addresses(reference: Reference) -> Iterator[tuple[PageRules, str]]:
    """Yield the pages that may hold the article and their addresses, in the order in which to ask them."""
    for page in reference.recipe.pages:
        for host in sorted(page.hosts, key=lambda name: name != reference.host):
            yield page, page.address.format(host=host, id=reference.id)


def _split(text: str) -> tuple[str, str, str, list[tuple[str, str]]]:
    """Return scheme, host (lower case; with its port unless that is the scheme's own), path and query."""
    try:
        parts = urlsplit(text if SCHEME.match(text) else f"http://{text.removeprefix('//')}")
        host = (parts.hostname or "").rstrip(".")
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError as error:
        raise UnknownAddressError(f"{_shown(text)}: not an address: {error}") from error
    if port == DEFAULT_PORTS.get(parts.scheme):
        port = ""
    return parts.scheme, host + port, parts.path, parse_qsl(parts.query)


def _host_matches(host: str, known: str) -> bool:
    return host.endswith(known[1:]) if known.startswith("*.") else host == known


@cache
def _path_regex(path: str) -> re.Pattern[str]:
    literal = re.split(r"(\{\w+\})", path)
    return re.compile(
        "".join(
            "([^/]+)" if part == "{id}" else "[^/]+" if part.startswith("{") else re.escape(part) for part in literal
        )
    )


def _why_unknown(address: str, scheme: str, host: str, recipes: tuple[Recipe, ...]) -> str:
    known = sorted({name for recipe in recipes for pattern in recipe.addresses for name in pattern.hosts})
    if scheme not in DEFAULT_PORTS:
        return f"{_shown(address)}: only http and https addresses can be fetched, not {scheme}"
    if any(_host_matches(host, name) for name in known):
        return f"{_shown(address)}: {host} is known, but this names no article (no article id where one should be)"
    return f"{_shown(address)}: no recipe knows this address or id; known hosts: {', '.join(known)}"


def _shown(address: str) -> str:
    """Return `address` for a message: a terminal obeys control characters."""
    return one_line(address)[:LONGEST_SHOWN]
