"""Writing what pages in captures say into Parquet files, in a process of its own (`archiver.engines`).

A job may be done again, here or on another machine, even at the same time: the result is the same files with the same
names. Each file is renamed to its place when it is complete; then it is noted that the job is done.
"""

from __future__ import annotations

import gc
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyarrow  # type: ignore[import-untyped]
from pyarrow.parquet import ParquetWriter  # type: ignore[import-untyped]

from archiver.captures.answers import answers
from archiver.captures.body import WHOLE_STATUSES
from archiver.datasets.job import ARTICLES, DONE_FILE, REFUSED, UNFINISHED_DIRECTORY, DatasetSetup, Done, Job
from archiver.errors import CaptureError, NotAnArticleError, StoreError, in_a_line, with_advice
from archiver.reading import read_page
from archiver.recipes import site_for
from archiver.storage.atomic import sync_directory, sync_file, write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable

    from archiver.captures.captured_answer import CapturedAnswer
    from archiver.reading import Reading

MAX_ROWS = 500  # in memory at a time, of each file
TEXT, TEXTS, TIME = pyarrow.string(), pyarrow.list_(pyarrow.string()), pyarrow.timestamp("us", "UTC")
CAPTURE_COLUMNS = {
    "fetched": TIME,
    "warc": TEXT,
    "offset": pyarrow.int64(),
    "length": pyarrow.int64(),
    "payload_sha256": TEXT,
    "record": TEXT,
}
ARTICLE_COLUMNS = {
    "address": TEXT,
    "canonical": TEXT,
    "title": TEXT,
    "published": TEXT,
    "published_utc": TIME,
    "modified": TIME,
    "authors": TEXTS,
    "source": TEXT,
    "language": TEXT,
    "description": TEXT,
    "image": TEXT,
    "paywalled": pyarrow.bool_(),
    "text": TEXT,
    "html": TEXT,
    "rules": pyarrow.map_(TEXT, TEXT),
}
REFUSAL_COLUMNS = {"address": TEXT, "status": pyarrow.int32(), "content_type": TEXT, "reason": TEXT, "evidence": TEXT}
SCHEMAS = {
    ARTICLES: pyarrow.schema(ARTICLE_COLUMNS | CAPTURE_COLUMNS),
    REFUSED: pyarrow.schema(REFUSAL_COLUMNS | CAPTURE_COLUMNS),
}


def serve(setup: DatasetSetup) -> Callable[[list[Job]], list[Done | StoreError]]:
    """Return the function that a worker process runs: it does jobs, and returns their results."""
    gc.freeze()  # garbage collections need not look through what is loaded by now: it stays
    return lambda jobs: [_done(job, setup) for job in jobs]


def _done(job: Job, setup: DatasetSetup) -> Done | StoreError:
    try:
        return write(job, setup)
    except OSError as error:
        return StoreError(f"{error.filename or setup.directory}: cannot be written: {with_advice(error)}")


def write(job: Job, setup: DatasetSetup) -> Done:
    """Write the rows of a job. Raises OSError."""
    directory = Path(setup.directory)
    aside = directory / UNFINISHED_DIRECTORY / f"{job.name}-{uuid4().hex}"
    aside.mkdir()
    try:
        problems: list[str] = []
        with ExitStack() as open_files:
            tables = _Tables(aside, open_files)
            for region in job.regions:
                try:
                    for answer in answers(region, problems.append):
                        if not answer.more:
                            tables.add(answer, *_row(answer, setup))
                except CaptureError as error:
                    problems.append(str(error))
            tables.flush()
        for table, day in sorted(tables.files):
            place = directory / table / f"captured={day}" / f"{job.name}.parquet"
            place.parent.mkdir(parents=True, exist_ok=True)
            written = tables.files[table, day]
            sync_file(written)
            written.replace(place)
            sync_directory(place.parent)
        done = Done(tables.rows[ARTICLES], tables.rows[REFUSED], tuple(dict.fromkeys(problems)))
        write_atomically(directory / DONE_FILE / f"{job.name}.json", done.as_json())
        return done
    finally:
        rmtree(aside, ignore_errors=True)


class _Tables:
    """The files of a job: one of each table for each day. They are written in `aside`."""

    def __init__(self, aside: Path, open_files: ExitStack) -> None:
        self.files: dict[tuple[str, str], Path] = {}
        self.rows: Counter[str] = Counter()
        self._aside = aside
        self._open_files = open_files
        self._writers: dict[tuple[str, str], Any] = {}
        self._waiting: dict[tuple[str, str], list[dict[str, Any]]] = {}

    def add(self, answer: CapturedAnswer, table: str, row: dict[str, Any]) -> None:
        """Add a row to the file of its day."""
        capture = answer.capture
        row |= {
            "address": capture.url,
            "fetched": capture.time,
            "warc": capture.warc,
            "offset": capture.offset,
            "length": capture.length,
            "payload_sha256": capture.payload or None,
            "record": answer.id or None,
        }
        key = table, capture.time.astimezone(UTC).date().isoformat()
        rows = self._waiting.setdefault(key, [])
        rows.append({name: _storable(value) for name, value in row.items()})
        self.rows[table] += 1
        if len(rows) == MAX_ROWS:
            self._write(key)

    def flush(self) -> None:
        """Write the rows that wait in memory."""
        for key in self._waiting:
            self._write(key)

    def _write(self, key: tuple[str, str]) -> None:
        rows, self._waiting[key] = self._waiting[key], []
        if not rows:
            return
        schema = SCHEMAS[key[0]]
        if key not in self._writers:
            self.files[key] = self._aside / "-".join(key)
            self._writers[key] = self._open_files.enter_context(
                ParquetWriter(self.files[key], schema, compression="zstd")
            )
        self._writers[key].write_batch(pyarrow.RecordBatch.from_pylist(rows, schema))


def _row(answer: CapturedAnswer, setup: DatasetSetup) -> tuple[str, dict[str, Any]]:
    """Return the table that an answer belongs to, and its row there."""
    address, fetched = answer.capture.url, answer.capture.time
    refused = {"status": answer.status, "content_type": answer.content_type}
    if answer.same:
        return REFUSED, refused | {"reason": "a revisit", "evidence": "its body is in another record"}
    if answer.status not in WHOLE_STATUSES:
        return REFUSED, refused | {"reason": f"answered with status {answer.status}", "evidence": None}
    if answer.problem:
        return REFUSED, refused | {"reason": "cannot be read", "evidence": answer.problem}
    try:
        reading = read_page(
            answer.body,
            address,
            content_type=answer.content_type,
            fetched=fetched,
            keep_paywalled=setup.keep_paywalled,
            recipe=site_for(address, fetched, setup.sites),
        )
    except NotAnArticleError as error:
        return REFUSED, refused | {"reason": error.reason, "evidence": error.evidence}
    except Exception as error:  # an error of ours: only this page is lost
        return REFUSED, refused | {"reason": "a fault of this program", "evidence": in_a_line(error)}
    return ARTICLES, _said(reading)


def _said(reading: Reading) -> dict[str, Any]:
    said = {name: getattr(reading, name) for name in ARTICLE_COLUMNS if hasattr(reading, name)}
    published = reading.published
    return said | {
        "published": published and published.isoformat(),
        "published_utc": published,
        "rules": list(reading.rules.items()),
    }


def _storable(value: Any) -> Any:
    """Return a value that Arrow takes: in texts, what is not valid Unicode is replaced."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, list | tuple):
        return [tuple(map(_storable, one)) if isinstance(one, tuple) else _storable(one) for one in value]
    return value
