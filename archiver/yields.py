"""What a listing gives, and when that is cause for alarm. No I/O."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from archiver.spans import show_span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HISTORY = 30  # runs without alarms that are looked back on
FILLED = ("title", "time", "source")
FEW = 5  # items: of fewer, a share says little
RHYTHM_RUNS = 5  # earlier runs from which a rhythm is taken
RHYTHM_FACTOR = 3
LEAST_QUIET = timedelta(hours=6)


@dataclass(slots=True)
class Yield:
    """What one listing gave in one run.

    fill: the share of its items with a title, a time and a source. articles: the same of the articles that came, and
    their bodies' length in characters. newest: when its newest item was published, in seconds since 1970.
    """

    listing: str
    requests: int = 0
    listed: int = 0
    new: int = 0
    unreadable: int = 0
    unchanged: bool = False  # the source said so, and sent nothing: the rest is as it was
    error: str = ""  # why it could not be read
    newest: int | None = None
    rhythm: int | None = None  # seconds: the recipe's
    fill: dict[str, float] = field(default_factory=dict)
    saved: int = 0
    failed: int = 0
    articles: dict[str, float] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return it for the index and for reports."""
        return asdict(self)


def alarms(current: Yield, history: Sequence[Mapping[str, Any]], now: int) -> list[str]:
    """Return what is wrong with a listing, in words.

    history: its last runs without alarms, each a Yield as a dict, with the `time` of the run. now: seconds since 1970.
    """
    if current.error:
        return [f"could not be read: {current.error}"]
    return [
        *_empty(current, history),
        *_unreadable(current),
        *_unfilled(current, history),
        *_quiet(current, history, now),
        *_failing(current),
    ]


def _empty(current: Yield, earlier: Sequence[Mapping[str, Any]]) -> list[str]:
    usual = [one["listed"] for one in earlier if one["listed"]]
    if current.listed or current.unreadable or not usual:
        return []
    return [f"is empty; it has had {median(usual):.0f} items"]


def _unreadable(current: Yield) -> list[str]:
    items = current.listed + current.unreadable
    if current.unreadable * 2 <= items:
        return []
    return [f"{current.unreadable} of {items} items name no article: has the source changed their fields?"]


def _unfilled(current: Yield, earlier: Sequence[Mapping[str, Any]]) -> list[str]:
    found = []
    for what, count, shares, key in (
        ("items", current.listed, current.fill, "fill"),
        ("articles", current.saved, current.articles, "articles"),
    ):
        for name in shares if count >= FEW else ():
            usual = [one[key][name] for one in earlier if name in one[key]]
            if usual and shares[name] * 2 < median(usual):
                found.append(_less(what, name, shares[name], median(usual)))
    return found


def _less(what: str, name: str, share: float, usual: float) -> str:
    if name == "body":
        return f"bodies of {what} have {share:.0f} characters; it has been {usual:.0f}"
    return f"{share:.0%} of {what} have a {name}; it has been {usual:.0%}"


def _quiet(current: Yield, earlier: Sequence[Mapping[str, Any]], now: int) -> list[str]:
    """The newest item may be as old as the recipe says; else three times as old as it has ever been when looked at."""
    if current.newest is None:
        return []
    ages = [one["time"] - one["newest"] for one in earlier if one["newest"] is not None]
    if current.rhythm is not None:
        allowed = current.rhythm
    elif len(ages) >= RHYTHM_RUNS:
        allowed = max(RHYTHM_FACTOR * max(ages), LEAST_QUIET // timedelta(seconds=1))
    else:
        return []
    age = now - current.newest
    if age <= allowed:
        return []
    return [f"its newest item is {_span(age)} old; it may be {_span(allowed)}"]


def _failing(current: Yield) -> list[str]:
    tried = current.saved + current.failed
    if current.failed < FEW or current.failed * 2 <= tried:
        return []
    return [f"{current.failed} of {tried} articles could not be had"]


def _span(seconds: int) -> str:
    return show_span(timedelta(seconds=seconds))
