"""A feed, a sitemap or a page of links that is followed, as a listing among others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archiver.private import public_address

if TYPE_CHECKING:
    from archiver.recipes import Recipe

MOST_PAGES = 10  # that a feed goes on to while nothing on a page is known


@dataclass(frozen=True, slots=True, eq=False)
class FollowedListing:
    """What is read at an address. recipe: the one for any page. kind: `feed`, `sitemap` or `page`."""

    recipe: Recipe
    address: str
    kind: str

    @property
    def label(self) -> str:
        """The name that it is known by, as other listings are (`source/listing`); without credentials."""
        return f"{self.recipe.name}/{public_address(self.address)}"

    @property
    def form(self) -> str:
        """The form of post that is wanted of what it lists."""
        return self.recipe.form

    @property
    def rhythm(self) -> None:
        """How old its newest item may be: its own rhythm tells."""
        return

    @property
    def pages(self) -> int:
        """How many pages to go on to while nothing on them is known."""
        return MOST_PAGES
