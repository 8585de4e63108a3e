"""Figures: how they are printed, and the ratios that have an aim."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class BenchError(Exception):
    """Something did not work, so that there is nothing to compare."""


class Ratio(NamedTuple):
    """A ratio that was measured, and the bound that it should keep, if there is one."""

    name: str
    value: float
    aim: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether it keeps its bound."""
        return self.aim is None or (self.value >= self.aim if self.at_least else self.value <= self.aim)


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
        lines.append(line)
    return "\n".join(lines)
