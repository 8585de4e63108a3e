"""Loading recipes. In: YAML files. Out: checked recipes, or an error that names the file, the key and what was
expected."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import as_file, files
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import yaml

from archiver.errors import PluginError, RecipeError
from archiver.plugins import RECIPES_GROUP, load_plugins
from archiver.recipes.check import problems
from archiver.recipes.check_site import site_problems
from archiver.recipes.recipe import Recipe
from archiver.recipes.site import SiteRecipe
from archiver.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

RECIPE_ENDINGS = (".yaml", ".yml")
MAX_RECIPE_BYTES = 1_000_000  # bytes
UNKNOWN_FIELD_PATTERN = re.compile("Object contains unknown field `(.*)`")
KNOWN_KEYS = {field.encode_name for kind in (Recipe, SiteRecipe) for field in msgspec.structs.fields(kind)}
PACKAGED_RECIPES = Path(__file__).parent


@cache
def load_recipes(*directories: str) -> dict[str, Recipe]:
    """Return the recipes of sources in `directories`, in plug-ins and in this package, by name; of several with one
    name the first counts. Recipes of sites (for the general reading) are left out.

    Raises RecipeError for a directory that does not exist, and for the first file that is no valid recipe; PluginError
    for a plug-in that cannot be used.
    """
    return {name: recipe for name, recipe in _load_all(*directories).items() if isinstance(recipe, Recipe)}


@cache
def load_sites(*directories: str) -> tuple[SiteRecipe, ...]:
    """Return the recipes of sites, from the same places as `load_recipes`. Raises the same errors."""
    return tuple(recipe for recipe in _load_all(*directories).values() if isinstance(recipe, SiteRecipe))


@cache
def _load_all(*directories: str) -> dict[str, Recipe | SiteRecipe]:
    recipes: dict[str, Recipe | SiteRecipe] = {}
    for directory in map(Path, directories):
        if not directory.is_dir():
            raise RecipeError(f"{directory}: no such directory; ARCHIVER_RECIPES must name directories of recipes")
        _add(recipes, directory)
    for plugin in load_plugins(RECIPES_GROUP):
        if not hasattr(plugin.loaded, "__path__"):  # a module without a directory, or no module at all
            raise PluginError(f"{plugin.name}: is not a package: its directory is to have the recipes")
        try:
            found = sorted(files(plugin.loaded).iterdir(), key=attrgetter("name"))
            for resource in found:
                if resource.name.lower().endswith(RECIPE_ENDINGS):
                    with as_file(resource) as file:
                        recipe = load_any(file)
                    recipes.setdefault(recipe.name, recipe)
        except RecipeError as error:
            raise PluginError(f"{plugin.name}: {error}") from error
    _add(recipes, PACKAGED_RECIPES)
    _add(recipes, PACKAGED_RECIPES / "sites")
    return recipes


def _add(recipes: dict[str, Recipe | SiteRecipe], directory: Path) -> None:
    for file in sorted(one for one in directory.iterdir() if one.name.lower().endswith(RECIPE_ENDINGS)):
        recipe = load_any(file)
        recipes.setdefault(recipe.name, recipe)


def recipes_for(settings: Mapping[str, Any]) -> dict[str, Recipe]:
    """Return the recipes of sources by the settings: the user's (ARCHIVER_RECIPES) come first. Raises RecipeError and
    PluginError."""
    return load_recipes(*_directories(settings))


def sites_for(settings: Mapping[str, Any]) -> tuple[SiteRecipe, ...]:
    """Return the recipes of sites by the settings: the user's come first. Raises RecipeError and PluginError."""
    return load_sites(*_directories(settings))


def _directories(settings: Mapping[str, Any]) -> list[str]:
    given = settings["ARCHIVER_RECIPES"] or ()
    directories = given.split(",") if isinstance(given, str) else given
    return [directory.strip() for directory in directories if directory.strip()]


def load_recipe(file: Path) -> Recipe:
    """Return the recipe of a source in `file`. Raises RecipeError with the file, the key and what was expected."""
    recipe = load_any(file)
    if not isinstance(recipe, Recipe):
        raise RecipeError(f"{file}: id: expected an id; this is a recipe for the general reading of a site")
    return recipe


def load_site(file: Path) -> SiteRecipe:
    """Return the recipe of a site in `file`. Raises RecipeError."""
    recipe = load_any(file)
    if not isinstance(recipe, SiteRecipe):
        raise RecipeError(f"{file}: id: expected none: this is a recipe of a source with ids, which no page is read by")
    return recipe


def load_any(file: Path) -> Recipe | SiteRecipe:
    """Return the recipe in `file`, of either kind: one that has hosts and no id is the recipe of a site.

    Raises RecipeError with the file, the key and what was expected.
    """
    content = _content(file)
    if isinstance(content, dict) and {"hosts", "id"} <= content.keys():
        raise RecipeError(
            f"{file}: hosts: expected none beside an id: the hosts of a source with ids stand in addresses, "
            "and a recipe for the general reading of a site has no id"
        )
    kind = SiteRecipe if isinstance(content, dict) and "hosts" in content and "id" not in content else Recipe
    try:
        recipe: Recipe | SiteRecipe = msgspec.convert(content, kind)  # type: ignore[assignment]
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        key = _named(content, where.rstrip("`"), str(error), kind)
        meant = _meant(what) if not key else ""
        raise RecipeError(f"{file}: {key or 'the recipe'}: {what}{meant}") from error
    for key, problem in problems(recipe) if isinstance(recipe, Recipe) else site_problems(recipe):
        raise RecipeError(f"{file}: {key}: {problem}")
    return recipe


def _meant(what: str) -> str:
    """Return a suggestion for the unknown key that a message names; empty if no key is similar."""
    unknown = UNKNOWN_FIELD_PATTERN.fullmatch(what)
    return did_you_mean(unknown[1], KNOWN_KEYS) if unknown else ""


def _content(file: Path) -> Any:
    """Return what YAML reads in `file`. Raises RecipeError."""
    try:
        if not file.is_file():  # a pipe, say, from which a read would never return
            raise RecipeError(f"{file}: {'expected a file' if file.exists() else 'no such file'}")
        if file.stat().st_size > MAX_RECIPE_BYTES:
            raise RecipeError(f"{file}: expected a file of at most {MAX_RECIPE_BYTES:,} bytes")
        return yaml.load(file.read_text(encoding="utf-8-sig"), _Loader)
    except RecipeError:
        raise
    except Exception as error:  # PyYAML's own, and whatever a value such as 2021-13-45 or `!!bool x` makes it raise
        raise RecipeError(f"{file}: not readable as YAML: {_yaml_reason(error)}") from error


def _yaml_reason(error: Exception) -> str:
    """Return in one line why something is no YAML, with its place. (PyYAML's message has many lines.)"""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem and (mark := error.problem_mark or error.context_mark):
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())


class _Loader(yaml.SafeLoader):
    """Reads YAML in which no mapping has a key twice: otherwise the last one would count, and nobody would notice."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.composer.ComposerError(None, None, f"{key.value!r} is there twice", key.start_mark)
                seen.add(key.value)
        return node


def _named(content: Any, where: str, message: str, kind: type[Recipe | SiteRecipe]) -> str:
    """Return the key `where` with the real names in place of `[...]`, which msgspec writes for names in a mapping.

    content: what could not be converted; it is changed here, to find the part that causes `message`.
    """
    part, named = content, ""
    for step in re.findall(r"[^.\[\]]+|\.\.\.", where):
        name = _failing(content, part, message, kind) if step == "..." and isinstance(part, dict) else step
        if isinstance(part, dict) and name in part:
            named += f".{name}"
            part = part[name]
        elif isinstance(part, list) and name.isdecimal():
            named += f"[{name}]"
            part = part[int(name)]
        else:  # a YAML set, say, which has no names
            named += f"[{name}]"
            break
    return named.removeprefix(".")


def _failing(content: Any, mapping: dict[str, Any], message: str, kind: type[Recipe | SiteRecipe]) -> str:
    """Leave in `mapping`, a part of `content`, only the entry that cannot be converted, and return its name."""
    whole = dict(mapping)
    for name, value in whole.items():
        mapping.clear()
        mapping[name] = value
        try:
            msgspec.convert(content, kind)
        except msgspec.ValidationError as error:
            if str(error) == message:
                return name
    mapping.update(whole)
    return "..."
