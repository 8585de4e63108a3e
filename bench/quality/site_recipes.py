"""The second table: what the recipes that come with the archiver add, on the pages that they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archiver.recipes import load_sites, site_for
from bench.quality.tools import ours

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.quality.sets import PageSets, Sample, Scores

GENERAL, RECIPES = "general", "with recipes"


class RecipeScores:
    """Reads the pages for which there is a recipe in both ways."""

    def __init__(self) -> None:
        self._sites = load_sites()
        self._read: dict[str, dict[str, dict[str, dict[str, Any]]]] = {}
        self._names: set[str] = set()

    def read(self, name: str, samples: Iterable[Sample]) -> None:
        """Read those of the `samples` of the set `name` for which there is a recipe."""
        for sample in samples:
            if site := site_for(sample.address, sample.fetched, self._sites):
                self._names.add(site.name)
                tools = self._read.setdefault(name, {GENERAL: {}, RECIPES: {}})
                tools[GENERAL][sample.id] = ours(sample)
                tools[RECIPES][sample.id] = ours(sample, site)

    def scores(self, sets: PageSets) -> tuple[int, dict[str, tuple[int, dict[str, Scores]]]]:
        """Return how many recipes there were pages for; and of each set how many pages, and what each way scores."""
        return len(self._names), {
            name: (len(tools[GENERAL]), {tool: sets.score(name, found) for tool, found in tools.items()})
            for name, tools in self._read.items()
        }
