"""What 10, 100 and 1,000 workers would come to: a model with what was measured, and with what is assumed of machines.

Workers are customers of a closed network of queues: each makes an article by itself (its own core, its waiting for
answers), and needs a little of what all of them share: the database's cores and disk, the store, the bandwidth. Where
one of these is busy all the time, more workers bring no more articles.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from bench.workers import EACH, FEW, measure

if TYPE_CHECKING:
    from bench.figures import Ratio
    from bench.workers import Round

WORKERS = (1, 10, 100, 1000)
MBIT = 1e6 / 8  # bytes


class Costs(NamedTuple):
    """What an article takes, as it was measured.

    worker, server: seconds of processor time of a worker and of the database server. trips: times that a worker waits
    for the server. commits: transactions. log: bytes of the server's log. page: bytes that a source sends. puts:
    requests to the store. beats: transactions a second of a worker, whether it has work or not.
    """

    worker: float
    server: float
    trips: float
    commits: float
    log: float
    page: float
    puts: float
    beats: float = 0.5


class Machines(NamedTuple):
    """What is assumed of machines and prices, as of no certain offer.

    cores: of the database server. trip: seconds to it and back. flush: seconds in which its disk makes a transaction
    durable; together: transactions that wait for one flush. log: bytes a second that this disk takes. connections: that
    the server takes, one for a worker. puts: requests a second that the store takes; put: seconds that one takes, of
    which a worker makes `at_once` at a time. net: bytes a second that pages come with. Prices in dollars: a core of a
    worker and the server for an hour, a thousand puts.
    """

    cores: int = 8
    trip: float = 0.0005
    flush: float = 0.001
    together: int = 8
    log: float = 200e6
    connections: int = 100
    puts: float = 3500
    put: float = 0.03
    at_once: int = 16
    net: float = 1000 * MBIT
    core_hour: float = 0.04
    server_hour: float = 0.80
    thousand_puts: float = 0.005


class Outcome(NamedTuple):
    """What so many workers come to: those at work (others get no connection), articles a second, the part of what as
    many would make that share nothing, how busy each shared part is, and dollars a million articles."""

    at_work: int
    rate: float
    share: float
    busy: dict[str, float]
    dollars: float

    @property
    def limit(self) -> str:
        """What is busiest."""
        return max(self.busy, key=lambda name: self.busy[name])


def outcome(workers: int, costs: Costs, machines: Machines) -> Outcome:
    """Return what so many workers come to."""
    at_work = min(workers, machines.connections)
    alone = costs.worker + costs.trips * machines.trip + costs.puts * machines.put / machines.at_once
    transaction = costs.server / costs.commits  # seconds of a core
    flushed = machines.flush / machines.together
    beats = at_work * costs.beats
    demands = {
        "database cores": _left(costs.server / machines.cores, beats * transaction / machines.cores),
        "database flushes": _left(costs.commits * flushed, beats * flushed),
        "database log": costs.log / machines.log,
        "object requests": costs.puts / machines.puts,
        "bandwidth": costs.page / machines.net,
    }
    rate = throughput(at_work, alone, list(demands.values()))
    busy = {name: rate * demand for name, demand in demands.items()}
    busy["connections"] = workers / machines.connections
    hourly = at_work * machines.core_hour + machines.server_hour
    dollars = 1e6 * (hourly / 3600 / rate + costs.puts * machines.thousand_puts / 1000)
    one = throughput(1, alone, list(demands.values()))
    return Outcome(at_work, rate, rate / (workers * one), busy, dollars)


def throughput(customers: int, alone: float, demands: list[float]) -> float:
    """Return how many rounds a second so many customers come to, each of which spends `alone` seconds by itself in a
    round, and `demands` seconds at queues that all of them share (exact mean value analysis)."""
    waiting, rate = [0.0] * len(demands), 0.0
    for number in range(1, customers + 1):
        stays = [demand * (1 + before) for demand, before in zip(demands, waiting, strict=True)]
        rate = number / (alone + sum(stays))
        waiting = [rate * stay for stay in stays]
    return rate


def _left(demand: float, taken: float) -> float:
    """Return what a demand comes to where a part of the time is taken by what comes whether there is work or not."""
    return demand / max(1 - taken, 1e-6)


TOGETHER = 2  # workers that are measured: one alone has no leases to take
# Assumed of an article: bytes of a page of a real site, and requests to the store, for a post and a part of a file of
# captures.
PAGE, PUTS = 30_000, 1.1
SETUPS = {"as it comes": Machines(), "2,000 connections": Machines(connections=2000)}


def costs_of(done: Round) -> Costs:
    """Return what an article takes, by a crawl that was measured."""
    return Costs(
        worker=done.workers / 1000,
        server=done.server / 1000,
        trips=done.trips,
        commits=done.transactions,
        log=done.log * 1000,
        page=PAGE,
        puts=PUTS,
    )


def run(*, quick: bool) -> list[Ratio]:
    """Measure what an article takes, and print what workers would come to. There is no ratio."""
    costs = costs_of(measure(TOGETHER, FEW if quick else EACH))
    print(
        f"simulate: an article took {1000 * costs.worker:.1f} ms of processor time, {1000 * costs.server:.1f} of the "
        f"server's, {costs.commits:.2f} transactions, {costs.trips:.2f} round trips and {costs.log / 1000:.1f} kB of "
        f"its log\n"
        f"({TOGETHER} workers, load {os.getloadavg()[0]:.1f} after), on machines as they are assumed to be\n"
    )
    for title, machines in SETUPS.items():
        print(f"{title:<20}{'at work':>8}{'articles/s':>12}{'of ideal':>10}{'$ a million':>13}   busiest")
        for count in WORKERS:
            one = outcome(count, costs, machines)
            busiest = sorted(one.busy.items(), key=lambda pair: -pair[1])[:3]
            said = ", ".join(f"{name} {part:.0%}" for name, part in busiest)
            print(f"{f'{count:,} workers':<20}{one.at_work:>8,}{one.rate:>12,.0f}{one.share:>10.2f}", end="")
            print(f"{one.dollars:>13.2f}   {said}")
        print()
    return []
