"""Workers that share a crawl, on both kinds of index, beside one that crawls alone (`archiver crawl --workers N`)."""

from __future__ import annotations

import os
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from archiver.following import Followed, add_followed
from bench import command
from bench.figures import BenchError, Ratio, spread
from bench.press_sites import SITES, make_press
from bench.serving import serving
from bench.trips import CountingProxy
from tests.postgres import Server, programs

if TYPE_CHECKING:
    from collections.abc import Iterator

EACH, FEW = 60, 8  # articles of a site, beside an agency's
LONG = 99  # the same, where trips are counted: as many as a first run takes of a site
WORKERS = (1, 2, 4)
ROUNDS = 3
FILE, SERVER = "SQLite", "PostgreSQL"
ALONE = "SQLite, one process each"  # which makes its articles itself, as the bare spiders are one process each
KINDS = (FILE, SERVER, ALONE)
AIM = 1.4  # two workers to one
# Round trips to the server an article, of two workers.
TRIPS, TRIPS_FLOOR = 0.1, 0.6
# Transactions an article of two workers, with their index on a server. A crawl of few articles has more: of each site.
MOST, FLOOR = 0.1, 0.6
_DONE = """SELECT sum(xact_commit), pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') FROM pg_stat_database"""
TICK = os.sysconf("SC_CLK_TCK")


class Round(NamedTuple):
    """A crawl: articles a second; of an article the milliseconds of processor time that workers and database server
    took, the transactions, the kB that the server put into its log, and the round trips (0: they were not counted)."""

    rate: float
    workers: float
    server: float
    transactions: float
    log: float
    trips: float = 0


def run(*, quick: bool) -> list[Ratio]:
    """Print what crawls with one and with several workers come to; return the ratios."""
    each = FEW if quick else EACH
    done: defaultdict[tuple[str, int], list[Round]] = defaultdict(list)
    with _places(each) as (place, host, server):
        for number in range(1 if quick else ROUNDS):
            for kind, count in ((kind, count) for count in WORKERS for kind in KINDS):
                archive = Path(place, f"{KINDS.index(kind)}-{count}-{number}")
                of_kind = server if kind == SERVER else None
                done[kind, count].append(_crawl(archive, count, each, host, of_kind, single=kind == ALONE))
    _show(done, SITES * (each + 1))
    transactions = median(one.transactions for one in done[SERVER, 2])
    trips = [measure(2, each).trips for each in ([FEW] if quick else [EACH, LONG])]
    return [
        Ratio(f"workers: transactions an article, 2, {SERVER}", transactions, MOST, floor=None if quick else FLOOR),
        *(
            Ratio(
                f"workers: round trips an article, 2, {SITES * (each + 1):,} articles",
                one,
                TRIPS,
                floor=None if quick else TRIPS_FLOOR,
            )
            for each, one in zip([FEW] if quick else [EACH, LONG], trips, strict=True)
        ),
        *_rates(done),
    ]


def _rates(done: dict[tuple[str, int], list[Round]]) -> list[Ratio]:
    """Return how many articles a second several workers come to, of those that one comes to."""
    return [
        Ratio(
            f"workers: articles a second, {count} / 1, {kind}",
            median(one.rate for one in done[kind, count]) / median(one.rate for one in done[kind, 1]),
            AIM if count == 2 else None,
            at_least=True,
        )
        for kind in KINDS
        for count in WORKERS[1:]
    ]


def measure(workers: int, each: int) -> Round:
    """Return what one crawl by so many workers takes, with its index on a server, the round trips too. each: articles
    of a site."""
    with _places(each) as (place, host, server), CountingProxy(server.port) as proxy:
        return _crawl(Path(place, f"counted-{workers}"), workers, each, host, server, proxy)


@contextmanager
def _places(each: int) -> Iterator[tuple[str, str, Server]]:
    """Yield a directory, the host and port of the press, and a database server. each: articles of a site."""
    directory = programs()
    if directory is None:
        raise BenchError("needs PostgreSQL 15 or newer: apt-get install postgresql")
    server = Server(directory, durable=True)
    try:
        with serving("bench.press", str(each)) as host, TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as place:
            yield place, host, server
    finally:
        server.end()


def _crawl(
    archive: Path,
    workers: int,
    each: int,
    host: str,
    server: Server | None,
    proxy: CountingProxy | None = None,
    *,
    single: bool = False,
) -> Round:
    """Crawl the press with so many workers into an archive of its own. single: each makes its articles itself."""
    add_followed(archive, [Followed(home) for home in make_press(0).homes])
    variables = {"http_proxy": f"http://{host}", **({"ARCHIVER_EXTRACTORS": "0"} if single else {})}
    if server:
        schema = f"of_{archive.name.replace('-', '_')}"
        server.sql(f"CREATE SCHEMA {schema}")
        variables["ARCHIVER_INDEX"] = server.address(schema, port=proxy.port if proxy else 0)
    before = _used(server)
    options = ("--workers", str(workers), "-s", "DOWNLOAD_DELAY=0", "--output", str(archive))
    done = command.archiver("crawl", "web", *options, **variables)
    count = SITES * (each + 1)
    if not done.output.endswith(f"{count} written, 0 unchanged, 0 failed\n"):
        raise BenchError(f"expected {count} articles: {done.output}")
    used = [(after - earlier) / count for after, earlier in zip(_used(server), before, strict=True)]
    trips = proxy.trips / count if proxy else 0
    return Round(count / done.wall, 1000 * done.cpu / count, 1000 * used[0], used[1], used[2] / 1000, trips)


def _used(server: Server | None) -> tuple[float, float, float]:
    """Return what a database server has done: seconds of processor time, its processes that have ended among them;
    transactions; bytes of its log."""
    if server is None:
        return 0, 0, 0
    ((transactions, log),) = server.sql(_DONE)
    return sum(sum(times) for times in _family(server.process)) / TICK, int(transactions), int(log)


def _family(process: int) -> Iterator[list[int]]:
    """Yield the times (in ticks: its own, and of children that have ended) of a process and of those it started."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    yield [int(one) for one in fields[11:15]]
    for child in Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split():
        try:
            yield from _family(int(child))
        except FileNotFoundError:  # it has ended meanwhile
            continue


def _show(done: dict[tuple[str, int], list[Round]], count: int) -> None:
    print(
        f"workers: {SITES} sites, {count:,} articles, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} after, "
        "both wait for the disk\n"
    )
    columns = ("articles/s", "of one", "worker ms", "server ms", "transactions", "log kB")
    print(f"{'':<26}{'workers':>8}{columns[0]:>22}" + "".join(f"{name:>14}" for name in columns[1:]))
    for (kind, workers), rounds in sorted(done.items(), key=lambda one: (KINDS.index(one[0][0]), one[0][1])):
        rates = [one.rate for one in rounds]
        part = median(rates) / median(one.rate for one in done[kind, 1])
        costs = [median(values) for values in zip(*(one[1:5] for one in rounds), strict=True)]
        print(f"{kind:<26}{workers:>8}{spread(rates):>22}" + "".join(f"{cost:>14.2f}" for cost in (part, *costs)))
    print("\nmilliseconds of processor time, transactions and log are those of an article")
