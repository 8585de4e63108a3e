"""Recipes: what is particular to a source, as data."""

from archiver.recipes.load import load_recipe, load_recipes, recipes_for
from archiver.recipes.recipe import Endpoint, Form, Listing, PageRules, Recipe

__all__ = ["Endpoint", "Form", "Listing", "PageRules", "Recipe", "load_recipe", "load_recipes", "recipes_for"]
