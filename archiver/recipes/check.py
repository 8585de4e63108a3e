"""Checks of recipes that types cannot express. Each problem is a key, and what was expected there. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from archiver.recipes.recipe import (
    DEFAULT_PAGE_CLASS,
    GIVEN_ADDRESS,
    PAGE_FIELDS,
    Endpoint,
    Form,
    Listing,
    PageRules,
    Recipe,
    Rule,
)
from archiver.recipes.texts import address, expression, groups, loadable, one_of, regex, span, template

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

# The names that an address of a listing may have in it besides the listing's parameters: the number of the page (from
# 1), how many items to ask for, and the time in milliseconds since 1970.
LISTING_NAMES = frozenset({"page", "size", "now"})
DEFAULT_FORMS = ("share", "page")
READING_NAME = "html"  # the name in a form for the body that the general reading finds
RECOVERABLE_FIELDS = ("title", "time", "source", "url")
# The names that each text of a form may have in it; they are filled in when a post is written.
NAMES_OF_FORM = {
    "file": {"id", "words", "key"},
    "link": {"id", "url"},
    "category": {"slug"},
    "tag": {"source"},
    "footer": {"source", "slug", "site"},
}


def problems(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Yield the problems of a recipe that types do not show: (key, what was expected)."""
    if not re.fullmatch(r"[a-z0-9_-]+", recipe.name):
        yield "name", f"expected lower-case letters, digits, - and _, got {recipe.name!r}"
    yield from _id_problems(recipe)
    try:
        ZoneInfo(recipe.time_zone)
    except (KeyError, OSError, ValueError):
        yield "time_zone", f"expected a name of the tz database such as Europe/Paris, got {recipe.time_zone!r}"
    for number, pattern in enumerate(recipe.addresses):
        if _names_id(pattern.path, recipe) == bool(pattern.query):
            parts = "".join(f", or {{{name}}}" for name in sorted(recipe.part_names()))
            expected = f"expected the article's id in one place: {{id}}{parts} in path, or names in query"
            yield f"addresses[{number}]", expected
    for number, field in enumerate(recipe.html):
        yield from one_of(f"html[{number}]", field, PAGE_FIELDS)
    if not recipe.forms.keys() & DEFAULT_FORMS:
        yield "forms", f"expected a form named {' or '.join(DEFAULT_FORMS)}"
    if not recipe.pages:
        yield "pages", "expected at least one page"
    bodies = {body for form in recipe.forms.values() for body in form.body}
    names = [page.name for page in recipe.pages]
    for number, page in enumerate(recipe.pages):
        yield from _page_problems(f"pages[{number}]", page, bodies, recipe)
        if page.class_ != DEFAULT_PAGE_CLASS:
            yield from loadable(f"pages[{number}].class", page.class_)
        if not page.name.strip():
            yield f"pages[{number}].name", "expected a name, got nothing"
        if page.name in names[:number]:
            yield f"pages[{number}].name", f"expected a name of its own, got {page.name!r} again"
    for name, listing in recipe.listings.items():
        yield from _listing_problems(f"listings.{name}", name, listing, recipe.forms)
    for name, form in recipe.forms.items():
        yield from _form_problems(f"forms.{name}", form, bodies_of(recipe), is_web=recipe.is_web)
    if recipe.recheck:
        yield from span("recheck.within", recipe.recheck.within)
        yield from span("recheck.every", recipe.recheck.every)
    for field, rules in recipe.recover.items():
        yield from one_of(f"recover.{field}", field, RECOVERABLE_FIELDS)
        if not rules:
            yield f"recover.{field}", "expected at least one rule"
        for number, rule in enumerate(rules):
            where = f"recover.{field}[{number}]"
            yield from one_of(f"{where}.from", rule.source, (*PAGE_FIELDS, "id", "body"))
            yield from regex(f"{where}.match", rule.match)
            yield from groups(f"{where}.format", rule.format, rule.match)
    for key, patterns in (
        ("pictures", recipe.clean.drop.pictures),
        ("paragraphs", recipe.clean.drop.paragraphs),
    ):
        for part in (*patterns, "|".join(patterns)):  # joined, as they are used
            yield from regex(f"clean.drop.{key}", part, groups=0)


def _id_problems(recipe: Recipe) -> Iterator[tuple[str, str]]:
    yield from regex("id", recipe.id)
    if recipe.id_format is None:
        return
    yield from template("id_format", recipe.id_format, recipe.part_names())
    if not recipe.part_names():
        yield "id", f"expected named groups (?P<name>…) for the names in id_format, got {recipe.id!r}"


def bodies_of(recipe: Recipe) -> set[str]:
    """Return the names of bodies that forms may use."""
    named = {field for page in recipe.pages for field in page.fields}
    return named | {READING_NAME for page in recipe.pages if page.format == "reading"}


def _names_id(text: str, recipe: Recipe) -> bool:
    """Return whether an address, or a path, has the whole id in it: `{id}`, or all parts of an id."""
    parts = {f"{{{name}}}" for name in recipe.part_names()}
    return "{id}" in text or (bool(parts) and all(part in text for part in parts))


def _page_problems(key: str, page: PageRules, bodies: set[str], recipe: Recipe) -> Iterator[tuple[str, str]]:
    if page.format == "reading":
        if page.address != GIVEN_ADDRESS:
            yield f"{key}.address", f"expected {GIVEN_ADDRESS} where the format is reading, got {page.address!r}"
        if page.fields:
            yield f"{key}.fields", "expected none where the format is reading: it finds them"
        return
    yield from address(key, page.address, {"id", *recipe.part_names()}, page.hosts)
    if not _names_id(page.address, recipe):
        parts = "".join(f", or all of {', '.join(f'{{{name}}}' for name in sorted(recipe.part_names()))},")
        yield f"{key}.address", f"expected {{id}}{parts if recipe.part_names() else ''} in it, got {page.address!r}"
    yield from _field_problems(f"{key}.fields", page, (*PAGE_FIELDS, "id", *sorted(bodies)))


def _listing_problems(key: str, name: str, listing: Listing, forms: Mapping[str, Form]) -> Iterator[tuple[str, str]]:
    if not re.fullmatch(r"[a-z0-9_-]+", name):
        yield key, "expected a name of lower-case letters, digits, - and _"
    yield from one_of(f"{key}.form", listing.form, sorted(forms))
    if not listing.endpoints:
        yield f"{key}.endpoints", "expected at least one endpoint"
    if taken := listing.parameters.keys() & {*LISTING_NAMES, "host"}:
        yield f"{key}.parameters", f"{', '.join(sorted(taken))} has a meaning of its own; expected other names"
    for parameter in listing.parameters:
        if not parameter.isidentifier():  # a template has another meaning for {}, {0} and {a.b}
            yield f"{key}.parameters", f"expected names of letters, digits and _, got {parameter!r}"
    if listing.rhythm is not None:
        yield from span(f"{key}.rhythm", listing.rhythm)
    for number, endpoint in enumerate(listing.endpoints):
        where = f"{key}.endpoints[{number}]"
        yield from address(where, endpoint.address, LISTING_NAMES | listing.parameters.keys(), endpoint.hosts)
        yield from expression(f"{where}.items", endpoint.format, endpoint.items)
        yield from _field_problems(f"{where}.fields", endpoint, (*PAGE_FIELDS, "id"))
        if "id" not in endpoint.fields:
            yield f"{where}.fields", "expected an id among the fields"


def _field_problems(key: str, asked: PageRules | Endpoint, known: Collection[str]) -> Iterator[tuple[str, str]]:
    for field, rules in asked.fields.items():
        if not rules:
            yield f"{key}.{field}", "expected at least one expression"
        for number, rule in enumerate(rules):
            where = f"{key}.{field}[{number}]"
            yield from expression(where, asked.format, rule.select if isinstance(rule, Rule) else rule)
            if isinstance(rule, Rule):
                yield from regex(f"{where}.match", rule.match or "()")
        yield from one_of(key, field, known)


def _form_problems(key: str, form: Form, fields: set[str], *, is_web: bool) -> Iterator[tuple[str, str]]:
    for name, known in NAMES_OF_FORM.items():
        yield from template(f"{key}.{name}", getattr(form, name), known)
    which = "{key}" if is_web else "{id}"
    if which not in form.file:  # all posts of a day would be one file
        yield f"{key}.file", f"expected {which} in it, got {form.file!r}"
    if not form.body:
        yield f"{key}.body", "expected at least one name of a body"
    for number, body in enumerate(form.body):
        yield from one_of(f"{key}.body[{number}]", body, sorted(fields))
    if form.quote:
        yield from one_of(f"{key}.quote.from", form.quote.source, PAGE_FIELDS)
        yield from regex(f"{key}.quote.drop", form.quote.drop or "", groups=0)
