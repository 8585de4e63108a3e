"""Leases: what one worker at a time does or asks. They last as long as the worker says that it is there (`workers`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.index.values import can_be_key, json_text, storable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.index.database import Database

# What there are leases of.
ARTICLE, HOST, LISTING, RECIPE, SITE = "article", "host", "listing", "recipe", "site"
LIMIT = "limit"  # and what all workers of a run together have at most so many of; nobody has it
ARTICLES, REQUESTS = "articles", "requests"


class Leases:
    """What this worker has of what there is to do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, kind: str, names: list[str], run: int) -> list[str]:
        """Return those of `names` that are this worker's from now on: nobody else's, and not done in this run. None are
        once the run has nothing left to do."""
        return self._database.transact(lambda: self._take(kind, names, run))

    def _take(self, kind: str, names: list[str], run: int) -> list[str]:
        if not self._is_busy():
            return []
        return sorted(self._taken(kind, names, run))

    def _is_busy(self) -> bool:
        """Note that this worker is at work, and return whether it may be."""
        # Who finds that all are idle waits for this row.
        return bool(
            self._database.rows(
                "UPDATE workers SET state = 'busy' WHERE worker = ? AND state IN ('busy', 'idle') RETURNING worker",
                self._database.worker,
            )
        )

    def _taken(self, kind: str, names: list[str], run: int) -> dict[str, int]:
        asked = json_text(sorted({f"{kind} {storable(name)}" for name in names if can_be_key(kind, name)}))
        rows = self._database.rows(
            f"""INSERT INTO leases (name, worker)
               SELECT one.value, CAST(?1 AS BIGINT) FROM json_each(?2) AS one WHERE true ORDER BY one.value
               ON CONFLICT (name) DO UPDATE SET worker = excluded.worker, wanted = 0
               WHERE leases.worker IN (0, excluded.worker) AND leases.run <> ?3
               RETURNING name, greatest(least(ready - {self._database.present}, spacing), 0)""",
            self._database.worker,
            asked,
            run,
        )
        return {name.partition(" ")[2]: wait for name, wait in rows}

    def free(self, kind: str, names: list[str], run: int) -> list[str]:
        """Return those of `names`, in their order, that nobody has, and that were not done in this run."""
        rows = self._database.rows(
            """SELECT name FROM json_each(?) AS one CROSS JOIN leases ON leases.name = one.value
               WHERE worker <> 0 OR leases.run = ?""",
            json_text([f"{kind} {storable(name)}" for name in names]),
            run,
        )
        others = {name.partition(" ")[2] for (name,) in rows}
        return [name for name in names if storable(name) not in others]

    def take_hosts(self, hosts: Mapping[str, int]) -> dict[str, int]:
        """Return those of the hosts that this worker alone may ask from now on, and how long it waits before. hosts:
        with the time between two requests. Who has one of the others learns that somebody waits for it.

        No time of a worker's own goes in or out: its clock may be minutes off. And nobody waits for longer than was
        asked for between two requests: the one clock that they go by may be set."""
        return self._database.transact(lambda: self._take_hosts(hosts))

    def _take_hosts(self, hosts: Mapping[str, int]) -> dict[str, int]:
        taken = self._taken(HOST, list(hosts), -1)
        self._database.write_all(
            "UPDATE leases SET spacing = ? WHERE name = ?",
            sorted((max(hosts[host], wait), f"{HOST} {host}") for host, wait in taken.items()),
        )
        self._database.write_all(
            "UPDATE leases SET wanted = 1 WHERE name = ? AND wanted = 0",
            sorted((f"{HOST} {storable(host)}",) for host in hosts if host not in taken),
        )
        return taken

    def limit(self, limits: Mapping[str, int]) -> None:
        """Have the workers of a run take so many of each together, and of what is not named as many as they like."""
        self._database.write(f"DELETE FROM leases WHERE name LIKE '{LIMIT} %'")
        self._database.write_all(
            "INSERT INTO leases (name, worker, ready) VALUES (?, 0, ?)",
            sorted((f"{LIMIT} {what}", most) for what, most in limits.items()),
        )

    def take_room(self, what: str, most: int, parts: int) -> int:
        """Return how many this worker may take of what is limited: up to `most`, and to one of so many parts of what is
        left; `most` if it is not limited."""
        return self._database.transact(lambda: self._take_room(what, most, parts))

    def _take_room(self, what: str, most: int, parts: int) -> int:
        locked = self._database.locking_rows
        found = self._database.rows(f"SELECT ready FROM leases WHERE name = ? {locked}", f"{LIMIT} {what}")
        if not found:
            return most
        room = min(most, -(-int(found[0][0]) // parts))
        self.leave_room(what, -room)
        return room

    def leave_room(self, what: str, count: int) -> None:
        """Leave to others what this worker has not taken after all."""
        self._database.write("UPDATE leases SET ready = ready + ? WHERE name = ?", count, f"{LIMIT} {what}")

    def wanted_hosts(self) -> list[str]:
        """Return the hosts of this worker that others wait for."""
        rows = self._database.rows(
            f"SELECT name FROM leases WHERE worker = ? AND wanted = 1 AND name LIKE '{HOST} %'", self._database.worker
        )
        return [name.partition(" ")[2] for (name,) in rows]

    def give_hosts_back(self, hosts: Mapping[str, int]) -> None:
        """Let others ask these hosts, each not before so long from now."""
        self._database.write_all(
            f"""UPDATE leases SET worker = 0, ready = {self._database.present} + ?1, spacing = greatest(spacing, ?1)
                WHERE name = ?2 AND worker = ?3""",
            sorted((wait, f"{HOST} {storable(host)}", self._database.worker) for host, wait in hosts.items()),
        )

    def give_back(self, kind: str, names: list[str], done_in: int = 0) -> None:
        """Let others have these. done_in: the run in which nobody needs to."""
        self._database.write_all(
            "UPDATE leases SET worker = 0, run = ? WHERE name = ? AND worker = ?",
            sorted((done_in, f"{kind} {storable(name)}", self._database.worker) for name in names),
        )

    def take_all(self, kind: str, names: list[str]) -> bool:
        """Have all of `names`, none of which this worker has, or none; return whether it has them. They are to be
        dropped."""
        return self._database.transact(lambda: self._take_all(kind, names))

    def _take_all(self, kind: str, names: list[str]) -> bool:
        taken = self._taken(kind, names, -1)
        if len(taken) == len(names):
            return True
        self.drop(kind, list(taken))
        return False

    def drop(self, kind: str, names: list[str]) -> None:
        """Let others have these, and forget them: there are too many of them to be kept."""
        self._database.write_all(
            "DELETE FROM leases WHERE name = ? AND worker = ?",
            sorted((f"{kind} {storable(name)}", self._database.worker) for name in names),
        )
