"""Which requests get a fault."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from archiver.replica.listings import find_listing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.replica.exchange import Seen
    from archiver.replica.faults import Fault


@dataclass
class FaultRule:
    """A fault for one article, path or listing, or (given none) for all but /robots.txt; `left` is how often yet."""

    fault: Fault
    id: str | None
    path: str | None
    listing: str | None
    left: int | None
    options: Mapping[str, Any]

    def covers(self, seen: Seen) -> bool:
        """Whether the request is one of those that get the fault."""
        if self.left == 0:
            return False
        if self.id is None and self.path is None and self.listing is None:
            return seen.path != "/robots.txt"
        return (
            self.path == seen.path
            or (self.id is not None and self.id == seen.article_id)
            or (self.listing is not None and self._in_listing(seen))
        )

    def _in_listing(self, seen: Seen) -> bool:
        listing = find_listing(seen)
        return listing is not None and listing.name == self.listing


class Rules:
    """The rules in force. Of several that cover a request the earliest is used, until its times are spent."""

    def __init__(self) -> None:
        self._rules: list[FaultRule] = []
        self._lock = Lock()

    def add(self, rule: FaultRule) -> None:
        """Put a rule in force."""
        with self._lock:
            self._rules.append(rule)

    def clear(self) -> None:
        """Drop every rule."""
        with self._lock:
            self._rules.clear()

    def take(self, seen: Seen) -> FaultRule | None:
        """The rule for the request, used once by this; None where no rule covers it."""
        with self._lock:
            rule = next((rule for rule in self._rules if rule.covers(seen)), None)
            if rule and rule.left is not None:
                rule.left -= 1
            return rule
