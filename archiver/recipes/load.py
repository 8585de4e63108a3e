"""Reading recipes: YAML files in, checked `Recipe`s out, or an error that names file, key and what was expected."""

from __future__ import annotations

import re
import string
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import jmespath
import msgspec
import yaml
from lxml import etree
from parsel.csstranslator import css2xpath

from archiver.errors import RecipeError
from archiver.recipes.recipe import FIELDS, Form, PageRules, Recipe, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from scrapy.settings import BaseSettings

PACKAGED = Path(__file__).parent
RECOVERED = ("title", "time", "source", "url")
COMPILERS: dict[str, Callable[[str], object]] = {
    "json": jmespath.compile,
    "css": css2xpath,
    "xpath": etree.XPath,
}


@cache
def load_recipes(*directories: str) -> dict[str, Recipe]:
    """Return the recipes in `directories`, then the packaged ones, by name; of one name the first counts.

    Raises RecipeError for a directory that is not there, and for the first file that is not a recipe.
    """
    recipes: dict[str, Recipe] = {}
    for directory in (*map(Path, directories), PACKAGED):
        if not directory.is_dir():
            raise RecipeError(f"{directory}: no such directory; ARCHIVER_RECIPES must name directories of recipes")
        for file in sorted(directory.glob("*.yaml")):
            recipe = load_recipe(file)
            recipes.setdefault(recipe.name, recipe)
    return recipes


def recipes_for(settings: BaseSettings) -> dict[str, Recipe]:
    """Return the recipes that a crawl with `settings` knows: yours (ARCHIVER_RECIPES) first. Raises RecipeError."""
    return load_recipes(*(directory.strip() for directory in settings.getlist("ARCHIVER_RECIPES") if directory.strip()))


def load_recipe(file: Path) -> Recipe:
    """Return the recipe in `file`. Raises RecipeError with the file, the key and what was expected."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except Exception as error:  # PyYAML's own, and whatever a value such as 2021-13-45 or `!!bool x` makes it raise
        raise RecipeError(f"{file}: not readable as YAML: {error}") from error
    try:
        recipe = msgspec.convert(content, Recipe)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        raise RecipeError(f"{file}: {where.rstrip('`') or 'the recipe'}: {what}") from error
    for key, problem in _problems(recipe):
        raise RecipeError(f"{file}: {key}: {problem}")
    return recipe


def _problems(recipe: Recipe) -> Iterator[tuple[str, str]]:
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
    if not page.address.startswith(("http://", "https://")):
        yield f"{key}.address", f"expected an address that begins http:// or https://, got {page.address!r}"
    yield from _template(f"{key}.address", page.address, {"id", "host"})
    if "{id}" not in page.address:
        yield f"{key}.address", f"expected {{id}} in it, got {page.address!r}"
    if ("{host}" in page.address) != any(page.hosts):
        yield f"{key}.hosts", "expected hosts where the address holds {host}, and only there"
    for field, rules in page.fields.items():
        for number, rule in enumerate(rules):
            where = f"{key}.fields.{field}[{number}]"
            select = rule.select if isinstance(rule, Rule) else rule
            try:
                COMPILERS[page.format](select)
            except Exception as error:
                yield where, f"expected {page.format.upper()}, got {select!r}: {error}"
            if isinstance(rule, Rule):
                yield from _regex(f"{where}.match", rule.match or "()")
        yield from _one_of(f"{key}.fields", field, (*FIELDS, "id", *sorted(bodies)))


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
