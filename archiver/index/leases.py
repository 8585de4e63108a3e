"""Leases: what one worker at a time does or asks. They last as long as the worker says that it is there (`workers`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.index.values import can_be_key, json_text, storable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.index.database import Database

# The kinds of leases.
ARTICLE, HOST, LISTING, RECIPE, SITE = "article", "host", "listing", "recipe", "site"
LIMIT_KIND = "limit"  # no lease, but a row with how many of something all workers of a run may still take
ARTICLES, REQUESTS = "articles", "requests"


class Leases:
    """The leases that this worker has, and what it may take of the limits of a run."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, kind: str, names: list[str], run: int) -> list[str]:
        """Take leases, and return the names that this worker has from now on: those that no other has, and that were
        not done in this run. Once the run has nothing left to do, nothing is taken."""
        return self._database.transact(lambda: self._take(kind, names, run))

    def _take(self, kind: str, names: list[str], run: int) -> list[str]:
        if not self._is_busy():
            return []
        return sorted(self._taken(kind, names, run))

    def take_share(self, kind: str, names: list[str], run: int, parts: int, most: int) -> list[str]:
        """Take leases of one of so many equal parts of those of `names` that are free, in their order, `most` at most.
        Return the names that this worker has from now on."""
        return self._database.transact(lambda: self._take_share(kind, names, run, parts, most))

    def _take_share(self, kind: str, names: list[str], run: int, parts: int, most: int) -> list[str]:
        free = self.free(kind, names, run)
        share = free[: min(-(-len(free) // parts), most)]
        return self._take(kind, share, run) if share else []

    def _is_busy(self) -> bool:
        """Note that this worker is busy; return False if it may not be any more, since its run is over."""
        # A worker that finds out whether all are idle (`Workers.go_idle`) waits for this row.
        return bool(
            self._database.rows(
                "UPDATE workers SET state = 'busy' WHERE worker = ? AND state IN ('busy', 'idle') RETURNING worker",
                self._database.worker,
            )
        )

    def _taken(self, kind: str, names: list[str], run: int) -> dict[str, int]:
        keys = json_text(sorted({f"{kind} {storable(name)}" for name in names if can_be_key(kind, name)}))
        rows = self._database.rows(
            f"""INSERT INTO leases (name, worker)
               SELECT one.value, CAST(?1 AS BIGINT) FROM json_each(?2) AS one WHERE true ORDER BY one.value
               ON CONFLICT (name) DO UPDATE SET worker = excluded.worker, wanted = 0
               WHERE leases.worker IN (0, excluded.worker) AND leases.run <> ?3
               RETURNING name, greatest(least(ready - {self._database.present}, spacing), 0)""",
            self._database.worker,
            keys,
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
        taken = {name.partition(" ")[2] for (name,) in rows}
        return [name for name in names if storable(name) not in taken]

    def take_hosts(self, hosts: Mapping[str, int]) -> dict[str, int]:
        """Return the hosts that this worker alone may ask from now on, each with how long it is to wait before its
        first request. hosts: each with the time between two requests. A worker that has one of the other hosts learns
        that somebody waits for it (`wanted_hosts`).

        Durations go in and out, and no times of a worker's own, whose clock may be minutes off. And no wait is longer
        than the time between two requests, since the clock that all share may be set back."""
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
        """Limit how many of each thing the workers of a run may take together. What is not named has no limit."""
        self._database.write(f"DELETE FROM leases WHERE name LIKE '{LIMIT_KIND} %'")
        self._database.write_all(
            "INSERT INTO leases (name, worker, ready) VALUES (?, 0, ?)",
            sorted((f"{LIMIT_KIND} {what}", most) for what, most in limits.items()),
        )

    def take_quota(self, what: str, most: int, parts: int) -> int:
        """Take a share of a limit, and return how many this worker may have: at most `most`, and at most one of `parts`
        equal parts of what is left; `most` if there is no limit."""
        return self._database.transact(lambda: self._take_quota(what, most, parts))

    def _take_quota(self, what: str, most: int, parts: int) -> int:
        locked = self._database.locking_rows
        limits = self._database.rows(f"SELECT ready FROM leases WHERE name = ? {locked}", f"{LIMIT_KIND} {what}")
        if not limits:
            return most
        quota = min(most, -(-int(limits[0][0]) // parts))
        self.return_quota(what, -quota)
        return quota

    def return_quota(self, what: str, count: int) -> None:
        """Give back a part of what this worker took of a limit, because it did not use it."""
        self._database.write("UPDATE leases SET ready = ready + ? WHERE name = ?", count, f"{LIMIT_KIND} {what}")

    def wanted_hosts(self) -> list[str]:
        """Return the hosts of this worker that others wait for."""
        rows = self._database.rows(
            f"SELECT name FROM leases WHERE worker = ? AND wanted = 1 AND name LIKE '{HOST} %'", self._database.worker
        )
        return [name.partition(" ")[2] for (name,) in rows]

    def give_hosts_back(self, hosts: Mapping[str, int]) -> None:
        """Let others ask these hosts, each after the given time from now."""
        self._database.write_all(
            f"""UPDATE leases SET worker = 0, ready = {self._database.present} + ?1, spacing = greatest(spacing, ?1)
                WHERE name = ?2 AND worker = ?3""",
            sorted((wait, f"{HOST} {storable(host)}", self._database.worker) for host, wait in hosts.items()),
        )

    def give_back(self, kind: str, names: list[str], done_in: int = 0) -> None:
        """Let others have these. done_in: the run in which they are done, so that nobody takes them in it again; 0: in
        none."""
        self._database.write_all(
            "UPDATE leases SET worker = 0, run = ? WHERE name = ? AND worker = ?",
            sorted((done_in, f"{kind} {storable(name)}", self._database.worker) for name in names),
        )

    def take_all(self, kind: str, names: list[str]) -> bool:
        """Take all of `names`, none of which this worker has yet, or nothing; return whether they were taken. They are
        given up with `drop`."""
        return self._database.transact(lambda: self._take_all(kind, names))

    def _take_all(self, kind: str, names: list[str]) -> bool:
        taken = self._taken(kind, names, -1)
        if len(taken) == len(names):
            return True
        self.drop(kind, list(taken))
        return False

    def drop(self, kind: str, names: list[str]) -> None:
        """Let others have these, and delete their rows: there are too many of them to keep."""
        self._database.write_all(
            "DELETE FROM leases WHERE name = ? AND worker = ?",
            sorted((f"{kind} {storable(name)}", self._database.worker) for name in names),
        )
