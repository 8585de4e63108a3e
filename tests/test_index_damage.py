"""A damaged index: found whatever is wrong with it, and never the end of `verify`."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archiver
from archiver.errors import ArchiverError, IndexFileError
from archiver.index import Index
from archiver.index.damage import find_damage
from archiver.index.lock import is_held
from archiver.index.schema import missing_parts
from archiver.listing_stats import ListingStats
from archiver.replica import Replica
from archiver.verify.problems import Kind
from archiver.verify.verify import Verification
from tests.conftest import NO_DELAY, Archive
from tests.test_verify_captures import make

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archiver.problems import Problem

LISTING = "eastmoney/headlines"
SHA = "zeroblob(32)"
INCOMPLETE = '{"listed": 5}'
ROWS = f"""
INSERT INTO articles (key, recipe, id, state, first_seen, last_seen, published)
VALUES (1, 'x', '1', 'saved', 1, 1, '2024-03-15T08:12:36+08:00');
INSERT INTO posts (article, form, path, sha256, revision, saved) VALUES (1, 'share', '_posts/1.md', {SHA}, 1, 1);
INSERT INTO runs (run, started, command) VALUES (1, 1, 'crawl');
INSERT INTO listing_stats VALUES ('x/y', 1, 1, 1, '{json.dumps(ListingStats("x/y").as_dict())}');
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive whose index has a row or more in most tables."""
    output = tmp_path_factory.mktemp("archive")
    make(output).close()
    with closing(sqlite3.connect(output / "_index" / "index.sqlite")) as connection:
        connection.executescript(f"{ROWS} PRAGMA journal_mode = DELETE;")
    return output


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An archive that a crawl has filled, with a replica that has no faults."""
    with Replica() as replica:
        archive = Archive(tmp_path_factory.mktemp("crawled"), replica)
        assert archive.crawl(LISTING).returncode == 0
        with closing(sqlite3.connect(archive.output / "_index" / "index.sqlite")) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        yield archive


def changed(archive: Path, statement: str) -> str:
    """What is found in a copy of the index after a change."""
    with closing(sqlite3.connect(archive / "_index" / "index.sqlite")) as source:
        copy = sqlite3.connect(":memory:")
        source.backup(copy)
    with closing(copy):
        copy.execute("PRAGMA ignore_check_constraints = ON")
        copy.execute(statement)
        return find_damage(copy)


def test_what_sqlite_finds_is_said_in_one_line(archive: Path, tmp_path: Path) -> None:
    """SQLite says it in several, under a heading."""
    content = bytearray((archive / "_index" / "index.sqlite").read_bytes())
    with closing(sqlite3.connect(archive / "_index" / "index.sqlite")) as source:
        (page,) = source.execute("SELECT rootpage FROM sqlite_schema WHERE type = 'index'").fetchone()
        (size,) = source.execute("PRAGMA page_size").fetchone()
    content[(page - 1) * size + 7] = 59  # how many bytes between its cells are free
    (tmp_path / "index.sqlite").write_bytes(content)
    with closing(sqlite3.connect(tmp_path / "index.sqlite")) as damaged:
        found = find_damage(damaged)
    assert f"age {page}: " in found
    assert "***" not in found
    assert found.isprintable()


def test_a_sound_index(archive: Path) -> None:
    assert changed(archive, "SELECT 1") == ""


@pytest.mark.parametrize(
    ("statement", "column"),
    [
        ("UPDATE posts SET sha256 = x'00'", "posts.sha256"),
        ("UPDATE posts SET sha256 = 'text'", "posts.sha256"),
        ("UPDATE posts SET path = CAST(x'ff' AS TEXT)", "posts.path"),
        ("UPDATE posts SET path = x'41'", "posts.path"),
        ("UPDATE posts SET revision = 'one'", "posts.revision"),
        ("UPDATE posts SET rules = '{'", "posts.rules"),
        ("UPDATE posts SET rules = '[]'", "posts.rules"),
        (f"UPDATE posts SET rules = '{'[' * 100_000}'", "posts.rules"),
        ("UPDATE articles SET first_seen = 1.5", "articles.first_seen"),
        ("UPDATE captures SET payload = x'00'", "captures.payload"),
        ("UPDATE captures SET time = 'now'", "captures.time"),
        ("UPDATE warcs SET sha256 = x''", "warcs.sha256"),
        ("UPDATE runs SET report = 'x'", "runs.report"),
        ("UPDATE listing_stats SET content = '1'", "listing_stats.content"),
        # Of the right kind, and impossible all the same.
        ("UPDATE posts SET saved = 9223372036854775807", "posts.saved"),
        ("UPDATE posts SET saved = -9223372036854775808", "posts.saved"),
        ("UPDATE posts SET revision = 0", "posts.revision"),
        ("UPDATE posts SET article = 999", "posts.article"),
        ("UPDATE articles SET published = 'never'", "articles.published"),
        ("UPDATE articles SET published = '2024-01-01T00:00:00'", "articles.published"),
        ("UPDATE articles SET published = NULL", "articles.published"),
        ("UPDATE articles SET state = 'odd'", "articles.state"),
        ("UPDATE articles SET first_seen = 9223372036854775807", "articles.first_seen"),
        ("UPDATE articles SET due = 9223372036854775807", "articles.due"),
        ("UPDATE articles SET tries = -1", "articles.tries"),
        ("UPDATE captures SET time = 9223372036854775807", "captures.time"),
        ('UPDATE captures SET "offset" = -1 - key', "captures.offset"),
        ("UPDATE captures SET length = -1", "captures.length"),
        ("UPDATE runs SET started = 9223372036854775807", "runs.started"),
        ("UPDATE runs SET report = '{\"alarms\": 5}'", "runs.report"),
        ("UPDATE runs SET asked = '['", "runs.asked"),
        ("INSERT INTO held_back VALUES (1, 1, 'x', 1, '', x'00', NULL)", "held_back.made"),
        ("UPDATE listing_stats SET content = '{\"listed\": 5}'", "listing_stats.content"),
        (
            'UPDATE listing_stats SET content = replace(content, \'"moves":\', \'"moves": "x", "m":\')',
            "listing_stats.content",
        ),
    ],
)
def test_a_value_that_nobody_wrote_is_found(archive: Path, statement: str, column: str) -> None:
    found = changed(archive, statement)
    assert column in found
    assert "that the column cannot have" in found


@pytest.mark.parametrize(
    ("statement", "column", "command"),
    [
        ("UPDATE runs SET started = ''", "runs.started", ("status",)),
        ("UPDATE runs SET started = '../x'", "runs.started", ("site", "build")),
        ("UPDATE runs SET report = '['", "runs.report", ("status", "--json")),
        ("UPDATE articles SET known = -1", "articles.known", ("history", "{id}")),
        ("UPDATE articles SET known = '{'", "articles.known", ("get", "{id}", *NO_DELAY)),
        ("UPDATE runs SET report = CAST(x'ff' AS TEXT)", "", ("status",)),
        ("UPDATE posts SET path = path || CAST(x'ff' AS TEXT)", "", ("export", "jsonl")),
        ("UPDATE listing_stats SET time = ''", "listing_stats.time", ("crawl", LISTING, *NO_DELAY)),
        ("UPDATE listing_stats SET content = x'00'", "listing_stats.content", ("status",)),
        ("UPDATE captures SET time = 9223372036854775807", "captures.time", ("export", "jsonl")),
        ("UPDATE articles SET published = 'never'", "articles.published", ("history", "{id}")),
        ("UPDATE articles SET published = NULL", "articles.published", ("get", "{id}", *NO_DELAY)),
        ("UPDATE runs SET report = '{\"alarms\": 5}'", "runs.report", ("status",)),
        (
            "UPDATE listing_stats SET content = '{\"listed\": 5}'",
            "listing_stats.content",
            ("crawl", LISTING, *NO_DELAY),
        ),
    ],
)
def test_every_command_says_that_the_index_is_damaged(
    crawled: Archive, statement: str, column: str, command: tuple[str, ...]
) -> None:
    file = crawled.output / "_index" / "index.sqlite"
    content = file.read_bytes()
    crawled.sql(statement)
    article = crawled.replica.articles[0]
    words = [one.format(id=article.id) for one in command]
    result = crawled.invoke(*words, "--output", str(crawled.output))
    for rest in file.parent.glob("index.sqlite*"):
        rest.unlink()
    file.write_bytes(content)
    assert result.returncode == 1
    last = result.stderr.splitlines()[-1]
    assert last.startswith(f"archiver: {file}: {f'it is damaged: {column}: ' if column else 'Could not decode'}")
    assert last.endswith("`archiver adopt`, `archiver replay`, `archiver manifest`")


@pytest.mark.parametrize(
    ("statement", "missing"),
    [
        ("DROP TABLE runs", "the table runs is not there"),
        ("DROP TABLE origin", "the table origin is not there"),
        ("ALTER TABLE posts DROP COLUMN rules", "posts.rules is not there"),
    ],
)
def test_what_is_missing_is_named(archive: Path, statement: str, missing: str) -> None:
    with closing(sqlite3.connect(archive / "_index" / "index.sqlite")) as source:
        copy = sqlite3.connect(":memory:")
        source.backup(copy)
    with closing(copy):
        assert missing_parts(copy) == []
        copy.execute(statement)
        assert missing_parts(copy) == [missing]


def test_a_run_that_a_damaged_index_ends_leaves_the_archive_to_others(crawled: Archive) -> None:
    """In the same process, too."""
    file = crawled.output / "_index" / "index.sqlite"
    content = file.read_bytes()
    crawled.sql(f"UPDATE runs SET started = {2**63 - 1}")
    own = archiver.Archive(crawled.output)
    try:
        with pytest.raises(ArchiverError) as caught:
            own.crawl(LISTING)
        assert not is_held(file.parent / "lock"), caught.value
    finally:
        for rest in file.parent.glob("index.sqlite*"):
            rest.unlink()
        file.write_bytes(content)


def problems_of(archive: Path) -> list[Problem] | str:
    """What verify finds, or that the index cannot be read."""
    try:
        index = Index.read(archive)
    except IndexFileError as error:
        return str(error)
    try:
        return list(Verification(archive, index).problems())
    except IndexFileError as error:
        return str(error)
    finally:
        index.close()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_ends_verify(archive: Path, data: st.DataObject) -> None:
    file = archive / "_index" / "index.sqlite"
    content = file.read_bytes()
    at = data.draw(st.integers(0, len(content) - 1))
    size = data.draw(st.sampled_from([1, 4, 100, 4096]))
    new = data.draw(st.sampled_from([b"\0", b"\xff", b"A", content[at - 1 : at] or b"\1"])) * size
    file.write_bytes(content[:at] + new[: len(content) - at] + content[at + size :])
    try:
        found = problems_of(archive)
    finally:
        file.write_bytes(content)
    if not isinstance(found, str):
        assert all(one.kind in set(Kind) for one in found)


def test_what_a_damaged_index_says_of_files_is_not_looked_at(archive: Path) -> None:
    file = archive / "_index" / "index.sqlite"
    content = file.read_bytes()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE posts SET sha256 = 'text'")
        connection.commit()
    found = problems_of(archive)
    file.write_bytes(content)
    assert not isinstance(found, str)
    assert [(one.kind, one.path) for one in found] == [(Kind.INDEX, "_index/index.sqlite")]
    assert "`archiver adopt`, `archiver replay`, `archiver manifest`" in found[0].advice
