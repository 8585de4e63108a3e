"""What is ours alone, in rows of versions that kept it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from archiver.index.credentials import ADDRESS_COLUMNS
from tests.index.values import NOW

if TYPE_CHECKING:
    from archiver.index import Index

KEY = "s3cr3tA1b2c3d4e5f6"
SITE = f"http://jane:pa55word@www.example/feed?token={KEY}"
KEPT = "http://www.example/feed?token=removed-9f3db809"
REPORT, KEPT_REPORT = (json.dumps({"listings": [], "failures": [f"{one}: gone"]}) for one in (SITE, KEPT))
WORKER: dict[str, object] = {
    "run": 1,
    "writer": 0,
    "process": 1,
    "host": "a",
    "started": NOW,
    "heard": NOW,
    "state": "left",
}
# A row of an earlier version, and what is kept of what is private in it.
ROWS: list[tuple[str, dict[str, object], str]] = [
    ("aliases", {"address": f"www.example/a?token={KEY}", "article": 1}, "www.example/a?token=removed-9f3db809"),
    (
        "answers",
        {"article": 1, "page": "", "url": SITE, "etag": "", "modified": "", "fetched": NOW},
        KEPT,
    ),
    (
        "articles",
        {"recipe": "web", "id": "a", "state": "failed", "reason": f"{SITE}: no", "first_seen": 1, "last_seen": 1},
        f"{KEPT}: no",
    ),
    ("captures", {"warc": "a", "offset": 0, "length": 9, "payload": bytes(32), "url": SITE, "time": NOW}, KEPT),
    ("gone", {"listing": f"web/{SITE}", "time": NOW}, f"web/{KEPT}"),
    ("hosts", {"host": "jane:pa55word@www.example:80", "resume": NOW}, "www.example:80"),
    ("listing_stats", {"content": REPORT, "listing": "web/a", "run": 1, "time": NOW, "good": 1}, KEPT_REPORT),
    ("listing_stats", {"listing": f"web/{SITE}", "run": 1, "time": NOW, "good": 1, "content": "{}"}, f"web/{KEPT}"),
    ("pictures", {"reason": f"{SITE}: no", "address": "http://www.example/a.png"}, f"{KEPT}: no"),
    ("resting", {"listing": f"web/{SITE}", "until": NOW, "says": "[]"}, f"web/{KEPT}"),
    ("robots", {"address": SITE, "status": 200, "body": b"", "fetched": NOW}, KEPT),
    ("runs", {"command": f"archiver get {SITE} -q", "started": NOW}, f"archiver get {KEPT} -q"),
    (
        "runs",
        {"command": 'crawl -s DEFAULT_REQUEST_HEADERS={"X-Key": "a b", "Y": "c"} -q', "started": NOW},
        "crawl -s DEFAULT_REQUEST_HEADERS=removed -q",
    ),
    ("runs", {"command": "crawl --on-alarm mailer web", "started": NOW}, "crawl --on-alarm removed web"),
    ("runs", {"report": REPORT, "started": NOW, "command": ""}, KEPT_REPORT),
    ("sightings", {"place": f"web/{SITE}", "article": 1, "first_seen": 1, "last_seen": 1}, f"web/{KEPT}"),
    ("sightings", {"place": SITE, "article": 1, "first_seen": 1, "last_seen": 1}, KEPT),
    ("unfinished", {"listing": f"press/new?key={KEY}", "page": 2}, "press/new?key=removed-9f3db809"),
    ("validators", {"listing": f"web/{SITE}", "endpoint": 0, "etag": "", "modified": ""}, f"web/{KEPT}"),
    (
        "workers",
        {**WORKER, "command": f"archiver worker {SITE}"},
        f"archiver worker {KEPT}",
    ),
    (
        "workers",
        {**WORKER, "results": REPORT, "command": ""},
        KEPT_REPORT,
    ),
]


def column(row: dict[str, object]) -> str:
    """The column that holds what is private."""
    return next(
        name
        for name, value in row.items()
        if isinstance(value, str) and ("@" in value or KEY in value or "-s " in value or "--on" in value)
    )


def put(index: Index, table: str, row: dict[str, object]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    index._database.write(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", *row.values())


def test_each_column_is_tried() -> None:
    assert {(table, column(row)) for table, row, _ in ROWS} == {(one.table, one.name) for one in ADDRESS_COLUMNS}


@pytest.mark.parametrize(("table", "row", "kept"), ROWS, ids=[f"{table}.{column(row)}" for table, row, _ in ROWS])
def test_what_is_private_in_a_row_is_replaced(index: Index, table: str, row: dict[str, object], kept: str) -> None:
    name = column(row)
    put(index, table, row)
    assert index.credentials.count() == {f"{table}.{name}": 1}
    assert index.credentials.remove()
    assert [found for (found,) in index._database.rows(f"SELECT {name} FROM {table}")] == [kept]
    assert (index.credentials.count(), index.credentials.remove()) == ({}, False)


@pytest.mark.parametrize(("table", "row", "kept"), ROWS)
def test_what_is_known_as_it_is_kept_stays(index: Index, table: str, row: dict[str, object], kept: str) -> None:
    """The version that kept it, and the one that does not, have both crawled."""
    put(index, table, row | {column(row): kept})
    before = index._database.rows(f"SELECT * FROM {table}")
    assert (index.credentials.count(), index.credentials.remove()) == ({}, False)
    in_key = {(one.table, one.name) for one in ADDRESS_COLUMNS if one.others is not None}
    if (table, column(row)) in in_key:
        put(index, table, row)
        assert index.credentials.remove()
    assert index._database.rows(f"SELECT * FROM {table}") == before


def test_what_is_still_to_be_asked_for_stays(index: Index) -> None:
    put(index, "sources", {"parent": SITE, "address": SITE, "kind": "feed", "title": "", "found": NOW})
    put(index, "pictures", {"address": f"http://www.example/a.png?sig={KEY}"})
    assert (index.credentials.count(), index.credentials.remove()) == ({}, False)
