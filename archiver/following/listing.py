"""A feed, a sitemap or a page of links that is followed, as a listing among others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archiver.private import public_address

if TYPE_CHECKING:
    from archiver.recipes import Recipe

MAX_PAGES = 10  # pages of a feed that are read, as long as nothing on them is known


@dataclass(frozen=True, slots=True, eq=False)
class FollowedListing:
    """A feed, sitemap or page of links at an address. recipe: the one for any page. kind: `feed`, `sitemap` or
    `page`."""

    recipe: Recipe
    address: str
    kind: str

    @property
    def label(self) -> str:
        """The name of the listing in the same form as that of others (`source/listing`); without credentials."""
        return f"{self.recipe.name}/{public_address(self.address)}"

    @property
    def form(self) -> str:
        """The form of post that is wanted of what it lists."""
        return self.recipe.form

    @property
    def rhythm(self) -> None:
        """How old its newest item may be. None: that is judged by its own rhythm."""
        return

    @property
    def pages(self) -> int:
        """How many pages to read, as long as nothing on them is known."""
        return MAX_PAGES
