"""The settings on which made articles depend, beside the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.recipes import Recipe, SiteRecipe


@dataclass(frozen=True, slots=True)
class ExtractOptions:
    """All settings on which made articles depend, beside the answers. Plain data, which is sent to other processes.

    profile: of bodies (`clean` or `source`). site: the host that footers link to; empty: the recipe's. sites: the
    recipes of sites whose pages the general reading reads. any_page: the general reading also reads captured pages of
    which no recipe knows. keep_paywalled: for pages that the general reading reads, the beginning is enough if the rest
    is for those who pay.
    """

    recipes: Mapping[str, Recipe]
    profile: str = "clean"
    site: str = ""
    sites: tuple[SiteRecipe, ...] = ()
    any_page: bool = False
    keep_paywalled: bool = False
