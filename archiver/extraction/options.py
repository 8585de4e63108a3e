"""What articles depend on, beside the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.recipes import Recipe, SiteRecipe


@dataclass(frozen=True, slots=True)
class ExtractOptions:
    """All that articles depend on, beside the answers. Plain data: other processes get it as it is.

    profile: of bodies (`clean` or `source`). site: the host that footers link to; empty: the recipe's.
    sites: what is known of sites whose pages the general reading reads. any_page: captured pages that no recipe knows
    are read by it, too. keep_paywalled: of those the beginning is enough where the rest is for those who pay.
    """

    recipes: Mapping[str, Recipe]
    profile: str = "clean"
    site: str = ""
    sites: tuple[SiteRecipe, ...] = ()
    any_page: bool = False
    keep_paywalled: bool = False
