"""What hosts ask of their visitors: to be left alone, and what is in their robots.txt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.index.types import Robots
from archiver.index.values import json_text, storable

if TYPE_CHECKING:
    from collections.abc import Collection

    from archiver.index.database import Database, Statement


class Hosts:
    """Notes of hosts, for this run and later ones."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def on_hold(self, now: int) -> dict[str, int]:
        """Return the hosts that are to be left alone, and until when."""
        return dict(self._database.rows("SELECT host, resume FROM hosts WHERE resume > ? ORDER BY host", now))

    def hold(self, host: str, until: int) -> None:
        """Note that `host` asked to be left alone until then (Retry-After)."""
        self._database.write(
            "INSERT INTO hosts VALUES (?, ?) ON CONFLICT (host) DO UPDATE SET resume = excluded.resume",
            storable(host),
            until,
        )

    def robots(self, address: str, since: int, now: int) -> Robots | None:
        """Return the robots.txt at `address` if it came between these times."""
        row = self._database.row(
            "SELECT status, body FROM robots WHERE address = ? AND fetched BETWEEN ? AND ?",
            storable(address),
            since,
            now,
        )
        return Robots(*row) if row else None

    def keep_robots(self, address: str, status: int, body: bytes, now: int) -> None:
        """Keep the robots.txt that came from `address`."""
        self._database.write(
            """INSERT INTO robots (address, status, body, fetched) VALUES (?, ?, ?, ?)
               ON CONFLICT (address)
               DO UPDATE SET status = excluded.status, body = excluded.body, fetched = excluded.fetched""",
            storable(address),
            status,
            body,
            now,
        )


def asking_rests(hosts: Collection[str]) -> Statement:
    """Return the query for until when each of the hosts is to be left alone, for those that have ever asked for it."""
    sql = "SELECT host, resume FROM json_each(?) AS one CROSS JOIN hosts ON host = one.value"
    return sql, json_text(sorted(storable(host) for host in hosts))
