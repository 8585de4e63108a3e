"""The record of a site of many articles, as builds keep it, without the pages: a later build costs what it costs."""

from __future__ import annotations

from collections import Counter
from itertools import count, islice
from typing import TYPE_CHECKING

from archiver.clock import micros
from archiver.index import Index
from archiver.places import SITE
from archiver.posts.permalink import page_path
from archiver.site.ranges import settle
from archiver.site.record import SiteRecord
from archiver.site.titles import ARTICLES_PER_FILE
from bench.server import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

CHUNK = 50_000  # articles
COLUMNS = "key, recipe, id, form, sha256, path, moment, published, changed, title, source, language, state, digest"


def put_into_record(directory: Path) -> None:
    """Have the record of the site that is there know all of the archive's articles, as if a build had seen them: each
    is like one of the samples, which are in it, but for its id, its place and its time."""
    index = Index.read(directory)
    with SiteRecord(directory / SITE) as record:
        like = record.rows(f"SELECT {COLUMNS}, category FROM entries ORDER BY number LIMIT ?", SAMPLES)
        categories = dict(record.rows("SELECT number, name FROM lists WHERE kind = 'category'"))
        days = dict(record.rows("SELECT name, number FROM lists WHERE kind = 'day'"))
        first = last = int(record.fact("since"))
        (before,) = record.rows("SELECT max(number) FROM entries")[0]
        sizes: Counter[int] = Counter()
        changes = index.posts.changed(first)
        numbers = count(before + 1)
        while chunk := list(islice(changes, CHUNK)):
            entries, members = [], []
            for changed, number in zip(chunk, numbers, strict=False):
                (post,) = changed.posts
                *sample, category = like[(number - 1) % SAMPLES]
                day = f"{post.published:%Y-%m-%d}"
                if day not in days:
                    days[day] = record.run("INSERT INTO lists (kind, name) VALUES ('day', ?)", day)
                moment = micros(post.published)
                path = page_path(f"NW{post.key.id}", [categories[category]], post.published)
                own = {
                    0: f"{post.key.recipe}:{post.key.id}:{post.form}",
                    2: post.key.id,
                    5: path,
                    6: moment,
                    7: post.published.isoformat(),
                    13: changed.text_digest,
                }
                values = [own.get(place, value) for place, value in enumerate(sample)]
                entries.append((number, *values, category, days[day]))
                members += [(category, moment, number), (days[day], moment, number)]
                sizes.update((category, days[day]))
            marks = ", ".join("?" * len(entries[0]))
            for row in entries:
                record.run(f"INSERT INTO entries (number, {COLUMNS}, category, day) VALUES ({marks})", *row)
            for member in members:
                record.run("INSERT INTO members VALUES (?, ?, ?)", *member)
            last = chunk[-1].number
        for one, size in sizes.items():
            record.run("UPDATE lists SET size = size + ? WHERE number = ?", size, one)
        # The newest page of each list is split into all that there are.
        record.run("INSERT INTO touched SELECT list, max(moment), max(entry) FROM members GROUP BY list")
        for (number,) in record.rows("SELECT number FROM lists"):
            settle(record, number)
        record.run(
            """INSERT OR REPLACE INTO parts SELECT (number - 1) / ?, substr(min(published), 1, 10),
               substr(max(published), 1, 10) FROM entries GROUP BY 1""",
            ARTICLES_PER_FILE,
        )
        record.set("since", str(last))
        record.commit()
