"""Statistics of listings, and the alarms that follow from them. No I/O."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from archiver.spans import show_span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_HISTORY_RUNS = 30  # earlier runs without alarms that a run is compared with
CHECKED_FIELDS = ("title", "time", "source")
MIN_SAMPLE = 5  # items: with fewer, a share says little
MIN_RHYTHM_MOVES = 5  # how often a newer item must have come before a rhythm is known
RHYTHM_FACTOR = 3
MIN_QUIET_SECONDS = 86400  # seconds that any listing may go without a newer item: at night there may be no news
MIN_RUNS = 3  # runs: with fewer, the length of bodies says little
SETTLED_SECONDS = 7 * 86400  # seconds: after so long without a run free of alarms, a change is taken for normal


@dataclass(slots=True)
class ListingStats:
    """What one listing gave in one run.

    filled_share: the shares of its items that have a title, a time and a source. articles: the same shares for the
    articles that were fetched, and the length of their bodies in characters. no_id: what the first item without an
    article's id has in its place, and what was expected. newest: when its newest item was published, in seconds since
    1970. absent: whether it was not read because nothing is there (HTTP status 404); the runs after the first to find
    it so raise no alarm.
    """

    listing: str
    requests: int = 0
    listed: int = 0
    new: int = 0
    unreadable: int = 0
    no_id: str = ""
    unchanged: bool = False  # the source said that it has not changed: the counts are those of the last run
    error: str = ""  # why it could not be read
    absent: bool = False
    newest: int | None = None
    rhythm: int | None = None  # seconds that its newest item may be old, as the recipe says
    longest_gap: int = 0  # seconds: the longest time that ever passed from one newest item to the next
    moves: int = 0  # how often a newer item has come
    filled_share: dict[str, float] = field(default_factory=dict)
    saved: int = 0
    failed: int = 0
    articles: dict[str, float] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return it as a dict, for the index and for reports."""
        return asdict(self)


def carry(current: ListingStats, history: Sequence[Mapping[str, Any]]) -> None:
    """Carry over to `current` what is known from all earlier runs about how often newer items come."""
    if not history:
        return
    last = history[0]
    current.longest_gap, current.moves = last["longest_gap"], last["moves"]
    if current.newest and last["newest"] and current.newest > last["newest"]:
        current.longest_gap = max(current.longest_gap, current.newest - last["newest"])
        current.moves += 1


def alarms(current: ListingStats, history: Sequence[Mapping[str, Any]], now: int) -> list[str]:
    """Return what is wrong with a listing, in words.

    history: its last runs without alarms, each ListingStats as a dict, with the `time` of the run. now: seconds since
    1970.
    """
    if current.error:
        return [f"could not be read: {current.error}"]
    return [
        *_empty(current, history),
        *_unreadable(current),
        *_unfilled(current, history, now),
        *_quiet(current, now),
        *_failing(current),
    ]


def _empty(current: ListingStats, earlier: Sequence[Mapping[str, Any]]) -> list[str]:
    usual = [one["listed"] for one in earlier if one["listed"]]
    if current.listed or current.unreadable or not usual:
        return []
    return [f"is empty; it has had {median(usual):.0f} items"]


def _unreadable(current: ListingStats) -> list[str]:
    items = current.listed + current.unreadable
    if current.unreadable * 2 <= items:
        return []
    example = f"; the first has {current.no_id}" if current.no_id else ""
    return [f"{current.unreadable} of {items} items name no article{example}"]


def _unfilled(current: ListingStats, earlier: Sequence[Mapping[str, Any]], now: int) -> list[str]:
    if not earlier or earlier[0]["time"] < now - SETTLED_SECONDS:
        return []
    unfilled = []
    for what, count, shares, of, key in (
        ("items", current.listed, current.filled_share, "listed", "filled_share"),
        ("articles", current.saved, current.articles, "saved", "articles"),
    ):
        for name in shares if count >= MIN_SAMPLE else ():
            usual = [one[key][name] for one in earlier if one[of] >= MIN_SAMPLE and name in one[key]]
            if len(usual) >= (MIN_RUNS if name == "body" else 1) and shares[name] * 2 < median(usual):
                unfilled.append(_less(what, name, shares[name], median(usual)))
    return unfilled


def _less(what: str, name: str, share: float, usual: float) -> str:
    if name == "body":
        return f"bodies of {what} have {share:.0f} characters; it has been {usual:.0f}"
    return f"{share:.0%} of {what} have a {name}; it has been {usual:.0%}"


def _quiet(current: ListingStats, now: int) -> list[str]:
    """Return an alarm if the newest item is too old. The recipe may say how old it may be (`rhythm`). If it does not,
    and newer items have come often enough to know, the newest may be three times as old as the longest time that ever
    passed from one newest item to the next, and at least a day."""
    if current.newest is None:
        return []
    if current.rhythm is not None:
        allowed = current.rhythm
    elif current.moves >= MIN_RHYTHM_MOVES:
        allowed = max(RHYTHM_FACTOR * current.longest_gap, MIN_QUIET_SECONDS)
    else:
        return []
    age = now - current.newest
    if age <= allowed:
        return []
    return [f"its newest item is {_span(age)} old; it may be {_span(allowed)}"]


def _failing(current: ListingStats) -> list[str]:
    tried = current.saved + current.failed
    if current.failed < MIN_SAMPLE or current.failed * 2 <= tried:
        return []
    return [f"{current.failed} of {tried} articles could not be had"]


def _span(seconds: int) -> str:
    return show_span(timedelta(seconds=seconds))
