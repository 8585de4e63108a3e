"""Which listings, sites and feeds a user means by the names on the command line. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archiver.addresses import web_address
from archiver.errors import UnknownListingError
from archiver.following.followed import Followed
from archiver.identity import normalise, plain_form
from archiver.listings import resolve_listings
from archiver.recipes import web_recipe
from archiver.urls import BARE_HOST_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from archiver.listings import ListingReference
    from archiver.recipes import Recipe


class Wanted(NamedTuple):
    """What is to be read."""

    listings: Sequence[ListingReference]  # of recipes
    followed: Sequence[Followed]
    named: frozenset[str]  # addresses that the user named explicitly


def resolve_names(names: Iterable[str], recipes: Mapping[str, Recipe], followed: Sequence[Followed]) -> Wanted:
    """Return what `names` mean: listings of recipes, as `archiver.listings` has them; addresses of sites and feeds,
    followed or not; the source of any page (`web`), which means all that is followed. No name means all listings of
    recipes, and all that is followed. Raises UnknownListingError."""
    any_page = web_recipe(recipes.values())
    web = any_page.name if any_page else ""
    known = {plain_form(one.address): one for one in followed}
    listings: list[str] = []
    found: dict[str, Followed] = {}
    named: set[str] = set()
    given = list(names)
    for name in given:
        text = name.strip()
        if text == web and web:
            if not followed:
                raise UnknownListingError(f"{name}: nothing is followed yet; `archiver follow ADDRESS` follows a site")
            found |= known
        elif address := _address(text.removeprefix(f"{web}/"), recipes):
            form = plain_form(address)
            found[form] = known.get(form) or Followed(address)
            named.add(address)
        else:
            listings.append(name)
    if not given:
        found = known
    of_recipes = any(recipe.listings for recipe in recipes.values())
    if listings or not (given or (found and not of_recipes)):
        return Wanted(resolve_listings(listings, recipes), tuple(found.values()), frozenset(named))
    return Wanted((), tuple(found.values()), frozenset(named))


def _address(text: str, recipes: Mapping[str, Recipe]) -> str:
    """Return the address that `text` is; empty if it is the name of a source, which has no dot."""
    is_address = "://" in text or (BARE_HOST_PATTERN.match(text) and text.partition("/")[0] not in recipes)
    return normalise(web_address(text)) if is_address else ""
