"""What the types of a recipe do not say of it: each problem with the key and what was expected there. No I/O."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import jmespath
from lxml import etree
from parsel.csstranslator import css2xpath

from archiver.recipes.recipe import FIELDS, Endpoint, Form, Listing, PageRules, Recipe, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

# What an address of a listing may hold besides the listing's parameters: the page's number (from 1), how many items to
# ask for, and the time in milliseconds since 1970.
OF_LISTINGS = frozenset({"page", "size", "now"})
RECOVERED = ("title", "time", "source", "url")
COMPILERS: dict[str, Callable[[str], object]] = {
    "json": jmespath.compile,
    "css": css2xpath,
    "xpath": etree.XPath,
}


def problems(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Yield what types alone do not say: (key, what was expected)."""
    if not re.fullmatch(r"[a-z0-9_-]+", recipe.name):
        yield "name", f"expected lower-case letters, digits, - and _, got {recipe.name!r}"
    yield from _regex("id", recipe.id)
    try:
        ZoneInfo(recipe.time_zone)
    except (KeyError, OSError, ValueError):
        yield "time_zone", f"expected a name of the tz database such as Europe/Paris, got {recipe.time_zone!r}"
    for number, pattern in enumerate(recipe.addresses):
        if ("{id}" in pattern.path) == bool(pattern.query):
            yield f"addresses[{number}]", "expected the article's id in one place: {id} in path, or names in query"
    if "share" not in recipe.forms:
        yield "forms", "expected a form named share"
    if not recipe.pages:
        yield "pages", "expected at least one page"
    bodies = {body for form in recipe.forms.values() for body in form.body}
    names = [page.name for page in recipe.pages]
    for number, page in enumerate(recipe.pages):
        yield from _page_problems(f"pages[{number}]", page, bodies)
        if page.name in names[:number]:
            yield f"pages[{number}].name", f"expected a name of its own, got {page.name!r} again"
    for name, listing in recipe.listings.items():
        yield from _listing_problems(f"listings.{name}", name, listing, recipe.forms)
    for name, form in recipe.forms.items():
        yield from _form_problems(f"forms.{name}", form, {field for page in recipe.pages for field in page.fields})
    for field, rules in recipe.recover.items():
        yield from _one_of(f"recover.{field}", field, RECOVERED)
        for number, rule in enumerate(rules):
            where = f"recover.{field}[{number}]"
            yield from _one_of(f"{where}.from", rule.source, (*FIELDS, "id", "body"))
            yield from _regex(f"{where}.match", rule.match)
            yield from _template(f"{where}.format", rule.format, {""})
    for key, expressions in (
        ("pictures", recipe.clean.drop.pictures),
        ("paragraphs", recipe.clean.drop.paragraphs),
    ):
        for expression in (*expressions, "|".join(expressions)):  # they are searched for together
            yield from _regex(f"clean.drop.{key}", expression, groups=0)


def _page_problems(key: str, page: PageRules, bodies: set[str]) -> Iterator[tuple[str, str]]:
    yield from _address_problems(key, page, {"id"})
    if "{id}" not in page.address:
        yield f"{key}.address", f"expected {{id}} in it, got {page.address!r}"
    yield from _field_problems(f"{key}.fields", page, (*FIELDS, "id", *sorted(bodies)))


def _listing_problems(key: str, name: str, listing: Listing, forms: Mapping[str, Form]) -> Iterator[tuple[str, str]]:
    if not re.fullmatch(r"[a-z0-9_-]+", name):
        yield key, "expected a name of lower-case letters, digits, - and _"
    yield from _one_of(f"{key}.form", listing.form, sorted(forms))
    if not listing.endpoints:
        yield f"{key}.endpoints", "expected at least one endpoint"
    if taken := listing.parameters.keys() & OF_LISTINGS:
        yield f"{key}.parameters", f"{', '.join(sorted(taken))} has a meaning of its own; expected other names"
    for number, endpoint in enumerate(listing.endpoints):
        where = f"{key}.endpoints[{number}]"
        yield from _address_problems(where, endpoint, OF_LISTINGS | listing.parameters.keys())
        yield from _expression(f"{where}.items", endpoint.format, endpoint.items)
        yield from _field_problems(f"{where}.fields", endpoint, (*FIELDS, "id"))
        if "id" not in endpoint.fields:
            yield f"{where}.fields", "expected an id among the fields"


def _address_problems(key: str, asked: PageRules | Endpoint, names: Collection[str]) -> Iterator[tuple[str, str]]:
    if not asked.address.startswith(("http://", "https://")):
        yield f"{key}.address", f"expected an address that begins http:// or https://, got {asked.address!r}"
    yield from _template(f"{key}.address", asked.address, {*names, "host"})
    if ("{host}" in asked.address) != any(asked.hosts):
        yield f"{key}.hosts", "expected hosts where the address holds {host}, and only there"


def _field_problems(key: str, asked: PageRules | Endpoint, known: Collection[str]) -> Iterator[tuple[str, str]]:
    for field, rules in asked.fields.items():
        for number, rule in enumerate(rules):
            where = f"{key}.{field}[{number}]"
            yield from _expression(where, asked.format, rule.select if isinstance(rule, Rule) else rule)
            if isinstance(rule, Rule):
                yield from _regex(f"{where}.match", rule.match or "()")
        yield from _one_of(key, field, known)


def _expression(key: str, kind: str, select: str) -> Iterator[tuple[str, str]]:
    try:
        COMPILERS[kind](select)
    except Exception as error:
        yield key, f"expected {kind.upper()}, got {select!r}: {error}"


def _form_problems(key: str, form: Form, fields: set[str]) -> Iterator[tuple[str, str]]:
    for name in ("file", "link", "category", "tag", "footer"):
        yield from _template(f"{key}.{name}", getattr(form, name), {"id", "source", "slug", "site", "url", "link"})
    for number, body in enumerate(form.body):
        yield from _one_of(f"{key}.body[{number}]", body, sorted(fields))
    if form.quote:
        yield from _one_of(f"{key}.quote.from", form.quote.source, FIELDS)
        yield from _regex(f"{key}.quote.drop", form.quote.drop or "", groups=0)


def _one_of(key: str, name: str, known: Collection[str]) -> Iterator[tuple[str, str]]:
    if name not in known:
        yield key, f"expected one of {', '.join(known)}, got {name!r}"


def _regex(key: str, expression: str, groups: int = 1) -> Iterator[tuple[str, str]]:
    try:
        found = re.compile(expression).groups
    except re.error as error:
        yield key, f"expected a regular expression, got {expression!r}: {error}"
        return
    if found < groups:
        yield key, f"expected a group (…) around the part to take, got {expression!r}"


def _template(key: str, text: str, names: set[str]) -> Iterator[tuple[str, str]]:
    try:
        used = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        if used <= names:
            text.format("x", **dict.fromkeys(names, "x"))
    except (ValueError, LookupError) as error:
        yield key, f"expected a template, got {text!r}: {error}"
        return
    for name in sorted(used - names):
        yield key, f"unknown name {{{name}}}; expected one of {', '.join(f'{{{name}}}' for name in sorted(names))}"
