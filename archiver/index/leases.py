"""Leases: what one worker at a time does or asks. They last as long as the worker says that it is there (`workers`)."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.index.hosts import asking_rests
from archiver.index.values import can_be_key, json_text, storable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from archiver.index.database import Database, Statement

# The kinds of leases.
ARTICLE, HOST, LISTING, RECIPE, SITE = "article", "host", "listing", "recipe", "site"
LIMIT_KIND = "limit"  # no lease, but a row with how many of something all workers of a run may still take
ARTICLES, REQUESTS = "articles", "requests"


class HostPoll(NamedTuple):
    """What a worker learns of hosts. came: those that it got, and how long to wait before the first request to each.
    rests: by name of a host, until when it asked to be left alone. wanted: hosts of this worker that others wait
    for."""

    came: Mapping[str, int]
    rests: Mapping[str, int]
    wanted: Sequence[str]


class Leases:
    """The leases that this worker has, and what it may take of the limits of a run."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, kind: str, names: list[str], run: int) -> list[str]:
        """Take leases, and return the names that this worker has from now on: those that no other has, and that were
        not done in this run. Once the run has nothing left to do, nothing is taken."""
        named = "SELECT one.value AS name FROM json_each(?3) AS one"
        return self._take(lambda _: named, run, json_text(_lease_names(kind, names)))

    def take_share(self, kind: str, names: list[str], run: int, parts: int, most: int) -> list[str]:
        """Take leases of one of so many equal parts of those of `names` that are free, in their order, `most` at most.
        Return those that this worker has taken."""

        def share(was_kept: bool) -> str:
            others = "leases.worker NOT IN (0, ?1)" if was_kept else "leases.worker <> 0"
            free = f"""SELECT CAST(asked.value ->> 0 AS BIGINT) AS place, asked.value ->> 1 AS name
                       FROM json_each(?3) AS asked WHERE NOT EXISTS (SELECT 1 FROM leases
                       WHERE leases.name = asked.value ->> 1 AND ({others} OR leases.run = ?2))"""
            return f"""SELECT name FROM ({free}) AS ones ORDER BY place
                       LIMIT least(((SELECT count(*) FROM ({free}) AS counted) + ?4 - 1) / ?4, ?5)"""

        return self._take(share, run, json_text(list(enumerate(_lease_names(kind, names)))), parts, most)

    def _take(self, names: Callable[[bool], str], run: int, *values: Any) -> list[str]:
        """Take leases for this worker, unless its run is over. names: returns SQL for their names, and is given whether
        they may have been taken already (`Database.carry_out`). ?1 is the worker in it, ?2 the run, and `values` begin
        with ?3."""
        worker = self._database.worker
        # A worker that finds out whether all are idle (`Workers.go_idle`) waits for this row.
        being_busy = "UPDATE workers SET state = 'busy' WHERE worker = ? AND state IN ('busy', 'idle')"
        taking = """INSERT INTO leases (name, worker) SELECT name, CAST(?1 AS BIGINT) FROM ({}) AS named
                    WHERE EXISTS (SELECT 1 FROM workers WHERE worker = ?1 AND state = 'busy') ORDER BY name
                    ON CONFLICT (name) DO UPDATE SET worker = excluded.worker
                    WHERE leases.worker IN (0, excluded.worker) AND leases.run <> ?2 RETURNING name"""

        def statements(was_kept: bool) -> list[Statement]:
            return [(being_busy, worker), (taking.format(names(was_kept)), worker, run, *values)]

        _, taken = self._database.carry_out(statements)
        return sorted(_named(name) for (name,) in taken)

    def poll_hosts(self, back: Mapping[str, int], hosts: Mapping[str, int], names: Collection[str]) -> HostPoll:
        """Give hosts back, and take others, which this worker alone may ask from now on. back: the hosts that others
        may ask, each after the given time from now. hosts: those to take, each with the time between two requests. A
        worker that has one of these learns from its next poll that somebody waits for it. names: of the hosts to take,
        under which they are noted when they ask to be left alone.

        Durations go in and out, and no times of a worker's own, whose clock may be minutes off. And no wait is longer
        than the time between two requests, since the clock that all share may be set back."""
        statements = [*self._giving_back(back), *self._taking_hosts(hosts), asking_rests(names), self._asking_wanted()]
        *_, taken, _, rests, wanted = self._database.carry_out(lambda _: statements)
        return HostPoll({_named(name): wait for name, wait in taken}, dict(rests), [_named(name) for (name,) in wanted])

    def _giving_back(self, hosts: Mapping[str, int]) -> list[Statement]:
        giving_back = f"""UPDATE leases SET worker = 0, ready = {self._database.present} + ?1,
                          spacing = greatest(spacing, ?1) WHERE name = ?2 AND worker = ?3"""
        rows = sorted((wait, f"{HOST} {storable(host)}", self._database.worker) for host, wait in hosts.items())
        return [(giving_back, *row) for row in sorted(rows, key=itemgetter(1))]

    def _taking_hosts(self, hosts: Mapping[str, int]) -> list[Statement]:
        """Return the statement that takes hosts, and returns each with how long to wait; and the one by which those who
        have them learn that this worker waits for them."""
        present, worker = self._database.present, self._database.worker
        asked = json_text([(f"{HOST} {storable(host)}", one) for host, one in hosts.items() if can_be_key(HOST, host)])
        taking = f"""INSERT INTO leases (name, worker, spacing)
                     SELECT asked.value ->> 0, CAST(?1 AS BIGINT), CAST(asked.value ->> 1 AS BIGINT)
                     FROM json_each(?2) AS asked WHERE true ORDER BY 1
                     ON CONFLICT (name) DO UPDATE SET worker = excluded.worker, wanted = 0,
                     spacing = greatest(excluded.spacing, least(leases.ready - {present}, leases.spacing))
                     WHERE leases.worker IN (0, excluded.worker)
                     RETURNING name, greatest(least(ready - {present}, spacing), 0)"""
        wanting = f"""UPDATE leases SET wanted = 1 WHERE name IN (SELECT name FROM leases
                      WHERE name IN (SELECT asked.value ->> 0 FROM json_each(?2) AS asked) AND worker NOT IN (0, ?1)
                      AND wanted = 0 ORDER BY name {self._database.locking_rows})"""
        return [(taking, worker, asked), (wanting, worker, asked)]

    def _asking_wanted(self) -> Statement:
        """Return the query for the hosts of this worker that others wait for."""
        wanted = f"SELECT name FROM leases WHERE worker = ? AND wanted = 1 AND name LIKE '{HOST} %'"
        return wanted, self._database.worker

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

    def give_back(self, kind: str, names: list[str], done_in: int = 0) -> None:
        """Let others have these. done_in: the run in which they are done, so that nobody takes them in it again; 0: in
        none."""
        self._database.write_all(
            "UPDATE leases SET worker = 0, run = ? WHERE name = ? AND worker = ?",
            sorted((done_in, f"{kind} {storable(name)}", self._database.worker) for name in names),
        )

    def drop(self, kind: str, names: list[str]) -> None:
        """Let others have these, and delete their rows: there are too many of them to keep."""
        self._database.write_all(
            "DELETE FROM leases WHERE name = ? AND worker = ?",
            sorted((f"{kind} {storable(name)}", self._database.worker) for name in names),
        )


def taking_articles(worker: int, names: Collection[str]) -> Statement:
    """Return the statement that takes leases of articles, and returns which of them this worker has from then on. They
    are given up with `drop`."""
    sql = """INSERT INTO leases (name, worker) SELECT one.value, CAST(?1 AS BIGINT) FROM json_each(?2) AS one
             WHERE true ORDER BY one.value
             ON CONFLICT (name) DO UPDATE SET worker = excluded.worker
             WHERE leases.worker IN (0, excluded.worker) RETURNING name"""
    return sql, worker, json_text(_lease_names(ARTICLE, names))


def _lease_names(kind: str, names: Iterable[str]) -> list[str]:
    """Return the names of leases as they are stored, each once, in the order of `names`."""
    return list(dict.fromkeys(f"{kind} {storable(name)}" for name in names if can_be_key(kind, name)))


def _named(lease: str) -> str:
    """Return what a lease is of, without its kind."""
    return lease.partition(" ")[2]
