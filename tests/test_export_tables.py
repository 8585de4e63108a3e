"""Exports as lines and tables: from an archive that the real command filled to the programs that read them."""

from __future__ import annotations

import asyncio
import csv
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonschema  # type: ignore[import-untyped]
import pyarrow.parquet  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.captures import Capture
from archiver.commands import main
from archiver.exports import About, Version, load_format
from archiver.exports.csv_table import ITEM_SEPARATOR, CsvTable
from archiver.exports.record import CAPTURE_FIELDS, COLUMNS, FIELDS, record
from archiver.exports.segment import MAX_WORD_CHARACTERS, segment
from archiver.replica import Replica
from tests import forks
from tests.conftest import PROJECT, Archive
from tests.exported import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTINGS = ("eastmoney/rolling", "eastmoney/market-37")
TABLES = ("csv", "jsonl", "parquet", "sqlite")
SCHEMA = json.loads((PROJECT / "docs" / "export.schema.json").read_text(encoding="utf-8"))
MIDDLE = 1710600000  # of the saved times that the fixture sets: seconds since 1970
# As on a full disk: no file may grow beyond this. The index's own need 32 KiB.
LIMITED = """
import resource, sys
from archiver.captures import Capture
from archiver.commands import main
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
sys.exit(main())
"""
SEARCHES = ["集装", "集装箱", "全自动集", "(文章", "无人岸桥", "21观察APP", "21 APP", "顾怀舟 岸电", "央龘"]
CAPTURE = Capture(
    "_warc/1.warc.gz", 12, 345, "ab" * 32, "http://gazette.example.com/", datetime(2024, 3, 16, 12, tzinfo=UTC)
)
CAPTURE_RECORD = {
    "warc": "_warc/1.warc.gz",
    "offset": 12,
    "length": 345,
    "payload_sha256": "ab" * 32,
    "url": "http://gazette.example.com/",
    "time": "2024-03-16T12:00:00Z",
}
CAPTURED = replace(
    PLAIN,
    id="20240315002",
    quote="=1+1",
    revision=2,
    capture=CAPTURE,
    versions=(Version(1, "_versions/1.md", "0" * 64, PLAIN.saved, CAPTURE),),
)
UNKNOWN_LIVE = ("sha256", "revision", "saved", "first_seen", "state", "capture", "versions")
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An archive of two listings, in which one article was edited. No test changes it."""
    with Replica() as site:
        archive = Archive(tmp_path_factory.mktemp("full") / "archive", site)
        archive.crawl(*LISTINGS)
        site.edit(next(one.id for one in site.articles if one.revised))
        archive.crawl(*LISTINGS, "--recheck", "2d")
        archive.sql(f"UPDATE posts SET saved = ({MIDDLE} + article * 60 - 300) * 1000000 WHERE revision = 1")
        yield archive


@pytest.fixture(scope="module")
def exported(full: Archive) -> dict[str, Path]:
    """The archive in each format."""
    files = {name: full.output.parent / f"all.{name}" for name in TABLES}
    for name, file in files.items():
        result = full.archiver("export", name, "-o", str(file))
        assert (result.returncode, result.stdout) == (0, "")
        assert result.stderr.startswith(f"{len(full.posts)} exported; all were saved by 20")
    return files


@pytest.fixture(scope="module")
def rows(exported: dict[str, Path]) -> list[dict[str, Any]]:
    """The records of the archive."""
    return [json.loads(line) for line in exported["jsonl"].read_text(encoding="utf-8").splitlines()]


class Result(NamedTuple):
    """What a command came to."""

    status: int
    output: str
    errors: str


Export = Callable[..., Result]


@pytest.fixture
def export(full: Archive, capfd: pytest.CaptureFixture[str]) -> Export:
    """`archiver export` of the archive, in this process: ten times as fast."""

    def run(*arguments: str) -> Result:
        status = main(["export", "--output", str(full.output), *arguments])
        return Result(status, *capfd.readouterr())

    return run


def listed_in(directory: Path) -> set[str]:
    """Return the names in a directory, hidden ones too."""
    return {file.name for file in directory.iterdir()}


def test_lines_follow_the_schema(full: Archive, rows: list[dict[str, Any]]) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    assert SCHEMA["required"] == list(SCHEMA["properties"]) == list(FIELDS) == list(record(PLAIN))
    assert [error.message for row in rows for error in validator.iter_errors(row)] == []
    assert all(tuple(row) == FIELDS for row in rows)
    assert {row["path"] for row in rows} == {f"_posts/{name}" for name in full.posts}
    assert all(row[name] is not None for row in rows for name in ("sha256", "revision", "saved", "first_seen", "state"))
    assert {listing for row in rows for listing in row["listings"]} > set(LISTINGS)
    edited = [row for row in rows if row["revision"] == 2]
    assert {row["form"] for row in edited} == {"share", "rolling"}
    assert all(len(row["versions"]) == 1 for row in edited)


def test_pandas_reads_lines_csv_and_parquet_alike(exported: dict[str, Path], rows: list[dict[str, Any]]) -> None:
    import pandas  # type: ignore[import-untyped]  # here, or all who run any tests load it

    from_lines = pandas.read_json(exported["jsonl"], lines=True, dtype=False)
    from_csv = pandas.read_csv(exported["csv"], dtype={"id": str}, keep_default_na=False)
    from_parquet = pandas.read_parquet(exported["parquet"])
    assert list(from_csv.columns) == list(COLUMNS)
    for name in ("key", "id", "url", "title", "published", "source", "quote", "text", "html", "path", "sha256"):
        expected = [row[name] for row in rows]
        assert list(from_lines[name]) == list(from_csv[name]) == list(from_parquet[name]) == expected, name
    assert [cell.split(ITEM_SEPARATOR) for cell in from_csv["listings"]] == [row["listings"] for row in rows]
    assert [list(cell) for cell in from_parquet["tags"]] == [row["tags"] for row in rows]


def test_csv_is_as_rfc_4180_has_it(exported: dict[str, Path], rows: list[dict[str, Any]]) -> None:
    content = exported["csv"].read_bytes()
    assert content.startswith(b"schema,key,")  # and no byte-order mark
    read = list(csv.DictReader(StringIO(content.decode(), newline=""), strict=True))
    assert [row["text"] for row in read] == [row["text"] for row in rows]
    assert content.endswith(b"\r\n")


def test_parquet_has_types(exported: dict[str, Path], rows: list[dict[str, Any]]) -> None:
    table = pyarrow.parquet.read_table(exported["parquet"])
    types = {field.name: str(field.type) for field in table.schema}
    for name in ("published_utc", "saved", "first_seen", "checked"):
        assert types[name] == "timestamp[us, tz=UTC]"
    assert table.column_names == [*FIELDS[:8], "published_utc", *FIELDS[8:]]
    assert types["tags"].startswith("list<")
    assert types["rules"].startswith("map<")
    assert types["capture"].startswith("struct<")
    metadata = pyarrow.parquet.ParquetFile(exported["parquet"]).metadata
    assert metadata.row_group(0).column(0).compression == "ZSTD"
    for row, read in zip(rows, table.to_pylist(maps_as_pydicts="strict"), strict=True):
        assert read["published_utc"] == datetime.fromisoformat(read["published"])
        assert read["saved"] == datetime.fromisoformat(row["saved"])
        assert read["rules"] == row["rules"]
        assert [one["sha256"] for one in read["versions"]] == [one["sha256"] for one in row["versions"]]


def test_a_database_is_whole(exported: dict[str, Path], rows: list[dict[str, Any]]) -> None:
    with closing(sqlite3.connect(f"file:{exported['sqlite']}?mode=ro", uri=True)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA journal_mode").fetchone() != ("wal",)
        found = database.execute("SELECT key, published, title, tags, rules FROM articles ORDER BY rowid").fetchall()
        assert [(*row[:3], json.loads(row[3]), json.loads(row[4])) for row in found] == [
            tuple(row[name] for name in ("key", "published", "title", "tags", "rules")) for row in rows
        ]
        listings = {(row["key"], listing) for row in rows for listing in row["listings"]}
        assert set(database.execute("SELECT article, listing FROM article_listings")) == listings
        versions = {(row["key"], one["revision"], one["sha256"]) for row in rows for one in row["versions"]}
        assert set(database.execute("SELECT article, revision, sha256 FROM versions")) == versions
        names = {row[1] for row in database.execute("PRAGMA table_info(articles)")}
        assert names == {*COLUMNS, "published_utc", "rules"} - {"schema", "listings", "media"}


# Datasette leaves its connections to the garbage collector, of which Python 3.13 and later warn.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("words", SEARCHES)
def test_datasette_finds_chinese_words(exported: dict[str, Path], rows: list[dict[str, Any]], words: str) -> None:
    from datasette.app import Datasette  # type: ignore[import-untyped]  # as above

    async def ask() -> Any:
        datasette = Datasette([str(exported["sqlite"])])
        return await datasette.client.get(f"/all/articles.json?_shape=objects&_size=max&_search={words}")

    answer = asyncio.run(ask())
    assert answer.status_code == 200
    texts = {row["key"]: "\n".join(row[name] for name in ("title", "source", "quote", "text")) for row in rows}
    expected = {key for key, text in texts.items() if all(word.strip("(") in text for word in words.split())}
    assert {row["key"] for row in answer.json()["rows"]} == expected
    assert bool(expected) == (words != "央龘")


def test_the_documented_query_runs(exported: dict[str, Path]) -> None:
    queries = re.findall(r"```sql\n(.*?)```", (PROJECT / "docs" / "export.md").read_text("utf-8"), re.DOTALL)
    assert queries
    with closing(sqlite3.connect(exported["sqlite"])) as database:
        for query in queries:
            database.execute(query)
            assert database.execute(re.sub("MATCH '.*?'", "MATCH '集装箱'", query)).fetchall()


def test_search_survives_vacuum(exported: dict[str, Path], tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes(exported["sqlite"].read_bytes())
    query = "SELECT key FROM articles WHERE rowid IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH '集装箱')"
    with closing(sqlite3.connect(copy)) as database:
        before = database.execute(query).fetchall()
        database.execute("VACUUM")
        assert database.execute(query).fetchall() == before != []


@pytest.mark.parametrize("name", TABLES)
def test_two_exports_are_equal(full: Archive, exported: dict[str, Path], tmp_path: Path, name: str) -> None:
    full.archiver("export", name, "-o", str(tmp_path / "again"), env={"PYTHONHASHSEED": "7"})
    assert (tmp_path / "again").read_bytes() == exported[name].read_bytes()


def test_what_is_exported_can_be_chosen(export: Export, rows: list[dict[str, Any]]) -> None:
    def lines(*arguments: str) -> list[dict[str, Any]]:
        result = export("jsonl", *arguments)
        assert result.status == 0, result.errors
        return [json.loads(line) for line in result.output.splitlines()]

    middle = datetime.fromtimestamp(MIDDLE, UTC)
    rest = lines("--since", middle.isoformat())
    assert rest == [row for row in rows if datetime.fromisoformat(row["saved"]) >= middle]
    assert 0 < len(rest) < len(rows)
    assert lines("--since", "2100-01-01") == []
    assert lines("--source", "eastmoney") == rows
    assert lines("--source", "eastmoney/search") == []
    found = lines("--query", "集装箱 岸电")
    assert found == [row for row in rows if "集装箱" in row["title"] + row["text"] and "岸电" in row["text"]]
    newest = lines("--last", "3")
    times = sorted((datetime.fromisoformat(row["published"]) for row in rows), reverse=True)
    assert [datetime.fromisoformat(row["published"]) for row in newest] == times[:3]


def test_an_export_is_resumed_where_it_ended(full: Archive, rows: list[dict[str, Any]]) -> None:
    ended = full.archiver("export", "jsonl").stderr.rpartition(" ")[2].strip()
    last = max(row["saved"] for row in rows)  # in whole seconds; where an export ended is said to the microsecond
    assert ended.startswith(last.removesuffix("Z"))
    rest = [json.loads(line) for line in full.archiver("export", "jsonl", "--since", ended).stdout.splitlines()]
    assert rest
    assert all(row in rows and row["saved"] == last for row in rest)
    later = datetime.fromisoformat(ended) + timedelta(microseconds=1)
    assert full.archiver("export", "jsonl", "--since", later.isoformat()).stdout == ""


def test_a_missing_post_is_named_and_the_others_are_exported(archive: Archive) -> None:
    archive.crawl(LISTINGS[1])
    missing = sorted((archive.output / "_posts").iterdir())[0]
    missing.unlink()
    result = archive.archiver("export", "csv")
    assert result.returncode == 1
    assert f"archiver: {missing}: No such file or directory: left out\n" in result.stderr
    assert "Traceback" not in result.stderr
    assert len(list(csv.reader(StringIO(result.stdout)))) == len(archive.posts) + 1


@pytest.mark.parametrize("name", TABLES)
def test_a_missing_directory_is_named(export: Export, tmp_path: Path, name: str) -> None:
    target = tmp_path / "none" / "file"
    error = f"archiver: {target}: cannot be written: there is no directory {target.parent}\n"
    assert export(name, "-o", str(target)) == (1, "", error)
    assert listed_in(tmp_path) == set()


@pytest.mark.parametrize("name", TABLES)
def test_a_failure_leaves_what_was_there(full: Archive, tmp_path: Path, name: str) -> None:
    target = tmp_path / "file"
    target.write_text("before")
    result = full.run("-c", LIMITED, "export", name, "--output", str(full.output), "-o", str(target))
    assert result.returncode == 1
    assert result.stderr.startswith(f"archiver: {target}: cannot be written: ")
    assert (listed_in(tmp_path), target.read_text()) == ({"file"}, "before")


def test_wrong_calls_are_explained(export: Export, tmp_path: Path) -> None:
    unknown = export("xls")
    assert unknown.status == 2
    assert unknown.errors.startswith("archiver: xls: no such format; there are ")
    for name in ("sqlite", "parquet"):
        assert export(name) == (2, "", f"archiver: export {name}: say where to: --to FILE\n")
        assert export(name, "-o", "/dev/null") == (
            *(1, ""),
            "archiver: /dev/null: is no file, and this format needs one\n",
        )
    assert export("csv", "-o", str(tmp_path)) == (1, "", f"archiver: {tmp_path}: there is a directory\n")


def test_what_a_link_leads_to_is_replaced(export: Export, tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("before")
    link.symlink_to(target)
    assert export("csv", "-o", str(link)).status == 0
    assert link.is_symlink()
    assert target.read_bytes().startswith(b"schema,")


@pytest.mark.parametrize("name", ["csv", "jsonl"])
def test_nobody_need_read_to_the_end(full: Archive, name: str) -> None:
    command = [sys.executable, "-m", "archiver", "export", name, "--output", str(full.output)]
    with forks.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=PROJECT) as process:
        assert process.stdout
        assert process.stderr
        assert len(process.stdout.read(100)) == 100
        process.stdout.close()
        assert (process.wait(60), process.stderr.read()) == (0, b"")


def test_a_full_device_is_an_error_and_a_device_stays_one(full: Archive) -> None:
    command = [sys.executable, "-m", "archiver", "export", "jsonl", "--output", str(full.output)]
    for arguments in ([], ["-o", "/dev/full"]):
        with (
            Path("/dev/full").open("w") as device,
            forks.Popen([*command, *arguments], stdout=device, stderr=subprocess.PIPE, text=True, cwd=PROJECT) as run,
        ):
            _, said = run.communicate(timeout=60)
        assert run.returncode == 1
        assert "cannot be written: No space left on device\n" in said
        assert "Traceback" not in said
    assert Path("/dev/full").is_char_device()


def test_a_crawl_writes_the_same_schema(full: Archive, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    expected = next(row for row in rows if row["form"] == "share" and row["revision"] == 1)
    for name in ("jsonl", "csv"):
        file = tmp_path / f"x.{name}"
        output = f"ARCHIVER_OUTPUT={tmp_path / name}"
        result = full.scrapy("crawl", "share", "-a", f"url={expected['id']}", "-O", str(file), "-s", output)
        assert result.returncode == 0, result.stderr
    line = json.loads((tmp_path / "x.jsonl").read_text(encoding="utf-8"))
    jsonschema.validate(line, SCHEMA)
    assert tuple(line) == FIELDS
    assert [name for name in FIELDS if line[name] is None] == ["modified", *UNKNOWN_LIVE]  # nobody says it of these
    here = ("checked", "listings", "rules", *UNKNOWN_LIVE)
    assert {name: line[name] for name in FIELDS if name not in here} == {
        name: expected[name] for name in FIELDS if name not in here
    }
    (row,) = csv.DictReader(StringIO((tmp_path / "x.csv").read_bytes().decode(), newline=""))
    assert tuple(row) == COLUMNS
    assert (row["text"], row["sha256"]) == (expected["text"], "")


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@given(st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1))
def test_any_text_comes_back_from_csv(rows: list[list[str]]) -> None:
    stream = BytesIO()
    table = CsvTable(stream)
    for row in rows:
        table.write(row)
    assert list(csv.reader(StringIO(stream.getvalue().decode(), newline=""), strict=True)) == rows


@given(st.lists(cells.filter(lambda text: text and ITEM_SEPARATOR not in text), min_size=1))
def test_lists_come_back_from_csv(values: list[str]) -> None:
    stream = BytesIO()
    CsvTable(stream).write([values, 1])
    (row,) = csv.reader(StringIO(stream.getvalue().decode(), newline=""), strict=True)
    assert row[0].split(ITEM_SEPARATOR) == values


@pytest.mark.parametrize("name", TABLES)
def test_captures_are_told(tmp_path: Path, name: str) -> None:
    target = tmp_path / "file"
    form = load_format(name)
    about = About(tmp_path, target, "", "")
    if form.target == "file":
        form.write(iter([CAPTURED, PLAIN]), target, about)
    else:
        with target.open("wb") as stream:
            form.write(iter([CAPTURED, PLAIN]), stream, about)
    if name == "jsonl":
        rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
        assert [row["capture"] for row in rows] == [CAPTURE_RECORD, None]
        assert rows[0]["versions"][0]["capture"] == CAPTURE_RECORD
        assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(rows[0])) == []
    elif name == "parquet":
        read = pyarrow.parquet.read_table(target).to_pylist()
        expected = {**CAPTURE_RECORD, "time": CAPTURE.time}
        assert [row["capture"] for row in read] == [expected, None]
        assert read[0]["versions"][0]["capture"] == expected
    elif name == "csv":
        cells = list(csv.DictReader(StringIO(target.read_bytes().decode(), newline="")))
        assert [cells[0][f"capture_{field}"] for field in CAPTURE_FIELDS] == list(map(str, CAPTURE_RECORD.values()))
        assert [cells[1][f"capture_{field}"] for field in CAPTURE_FIELDS] == [""] * len(CAPTURE_FIELDS)
        assert cells[0]["quote"] == "=1+1"  # as it is: docs/export.md says what spreadsheets make of it
    else:
        fields = ", ".join(f"capture_{field}" for field in CAPTURE_FIELDS)
        with closing(sqlite3.connect(target)) as database:
            found = database.execute(f"SELECT {fields} FROM articles ORDER BY rowid").fetchall()
            assert found == [tuple(CAPTURE_RECORD.values()), (None,) * len(CAPTURE_FIELDS)]
            assert database.execute(f"SELECT {fields} FROM versions").fetchall() == found[:1]


def indexed(text: str) -> sqlite3.Connection:
    """Return a database whose search index holds `text`."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE found USING fts5 (text)")
    database.execute("INSERT INTO found VALUES (?)", (segment(text),))
    return database


def finds(database: sqlite3.Connection, words: str) -> bool:
    """Return whether Datasette's way to search finds `words`."""
    query = " ".join(f'"{word}"' for word in words.split())
    return bool(database.execute("SELECT count(*) FROM found WHERE found MATCH ?", (query,)).fetchone()[0])


@given(HAN, HAN, st.sampled_from(["", "，", " ", "A", "2024", "\n", "é"]))
def test_each_part_of_a_run_of_characters_is_a_word(before: str, after: str, between: str) -> None:
    words = segment(before + between + after).split()
    runs = [before + after] if not between else [before, after]
    sizes = range(2, MAX_WORD_CHARACTERS + 1)
    parts = {run[start : start + size] for run in runs for size in sizes for start in range(len(run) - size + 1)}
    assert parts <= set(words)
    assert {word for word in words if len(word) == 1 and word > "一"} == {run for run in runs if len(run) == 1}
    assert len(words) == len(set(words))
    with closing(indexed(before + between + after)) as database:
        assert all(finds(database, part) for part in parts)


@given(st.text())
def test_segments_hold_nothing_that_is_not_in_the_text(text: str) -> None:
    assert all(word in text for word in segment(text).split())


@given(st.lists(st.from_regex(r"[a-zA-Z0-9]+", fullmatch=True), max_size=20))
def test_latin_words_stay_as_they_are(words: list[str]) -> None:
    assert segment(" ".join(words)) == " ".join(words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("央行", "央行"),
        ("央行降息", "央行 行降 降息 央行降 行降息 央行降息"),
        ("涨", "涨"),
        ("A股 COVID-19", "A COVID 19 股 A股"),
        ("5G手机", "5G 5G手 手机 5G手机"),
        ("Café 2月", "Café 2 月 2月"),
    ],
)
def test_segments(text: str, words: str) -> None:
    assert segment(text) == words
