"""Making the page object that follows the rules of a recipe for a page."""

from __future__ import annotations

from functools import cache
from pkgutil import resolve_name
from typing import TYPE_CHECKING

from archiver.errors import RecipeError
from archiver.pages.page import Page
from archiver.pages.web import WebPage
from archiver.recipes.recipe import DEFAULT_PAGE_CLASS

if TYPE_CHECKING:
    from archiver.recipes import Recipe


CLASS_OF_FORMAT: dict[str, type[Page]] = {"reading": WebPage}  # by format; a Page for any other


@cache
def page_for(recipe: Recipe, name: str) -> Page:
    """Return the page `name` of `recipe`, an object of the class in its `class` key, or else of the one for its format.

    Raises RecipeError when that class cannot be loaded or is not a Page.
    """
    rules = next(page for page in recipe.pages if page.name == name)
    try:
        page_class = (
            CLASS_OF_FORMAT.get(rules.format, Page)
            if rules.class_ == DEFAULT_PAGE_CLASS
            else resolve_name(rules.class_)
        )
    except (ImportError, AttributeError, ValueError) as error:
        raise RecipeError(f"{recipe.name}: pages.{name}.class: cannot load {rules.class_}: {error}") from error
    if not (isinstance(page_class, type) and issubclass(page_class, Page)):
        raise RecipeError(f"{recipe.name}: pages.{name}.class: expected a subclass of archiver.pages.Page")
    return page_class(recipe, rules)
