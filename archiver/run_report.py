"""The report of a run, and the result for one address in it, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.statuses import ALARM, FAILED, SIGNALLED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.article import Article


class Result(NamedTuple):
    """What became of one address: an article and its outcome, or why there is none."""

    address: str
    outcome: str  # written, unchanged, kept, edited, older, quarantined, gone or failed
    article: Article | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DueArticle:
    """An article that a run without `dry_run` would ask for."""

    recipe: str
    id: str
    forms: tuple[str, ...]
    title: str


@dataclass(frozen=True, slots=True)
class RunReport:
    """The report of a run.

    counts: how many addresses had each outcome (written, unchanged, kept, edited, gone, failed, quarantined …).
    failures: `address`, `outcome` and `reason` of each address that gave no post. alarms: what is wrong with sources,
    one line for each cause. content: the whole report as it is in JSON, with the statistics of each listing and every
    alarm in full. due: the articles that a dry run would have asked for.
    """

    counts: Mapping[str, int]
    failures: tuple[Mapping[str, str], ...]
    alarms: tuple[str, ...]
    interrupted: int  # the number of the signal that stopped it; 0: it came to its end
    content: Mapping[str, Any]
    due: tuple[DueArticle, ...] = ()

    @property
    def written(self) -> int:
        """How many posts were written, new and edited ones."""
        return self.counts.get("written", 0)

    @property
    def failed(self) -> int:
        """How many addresses gave no post."""
        return self.counts.get("failed", 0) + self.counts.get("quarantined", 0)

    @property
    def exit_status(self) -> int:
        """The exit status of a command that ends with this report."""
        if self.interrupted:
            return SIGNALLED + self.interrupted
        return ALARM if self.alarms else FAILED if self.failed else 0

    def summary(self) -> str:
        """Return the counts in one line."""
        unchanged = sum(self.counts.get(name, 0) for name in ("unchanged", "kept", "edited"))
        gone = f", {self.counts['gone']} gone" if self.counts.get("gone") else ""
        return f"{self.written} written, {unchanged} unchanged, {self.failed} failed{gone}"
