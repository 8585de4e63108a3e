"""Addresses. In: an address or id, as a user or a listing gives it. Out: which article it names. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from archiver.errors import UnknownAddressError
from archiver.identity import article_key
from archiver.index.types import ArticleKey
from archiver.recipes.recipe import GIVEN_ADDRESS, web_recipe
from archiver.text import one_line, unescaped
from archiver.urls import BARE_HOST_PATTERN, resolve_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from archiver.recipes import PageRules, Recipe

SCHEME_PATTERN = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
DEFAULT_PORTS = {"http": ":80", "https": ":443"}
MAX_SHOWN_CHARACTERS = 200  # characters


@dataclass(frozen=True, slots=True)
class Reference:
    """An article that an address or a listing names. recipe: the one that knows it. id: its canonical id. address: as
    it was given. host: the host in that address.

    forms: the forms of post that are wanted of it. known: its fields, as listings have them. places: those listings.
    held: whether the archive has a post of it. site: the site in whose queue it waits; empty: it waits in none.
    """

    recipe: Recipe
    id: str
    address: str
    host: str = ""
    forms: tuple[str, ...] = ("share",)
    known: Mapping[str, str] = field(default_factory=dict, hash=False)
    places: tuple[str, ...] = ()
    held: bool = False
    site: str = ""

    @property
    def key(self) -> ArticleKey:
        """The key of the article in the index."""
        return ArticleKey(self.recipe.name, self.id)


def resolve(address: str, recipes: Iterable[Recipe]) -> Reference:
    """Return the article that `address` names: an address, a bare id, or a source's name, a slash and an id.

    If `recipes` has one for all pages of the web (`is_web`), every web address names an article. Its id is made from
    the address, and may be replaced when its answer shows which article it is. Raises UnknownAddressError when none of
    `recipes` knows it, or when several of them know it as an id.
    """
    text = one_line(address).removeprefix("<").removesuffix(">")
    recipes = tuple(recipes)
    source, slash, rest = text.partition("/")
    for recipe in recipes if slash else ():
        if recipe.name == source and (article_id := recipe.article_id(rest)):
            return Reference(recipe, article_id, text, forms=(recipe.form,))
    if not SCHEME_PATTERN.match(text) and (reference := _by_id(text, recipes)):
        return reference
    for one in dict.fromkeys((_without_entities(text), text)):
        scheme, host, path, query = _split(one)
        for recipe in recipes if scheme in DEFAULT_PORTS else ():
            if article_id := _id_at(recipe, host, path, query):
                return Reference(recipe, article_id, one, host, (recipe.form,))
    if reference := _on_the_web(text, host, recipes):
        return reference
    raise UnknownAddressError(_why_unknown(address, scheme, host, recipes))


def _on_the_web(text: str, host: str, recipes: Iterable[Recipe]) -> Reference | None:
    """Return the article at a web address, for the recipe that takes all of them; None if `text` is no web address, or
    if another recipe knows its host."""
    address = web_address(text)
    if not address or any(_host_matches(host, known) for recipe in recipes for known in _known_hosts(recipe)):
        return None
    web = web_recipe(recipes)
    return Reference(web, article_key(address), text, forms=(web.form,)) if web else None


def web_address(text: str) -> str:
    """Return the address to ask for, given the address of a web page as a user types it: if the scheme is missing, it
    is https. Empty if `text` is no web address."""
    text = _without_entities(text)
    if not SCHEME_PATTERN.match(text):
        text = f"https://{text.removeprefix('//')}" if BARE_HOST_PATTERN.match(text.removeprefix("//")) else ""
    return resolve_url(text).partition("#")[0]


def _by_id(text: str, recipes: Iterable[Recipe]) -> Reference | None:
    """Return the article whose id `text` is; None if there is none. Raises UnknownAddressError if there are several."""
    found = [
        Reference(recipe, article_id, text, forms=(recipe.form,))
        for recipe in recipes
        if (article_id := recipe.article_id(text))
    ]
    if len(found) > 1:
        names = " or ".join(f"{one.recipe.name}/{text}" for one in found)
        raise UnknownAddressError(
            f"{_shown(text)}: this is an id of several sources: say {_shown(names)}, or an address"
        )
    return found[0] if found else None


def id_at(recipe: Recipe, address: str) -> str | None:
    """Return the id of the article that an address names by the rules of `recipe`; None if it names none."""
    try:
        scheme, host, path, query = _split(address)
    except UnknownAddressError:
        return None
    return _id_at(recipe, host, path, query) if scheme in DEFAULT_PORTS else None


def _id_at(recipe: Recipe, host: str, path: str, query: Iterable[tuple[str, str]]) -> str | None:
    """Return the id of the article that a split address names by the rules of `recipe`; None if it names none."""
    for pattern in recipe.addresses:
        if not any(_host_matches(host, known) for known in pattern.hosts):
            continue
        match = _path_regex(pattern.path).fullmatch(path)
        if match and pattern.query:
            names = {name.lower() for name in pattern.query}
            values = [value for name, value in query if name.lower() in names]
        else:
            values = [_joined(recipe, match.groupdict())] if match else []
        for value in values:
            if article_id := recipe.article_id(value):
                return article_id
    return None


def _joined(recipe: Recipe, parts: Mapping[str, str]) -> str:
    """Return the id that the named parts of an address give: `id` itself, or the recipe's `id_format` filled in."""
    if recipe.id_format and "id" not in parts:
        return recipe.id_format.format(**{**dict.fromkeys(recipe.part_names(), ""), **parts})
    return parts.get("id", "")


def _without_entities(text: str) -> str:
    """Return an address that may have been copied out of HTML, with its entities (`&amp;`) decoded."""
    return unescaped(text) if "&amp;" in text else text


def page_at(address: str, recipes: Iterable[Recipe]) -> tuple[Reference, PageRules] | None:
    """Return the article that the page at `address` holds, and which page of the recipe it is; None if it is no page of
    an article. The opposite of `page_addresses`; any host that the recipe knows is accepted."""
    try:
        scheme, host, path, query = _split(address)
    except UnknownAddressError:
        return None
    for recipe in recipes if scheme in DEFAULT_PORTS else ():
        for page in recipe.pages:
            hosts, page_path, page_query = _page_parts(page)
            if not (host in hosts or any(_host_matches(host, one) for one in _known_hosts(recipe))):
                continue
            parameters = {name.lower(): value for name, value in query}
            wanted = [(page_path, path), *((value, parameters.get(name.lower(), "")) for name, value in page_query)]
            parts: dict[str, str] = {}
            for pattern, text in wanted:
                match = _path_regex(pattern).fullmatch(text)
                if not match or any(parts.get(name, value) != value for name, value in match.groupdict().items()):
                    break
                parts |= match.groupdict()
            else:
                article_id = recipe.article_id(_joined(recipe, parts)) if parts else None
                if article_id:
                    return Reference(recipe, article_id, address, host, (recipe.form,)), page
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
    """Yield the pages that may hold the article and their addresses, in the order in which to ask for them."""
    for page in reference.recipe.pages:
        if page.address == GIVEN_ADDRESS:
            if address := web_address(reference.address):
                yield page, address
            continue
        for host in sorted(page.hosts, key=lambda name: name != reference.host):
            yield page, page.address.format(host=host, **reference.recipe.id_parts(reference.id))


def _split(text: str) -> tuple[str, str, str, list[tuple[str, str]]]:
    """Return scheme, host (lower case; with its port unless that is the scheme's own), path and query."""
    try:
        parts = urlsplit(text if SCHEME_PATTERN.match(text) else f"http://{text.removeprefix('//')}")
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
    """Return a regular expression for a path, or the value of a parameter, in which each `{name}` stands for any text
    without a slash."""
    regex, seen = "", set[str]()
    for part in re.split(r"(\{\w+\})", path):
        name = part[1:-1]
        if not part.startswith("{"):
            regex += re.escape(part)
        elif not name.isidentifier():
            regex += "[^/]+"
        elif name in seen:
            regex += f"(?P={name})"
        else:
            regex += f"(?P<{name}>[^/]+)"
            seen.add(name)
    return re.compile(regex)


def _why_unknown(address: str, scheme: str, host: str, recipes: tuple[Recipe, ...]) -> str:
    known = sorted({name for recipe in recipes for pattern in recipe.addresses for name in pattern.hosts})
    if scheme not in DEFAULT_PORTS:
        return f"{_shown(address)}: only http and https addresses can be fetched, not {scheme}"
    if any(_host_matches(host, name) for name in known):
        return f"{_shown(address)}: {host} is known, but this names no article (no article id where one should be)"
    return (
        f"{_shown(address)}: no recipe knows this address or id; expected http:// or https:// and a host, "
        "or the id of an article of a source (`archiver sources`)"
    )


def _shown(address: str) -> str:
    """Return `address` as it can be shown in a message: without control characters, which a terminal would obey, and
    not too long."""
    return one_line(address)[:MAX_SHOWN_CHARACTERS]
