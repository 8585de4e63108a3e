"""Recipes: what is particular to a source, as data."""

from archiver.recipes.load import load_recipe, load_recipes, load_site, load_sites, recipes_for, sites_for
from archiver.recipes.recipe import Endpoint, Form, Listing, PageRules, Recipe, web_recipe
from archiver.recipes.site import FieldPlace, SiteRecipe, site_for

__all__ = [
    "Endpoint",
    "FieldPlace",
    "Form",
    "Listing",
    "PageRules",
    "Recipe",
    "SiteRecipe",
    "load_recipe",
    "load_recipes",
    "load_site",
    "load_sites",
    "recipes_for",
    "site_for",
    "sites_for",
    "web_recipe",
]
