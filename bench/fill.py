"""An index that is full: what it would hold after years of crawling, written through SQL."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta
from hashlib import blake2b, sha256
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from archiver.clock import SECOND, micros, now
from archiver.index import Index
from archiver.index.location import file_of
from archiver.listing_stats import CHECKED_FIELDS, ListingStats
from bench.articles import DAY, article_id, samples
from bench.server import LISTED, LISTINGS, PLACEHOLDER, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PER_DAY = 1000  # articles
PER_RUN = 100  # articles
BETWEEN_RUNS = 600 * SECOND
RECHECK = 6 * 3600 * SECOND
ZONE = "+08:00"
CHUNK = 20_000  # rows
CACHE = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000"
RULES = json.dumps({"title": "text:title", "time": "text:date", "source": "text:medianame", "body": "text:text"})


class Row(NamedTuple):
    """An article of the index, and when to ask for it again."""

    key: int
    id: str
    day: date
    time: str
    known: str
    due: int | None


def fill(output: Path, recipe: str, count: int) -> None:
    """Make an index in `output` of `count` articles that are saved, and of the runs that found them.

    The last are those on the first page of each listing; they are due for a re-check, but not for some hours.
    """
    index = Index.open(output)
    index.mark_complete()
    index.close()
    with closing(sqlite3.connect(file_of(output))) as connection:
        connection.executescript(CACHE)
        rows = _rows(count)
        while chunk := list(islice(rows, CHUNK)):
            _insert(connection, recipe, chunk)
        _insert_runs(connection, recipe, count // PER_RUN)
        connection.commit()
        connection.execute("PRAGMA journal_mode = WAL")


def _rows(count: int) -> Iterator[Row]:
    listed, today = LISTINGS * LISTED, date.fromisoformat(DAY)
    made = samples(SAMPLES)
    texts = [json.dumps(sample.known(PLACEHOLDER), ensure_ascii=False) for sample in made]
    times = [str(sample.fields["date"])[11:] for sample in made]
    due = now() + RECHECK
    for key in range(1, count + 1):
        number = key - 1 - (count - listed)  # of those that are listed
        day = today if number >= 0 else today - timedelta(days=1 + (-number - 1) // PER_DAY)
        name = article_id(number) if number >= 0 else f"{day:%Y%m%d}{key:010}"
        text, time = texts[number % SAMPLES], times[number % SAMPLES]
        yield Row(key, name, day, time, text.replace(PLACEHOLDER, name), due if number >= 0 else None)


def _insert(connection: sqlite3.Connection, recipe: str, rows: list[Row]) -> None:
    articles, sightings, posts = [], [], []
    for row in rows:
        published = f"{row.day.isoformat()}T{row.time}{ZONE}"
        saved = micros(datetime.fromisoformat(published))
        text_digest = blake2b(row.id.encode(), digest_size=16).hexdigest()
        when = (row.due, saved, saved, saved, saved)
        articles.append((row.key, recipe, row.id, *when, published, text_digest, row.known))
        place = f"{recipe}/list-{(row.key - 1) // LISTED % LISTINGS}"
        sightings.append((row.key, place, saved, saved))
        path = f"_posts/{row.day.isoformat()}-NW{row.id}.md"
        posts.append((row.key, "share", path, sha256(row.id.encode()).digest(), 1, saved, RULES))
    connection.executemany(
        """INSERT INTO articles (key, recipe, id, state, due, first_seen, last_seen, checked, saved, published,
                                 text_digest,
                                 known) VALUES (?, ?, ?, 'saved', ?, ?, ?, ?, ?, ?, ?, ?)""",
        articles,
    )
    connection.executemany("INSERT INTO sightings VALUES (?, ?, ?, ?)", sightings)
    connection.executemany(
        "INSERT INTO posts (article, form, path, sha256, revision, saved, rules) VALUES (?, ?, ?, ?, ?, ?, ?)", posts
    )


def _insert_runs(connection: sqlite3.Connection, recipe: str, count: int) -> None:
    newest = int(datetime.fromisoformat(f"{date.fromisoformat(DAY)}T00:00{ZONE}").timestamp())
    begun = now() - count * BETWEEN_RUNS
    for run in range(1, count + 1):
        time = begun + run * BETWEEN_RUNS - BETWEEN_RUNS // 2
        yields = [
            ListingStats(
                f"{recipe}/list-{number}",
                1,
                LISTED,
                PER_RUN // LISTINGS,
                newest=newest,
                filled_share=dict.fromkeys(CHECKED_FIELDS, 1.0),
            )
            for number in range(LISTINGS)
        ]
        contents = [one.as_dict() for one in yields]
        report = json.dumps({"counts": {"written": PER_RUN}, "listings": contents})
        connection.execute(
            "INSERT INTO runs (run, started, ended, command, report) VALUES (?, ?, ?, 'archiver crawl', ?)",
            (run, time - 30 * SECOND, time, report),
        )
        connection.executemany(
            "INSERT INTO listing_stats VALUES (?, ?, ?, 1, ?)",
            [(one["listing"], run, time, json.dumps(one)) for one in contents],
        )
