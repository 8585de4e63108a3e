"""The runs of an archive, as those have it that do not use `Runs`, `Listings` and `Hosts` yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archiver.index.hosts import Hosts
from archiver.index.listings import Listings
from archiver.index.runs import Runs

if TYPE_CHECKING:
    from archiver.index.database import Database
    from archiver.index.types import Robots, Run, Validators


class Journal:
    """Notes of runs."""

    def __init__(self, database: Database) -> None:
        self._hosts, self._listings, self._runs = Hosts(database), Listings(database), Runs(database)

    def begin(self, command: str, now: int) -> int:
        """See `Runs.begin`."""
        return self._runs.begin(command, now)

    def end(self, run: int, now: int, report: dict[str, Any]) -> None:
        """See `Runs.end`."""
        self._runs.end(run, report, now)

    def runs(self, limit: int) -> list[Run]:
        """See `Runs.latest`."""
        return self._runs.latest(limit)

    def forget(self, before: int, good: int) -> None:
        """See `Runs.forget`."""
        self._runs.forget(before, good)

    def listings(self) -> list[str]:
        """See `Listings.names`."""
        return self._listings.names()

    def add_yield(self, listing: str, run: int, now: int, content: dict[str, Any], *, good: bool) -> None:
        """See `Listings.add_stats`."""
        self._listings.add_stats(listing, run, content, now, good=good)

    def yields(self, listing: str, limit: int, *, good: bool = False) -> list[dict[str, Any]]:
        """See `Listings.stats`; here each has the `time` of its run in it, in seconds."""
        runs = self._listings.stats(listing, limit, good=good)
        return [{**one.stats, "time": one.time // 1_000_000} for one in runs]

    def validators(self, listing: str, endpoint: int) -> Validators:
        """See `Listings.validators`."""
        return self._listings.validators(listing, endpoint)

    def keep_validators(self, listing: str, endpoint: int, validators: Validators) -> None:
        """See `Listings.keep_validators`."""
        self._listings.keep_validators(listing, endpoint, validators)

    def forget_validators(self, listing: str) -> None:
        """See `Listings.forget_validators`."""
        self._listings.forget_validators(listing)

    def unfinished(self, listing: str) -> int:
        """See `Listings.unfinished`."""
        return self._listings.unfinished(listing)

    def note_unfinished(self, listing: str, page: int) -> None:
        """See `Listings.note_unfinished`."""
        self._listings.note_unfinished(listing, page)

    def hosts(self, now: int) -> dict[str, int]:
        """See `Hosts.on_hold`."""
        return self._hosts.on_hold(now)

    def hold(self, host: str, resume: int) -> None:
        """See `Hosts.hold`."""
        self._hosts.hold(host, resume)

    def robots(self, address: str, since: int, now: int) -> Robots | None:
        """See `Hosts.robots`."""
        return self._hosts.robots(address, since, now)

    def keep_robots(self, address: str, status: int, body: bytes, now: int) -> None:
        """See `Hosts.keep_robots`."""
        self._hosts.keep_robots(address, status, body, now)
