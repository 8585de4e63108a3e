"""The entries of a feed, each article once. No I/O."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from archiver.identity import plain_form

if TYPE_CHECKING:
    from archiver.discovery.entries import FeedEntry

NO_ADDRESS_REASON = "no address of the web"
LISTED_BEFORE_REASON = "listed before"
# Entries of a feed that are read. The newest stand first in almost all feeds, and hardly any has a hundredth of this.
MAX_FEED_ENTRIES = 10_000
TOO_MANY_REASON = f"after the first {MAX_FEED_ENTRIES:,}"


class Gathered:
    """Collects entries; leaves out those without an address, and those whose article is listed already. too_many: how
    many were not even looked at."""

    def __init__(self, too_many: int) -> None:
        self._entries: dict[str, FeedEntry] = {}
        self._left_out: Counter[str] = Counter({TOO_MANY_REASON: too_many} if too_many else ())

    def add(self, entry: FeedEntry) -> None:
        """Add an entry. If there are several of one article, the newest is kept, in the place of the first."""
        if not entry.address:
            self._left_out[NO_ADDRESS_REASON] += 1
            return
        before = self._entries.setdefault(plain_form(entry.address), entry)
        if before is not entry:
            self._left_out[LISTED_BEFORE_REASON] += 1
            if before.updated and entry.updated and entry.updated > before.updated:
                self._entries[plain_form(entry.address)] = entry

    @property
    def entries(self) -> tuple[FeedEntry, ...]:
        """The entries, in the order in which they came."""
        return tuple(self._entries.values())

    @property
    def left_out(self) -> dict[str, int]:
        """How many entries were left out, by the reason."""
        return dict(self._left_out)
