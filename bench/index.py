"""The index, in a file and on a server: what its verbs cost, how often they wait for the server, and what a claim costs
however much waits."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory, TemporaryFile
from typing import TYPE_CHECKING

from archiver.captures import Capture
from archiver.index import ArticleKey, Finished, Index, Intent, LastAnswer, Sighting
from archiver.index.postgres import PostgresDatabase
from bench.figures import BenchError, Ratio
from tests.postgres import Server, programs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BATCH = 100  # articles a call
ROUNDS = 5
ARTICLES = 2000  # a round
WAITING = (10_000, 1_000_000)  # articles, when a claim is measured
CLAIMS = 20
FILE, SERVER = "SQLite", "PostgreSQL"
LISTING = "bench/all"
NOW = 1_800_000_000_000_000
PUBLISHED = datetime(2027, 1, 15, 8, tzinfo=UTC)
TRIPS = 0.1  # to the server, an article: what is aimed at
SAME = 1.5  # a claim where much waits to one where little does
_NUMBERS = """WITH RECURSIVE numbers(number) AS
              (SELECT CAST(1 AS BIGINT) UNION ALL SELECT number + 1 FROM numbers WHERE number < ?)"""


def run(*, quick: bool, largest: int = WAITING[1]) -> list[Ratio]:
    """Print what the verbs cost on both; return the ratios. largest: how many articles wait at most."""
    directory = programs()
    if directory is None:
        raise BenchError("needs PostgreSQL 15 or newer: apt-get install postgresql")
    server = Server(directory, durable=True)
    try:
        with TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as place:
            seconds, trips = _verbs(server, Path(place), 1 if quick else ROUNDS)
            sizes = [WAITING[0], largest]
            costs = _claims(server, Path(place), [size // 10 for size in sizes] if quick else sizes)
    finally:
        server.end()
    _show(seconds, trips, costs)
    ratios = [
        Ratio(f"index: {verb}, {SERVER} / {FILE} (verbs a second)", _ratio(seconds[FILE, verb], seconds[SERVER, verb]))
        for verb in ("see", "claim", "begin", "finish")
    ]
    ratios.append(Ratio("index: round trips an article", sum(trips.values()), TRIPS))
    for kind in (FILE, SERVER):
        little, much = (costs[kind, size] for kind_, size in costs if kind_ == kind)
        name = f"index: a claim where {largest:,} wait / {WAITING[0]:,}, {kind}"
        ratios.append(Ratio(name, median(much) / median(little), SAME))
    return ratios


def _ratio(one: list[float], other: list[float]) -> float:
    return median(one) / median(other)


def _verbs(server: Server, place: Path, rounds: int) -> tuple[dict[tuple[str, str], list[float]], dict[str, float]]:
    """Return the seconds that verbs take for ARTICLES, by database and verb, round for round in turns; and how often
    they wait for the server, for each article."""
    seconds: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    trips: defaultdict[str, float] = defaultdict(float)
    with ExitStack() as stack:
        indices = {
            FILE: stack.enter_context(closing(Index.open(place / "verbs-file"))),
            SERVER: stack.enter_context(closing(Index.open(place / "verbs-server", _schema(server, "verbs")))),
        }
        for number in range(rounds):
            for kind, index in indices.items():
                for verb, took in _life(index, number):
                    seconds[kind, verb].append(took)
        for verb, count in _trips(indices[SERVER], rounds):
            trips[verb] += count
    return seconds, trips


def _life(index: Index, number: int) -> Iterator[tuple[str, float]]:
    """Have articles be seen, claimed and written; yield the verbs, and the seconds that each took for all."""
    names = [f"{number}-{one}" for one in range(ARTICLES)]
    batches = [names[start : start + BATCH] for start in range(0, ARTICLES, BATCH)]
    took: defaultdict[str, float] = defaultdict(float)
    for batch in batches:
        began = time.perf_counter()
        index.see([Sighting(_key(name), LISTING, "share", {"title": name}) for name in batch], NOW, every_form=True)
        took["see"] += time.perf_counter() - began
    for _ in batches:
        began = time.perf_counter()
        claims = index.claim(number + 1, [LISTING], BATCH, NOW)
        claimed = time.perf_counter()
        if len(claims) != BATCH:
            raise BenchError(f"{len(claims)} articles were claimed instead of {BATCH}")
        index.begin([_intent(one.key) for one in claims], NOW)
        begun = time.perf_counter()
        index.finish([_finished(one.key) for one in claims], NOW)
        took["claim"] += claimed - began
        took["begin"] += begun - claimed
        took["finish"] += time.perf_counter() - begun
    yield from took.items()


def _trips(index: Index, number: int) -> Iterator[tuple[str, float]]:
    """Yield the verbs, and how often each waits for the server for an article, in batches of BATCH."""
    names = [f"{number}-{one}" for one in range(BATCH)]
    database = index._database
    if not isinstance(database, PostgresDatabase):
        raise BenchError("only a server is waited for")
    keys = [_key(name) for name in names]
    sightings = [Sighting(key, LISTING, "share", {}) for key in keys]
    for verb, carry_out in (
        ("see", lambda: index.see(sightings, NOW, every_form=True)),
        ("claim", lambda: index.claim(number + 1, [LISTING], BATCH, NOW)),
        ("begin", lambda: index.begin([_intent(key) for key in keys], NOW)),
        ("finish", lambda: index.finish([_finished(key) for key in keys], NOW)),
    ):
        with TemporaryFile("w+") as said:
            database._connection.pgconn.trace(said.fileno())
            carry_out()
            database._connection.pgconn.untrace()
            said.seek(0)
            yield verb, _waits([line.split("\t") for line in said]) / BATCH


def _waits(messages: Sequence[Sequence[str]]) -> int:
    """Return how often a client asked for answers (Flush, Sync) before it sent more. messages: as libpq traces them,
    each a list of a time, F (to the server) or B (back), a length, its type, and what it says."""
    waits, asked = 0, False
    for _, side, _, kind, *_ in (one for one in messages if len(one) > 3):
        if side == "F":
            asked = asked or kind.strip() in ("Flush", "Sync")
        elif asked:
            waits, asked = waits + 1, False
    return waits


def _claims(server: Server, place: Path, sizes: list[int]) -> dict[tuple[str, int], list[float]]:
    """Return the seconds that claims of BATCH articles take, by database and by how many articles wait."""
    costs: dict[tuple[str, int], list[float]] = {}
    for kind in (FILE, SERVER):
        for size in sizes:
            at = "" if kind == FILE else _schema(server, f"claims_{size}")
            with closing(Index.open(place / f"claims-{kind}-{size}", at)) as index:
                _fill(index, size)
                if at:
                    server.sql(f"VACUUM ANALYZE claims_{size}.articles", f"VACUUM ANALYZE claims_{size}.sightings")
                index.claim(1, [LISTING], BATCH, NOW)  # the first one looks for times that are too far off
                costs[kind, size] = []
                for _ in range(CLAIMS):
                    began = time.perf_counter()
                    index.claim(1, [LISTING], BATCH, NOW)
                    costs[kind, size].append(time.perf_counter() - began)
    return costs


def _fill(index: Index, size: int) -> None:
    """Have so many articles wait."""
    database = index._database

    def fill() -> None:
        database.write(
            f"""INSERT INTO articles (key, recipe, id, state, due, first_seen, last_seen)
                {_NUMBERS} SELECT number, 'bench', 'a' || number, 'listed', number, number, number FROM numbers""",
            size,
        )
        database.write(
            f"INSERT INTO sightings {_NUMBERS} SELECT number, '{LISTING}', number, number FROM numbers", size
        )

    database.transact(fill)


def _schema(server: Server, name: str) -> str:
    server.sql(f"CREATE SCHEMA {name}")
    return server.address(name)


def _key(name: str) -> ArticleKey:
    return ArticleKey("bench", name)


def _intent(key: ArticleKey) -> Intent:
    content = sha256(key.id.encode()).digest()
    return Intent(
        key, "share", f"_posts/{key.id}.md", content, PUBLISHED, key.id, {"title": "page"}, NOW, _capture(key)
    )


def _finished(key: ArticleKey) -> Finished:
    answer = LastAnswer("page", f"http://bench.example/{key.id}", "", "", NOW, _capture(key))
    return Finished(key, "share", "saved", NOW, places=(LISTING,), seen=NOW, answer=answer)


def _capture(key: ArticleKey) -> Capture:
    digest = sha256(key.id.encode())
    offset = int.from_bytes(digest.digest()[:5], "big")
    return Capture("_captures/a.warc.gz", offset, 900, digest.hexdigest(), f"http://bench.example/{key.id}", PUBLISHED)


def _show(
    seconds: dict[tuple[str, str], list[float]], trips: dict[str, float], costs: dict[tuple[str, int], list[float]]
) -> None:
    print(
        f"index: batches of {BATCH}, {ARTICLES:,} articles a round, both wait for the disk, "
        f"load {os.getloadavg()[0]:.1f} after\n"
    )
    print(f"{'articles a second':<20}{FILE:>12}{SERVER:>12}{'trips an article':>20}")
    for verb, count in trips.items():
        rates = [f"{ARTICLES / median(seconds[kind, verb]):>12,.0f}" for kind in (FILE, SERVER)]
        print(f"{verb:<20}{''.join(rates)}{count:>20.2f}")
    print(f"\n{'claim, ms':<20}{FILE:>12}{SERVER:>12}")
    for size in sorted({size for _, size in costs}):
        times = [f"{1000 * median(costs[kind, size]):>12.1f}" for kind in (FILE, SERVER)]
        print(f"{size:>12,} wait{'':<3}{''.join(times)}")
