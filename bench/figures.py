"""Figures: how they are printed, and the ratios that have an aim."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class BenchError(Exception):
    """Something did not work, so that there is nothing to compare."""


class Ratio(NamedTuple):
    """A ratio that was measured, and its bounds: `aim` is what it should come to, `floor` a little worse than what it
    has come to, and what it must keep. None: there is no such bound."""

    name: str
    value: float
    aim: float | None = None
    at_least: bool = False
    floor: float | None = None

    @property
    def met(self) -> bool:
        """Whether it comes to its aim."""
        return self._keeps(self.aim)

    @property
    def holds(self) -> bool:
        """Whether it keeps its floor."""
        return self._keeps(self.floor)

    def _keeps(self, bound: float | None) -> bool:
        return bound is None or (self.value >= bound if self.at_least else self.value <= bound)


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Return the median of `values`, and the smallest and the largest of them."""
    return f"{median(values):,.{digits}f} ({min(values):,.{digits}f}-{max(values):,.{digits}f})"


def table(ratios: Sequence[Ratio]) -> str:
    """Return what the ratios came to, one a line."""
    lines = [f"{'ratio':<52}{'measured':>9}   aim"]
    for ratio in ratios:
        line = f"{ratio.name:<52}{ratio.value:>9.2f}"
        if ratio.aim is not None:
            aim = f"{'at least' if ratio.at_least else 'at most'} {ratio.aim:.2f}"
            line += f"   {aim:<14} {'met' if ratio.met else 'MISSED'}"
        if not ratio.holds:
            line += f"   BROKEN: the floor is {ratio.floor:.2f}"
        lines.append(line)
    return "\n".join(lines)
