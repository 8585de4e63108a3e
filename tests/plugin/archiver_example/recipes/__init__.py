"""Recipes: the YAML files beside this one."""
