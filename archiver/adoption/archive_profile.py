"""Finding, by the posts of an archive, the settings that it was written with."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from archiver.adoption.files import is_utf8, post_files, read_file
from archiver.adoption.names import Names
from archiver.adoption.profile import found_profile
from archiver.cleaning import Cleaner

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.adoption.names import Named
    from archiver.recipes import Recipe
    from archiver.storage import Root


def profile_of(output: Root, recipes: Mapping[str, Recipe]) -> str:
    """Return the profile (`clean` or `source`) that the posts in `output` were written in; empty if they do not show
    it, or are of both. Raises StoreError for a directory that cannot be read."""
    names = Names(recipes.values())
    posts: defaultdict[str, list[tuple[str, Named]]] = defaultdict(list)
    for path in post_files(output):
        if is_utf8(path) and (named := names.named(path.rpartition("/")[2])) and not named.recipe.is_web:
            posts[named.recipe.name].append((path, named))
    profiles = {
        found_profile((read_file(output, *post) for post in of_recipe), Cleaner(recipes[name].clean))
        for name, of_recipe in posts.items()
    }
    known = profiles - {""}
    return known.pop() if len(known) == 1 else ""
