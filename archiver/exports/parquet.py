"""`parquet`: columns with types, for pandas, DuckDB, Spark and the like (docs/export.md has the columns)."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow  # type: ignore[import-untyped]
from pyarrow.parquet import ParquetWriter  # type: ignore[import-untyped]

from archiver.errors import ExportError
from archiver.exports.format import About, Format
from archiver.exports.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archiver.captures import Capture
    from archiver.exports.entry import Entry

# Rows that are in memory at a time: a row is mostly text, some ten thousand characters.
ROWS_PER_GROUP = 1000  # rows

TEXT, TEXTS = pyarrow.string(), pyarrow.list_(pyarrow.string())
TIME = pyarrow.timestamp("us", "UTC")  # a timestamp has no offset of its own: `published` keeps it, as a text
CAPTURE = pyarrow.struct(
    [
        pyarrow.field("warc", TEXT, nullable=False),
        pyarrow.field("offset", pyarrow.int64(), nullable=False),
        pyarrow.field("length", pyarrow.int64(), nullable=False),
        pyarrow.field("payload_sha256", TEXT, nullable=False),
        pyarrow.field("url", TEXT, nullable=False),
        pyarrow.field("time", TIME, nullable=False),
    ]
)
VERSION = pyarrow.struct(
    [
        pyarrow.field("revision", pyarrow.int32(), nullable=False),
        pyarrow.field("path", TEXT, nullable=False),
        pyarrow.field("sha256", TEXT, nullable=False),
        pyarrow.field("saved", TIME, nullable=False),
        pyarrow.field("capture", CAPTURE),
    ]
)
MEDIUM = pyarrow.struct([pyarrow.field(name, TEXT, nullable=False) for name in ("kind", "url", "title", "poster")])
NULLABLE_COLUMNS = ("modified", "checked", "capture")
COLUMN_TYPES = {
    "schema": pyarrow.int32(),
    "key": TEXT,
    "recipe": TEXT,
    "id": TEXT,
    "form": TEXT,
    "url": TEXT,
    "title": TEXT,
    "published": TEXT,
    "published_utc": TIME,
    "source": TEXT,
    "authors": TEXTS,
    "language": TEXT,
    "modified": TIME,
    "canonical": TEXT,
    "paywalled": pyarrow.bool_(),
    "category": TEXT,
    "tags": TEXTS,
    "quote": TEXT,
    "text": TEXT,
    "html": TEXT,
    "media": pyarrow.list_(MEDIUM),
    "path": TEXT,
    "sha256": TEXT,
    "revision": pyarrow.int32(),
    "saved": TIME,
    "first_seen": TIME,
    "checked": TIME,
    "state": TEXT,
    "listings": TEXTS,
    "rules": pyarrow.map_(TEXT, TEXT),
    "capture": CAPTURE,
    "versions": pyarrow.list_(VERSION),
}
SCHEMA = pyarrow.schema(
    [pyarrow.field(name, type_, nullable=name in NULLABLE_COLUMNS) for name, type_ in COLUMN_TYPES.items()]
)


def write(entries: Iterator[Entry], target: Path, about: About) -> None:
    """Write the file `target`, a group of rows at a time. Raises ExportError, OSError."""
    try:
        with ParquetWriter(target, SCHEMA, compression="zstd") as file:
            while rows := [_row(entry) for entry in islice(entries, ROWS_PER_GROUP)]:
                file.write_batch(pyarrow.RecordBatch.from_pylist(rows, SCHEMA), ROWS_PER_GROUP)
    except pyarrow.ArrowInvalid as error:
        raise ExportError(f"{about.target}: cannot be written: {error}") from error


def _row(entry: Entry) -> dict[str, Any]:
    """Return the record of `entry` with times instead of texts for its times."""
    row = record(entry)
    row.update(
        published_utc=entry.published,
        saved=entry.saved,
        first_seen=entry.first_seen,
        checked=entry.checked,
        modified=entry.modified,
        capture=_with_time(row["capture"], entry.capture),
        rules=list(entry.rules.items()),
    )
    for one, version in zip(row["versions"], entry.versions, strict=True):
        one.update(saved=version.saved, capture=_with_time(one["capture"], version.capture))
    return row


def _with_time(record: dict[str, Any] | None, capture: Capture | None) -> dict[str, Any] | None:
    return {**record, "time": capture.time} if record and capture else None


FORMAT = Format("columns with types, for pandas, DuckDB and other programs that analyse tables", write, target="file")
