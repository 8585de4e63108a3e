"""Making a dataset, or continuing one: which jobs there are, and which are done."""

from __future__ import annotations

import fcntl
import json
from contextlib import aclosing, contextmanager
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, NamedTuple

from msgspec import json as as_json

import archiver
from archiver.captures.regions import regions
from archiver.datasets.job import ARTICLES, DONE_FILE, REFUSED, UNFINISHED_DIRECTORY, DatasetSetup, Done, Job, read_done
from archiver.engines import in_order, started
from archiver.errors import (
    CaptureError,
    EngineError,
    LockedError,
    StoreError,
    UsageError,
    WorkerError,
    os_reason,
    with_advice,
)
from archiver.interrupts import run_until_stopped
from archiver.storage import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from archiver.engines import Engine
    from archiver.recipes import SiteRecipe
    from archiver.storage import Location

SERVE_FUNCTION = "archiver.datasets.parquet:serve"
ABOUT_FILE, LOCK_FILE = "_dataset.json", "_lock"
# Regions in a job, which have some thousand pages. It does not depend on the number of workers, so that finished jobs
# stay valid.
REGIONS_PER_JOB = 32
LAYOUT_VERSION = 1  # version of the files' layout: with another one it is another dataset


class Extraction(NamedTuple):
    """What a dataset holds: how many rows of each table. parts: how many jobs were done now; there: how many had been
    done before. broken: captures that could not be read, or not in full, and why."""

    articles: int
    refused: int
    parts: int
    there: int
    broken: list[str]


def extract_to(
    directory: Path,
    files: Sequence[Location],
    sites: tuple[SiteRecipe, ...],
    engine: Engine,
    listener: Callable[[Done], None],
    *,
    keep_paywalled: bool = False,
) -> Extraction:
    """Read the pages in captures (WARC and WACZ files) into tables of Parquet in `directory`: each page once, even if
    this is called again for the same files, or was killed before.

    sites and keep_paywalled: as for `archiver.extract`. engine: does the jobs. listener: is called with the result of
    each. Raises UsageError for a directory that holds something else; LockedError; EngineError, StoreError.
    """
    if find_spec("pyarrow") is None:
        raise EngineError("parquet: pyarrow is not there; install it: pip install 'news-share-archiver[parquet]'")
    setup = DatasetSetup(str(directory.absolute()), sites, keep_paywalled)
    about = {
        "layout": LAYOUT_VERSION,
        "made_by": f"archiver {archiver.__version__}",
        "keep_paywalled": keep_paywalled,
        "sites": sha256(as_json.encode(sites, order="deterministic")).hexdigest(),
    }
    _refuse(directory, about)
    return run_until_stopped(_extract(setup, about, files, engine, listener))


async def _extract(
    setup: DatasetSetup,
    about: dict[str, object],
    files: Sequence[Location],
    engine: Engine,
    listener: Callable[[Done], None],
) -> Extraction:
    async with started(engine, SERVE_FUNCTION, setup) as pool:
        with _opened(Path(setup.directory), about) as done:
            broken: list[str] = []
            jobs = list(_jobs(files, done, broken))
            results = [done[job.name] for job in jobs if job.name in done]
            there = len(results)
            missing = iter([job for job in jobs if job.name not in done])
            async with aclosing(in_order(pool, missing)) as finished:
                async for job, result in finished:
                    try:
                        results.append(await result)
                    except WorkerError as error:
                        first, last = job.regions[0], job.regions[-1]
                        where = f"bytes {first.start:,} to {last.end:,}"
                        broken.append(f"{first.file}: {where} cannot be read, and have no rows: {error}")
                    else:
                        listener(results[-1])
    broken += dict.fromkeys(problem for one in results for problem in one.problems)
    return Extraction(
        sum(one.articles for one in results),
        sum(one.refused for one in results),
        len(results) - there,
        there,
        broken,
    )


def _refuse(directory: Path, about: dict[str, object]) -> None:
    """Raise UsageError if this dataset cannot be in a directory."""
    if not directory.parent.is_dir():
        raise UsageError(f"{directory}: there is no directory {directory.parent}")
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory}: is no directory")
    try:
        if not directory.exists() or not any(directory.iterdir()):
            return
        said = json.loads((directory / ABOUT_FILE).read_bytes())
    except FileNotFoundError as error:
        raise UsageError(f"{directory}: holds something else; name a directory that is new or empty") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{directory / ABOUT_FILE}: cannot be read: {error}") from error
    if said != about:
        other = ", ".join(name for name in about if not isinstance(said, dict) or said.get(name) != about[name])
        raise UsageError(f"{directory}: was made otherwise ({other}): pages read in two ways do not go into one table")


@contextmanager
def _opened(directory: Path, about: dict[str, object]) -> Iterator[dict[str, Done]]:
    """Make the directory, or continue with it; yield the jobs that are done. Raises LockedError, StoreError."""
    try:
        for name in (DONE_FILE, UNFINISHED_DIRECTORY, ARTICLES, REFUSED):
            (directory / name).mkdir(parents=True, exist_ok=True)
        if not (directory / ABOUT_FILE).exists():
            write_atomically(directory / ABOUT_FILE, json.dumps(about).encode())
        with (directory / LOCK_FILE).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise LockedError(f"{directory}: another extraction is at work here") from error
            for left in (directory / UNFINISHED_DIRECTORY).iterdir():
                rmtree(left, ignore_errors=True)
            yield {file.stem: read_done(file) for file in (directory / DONE_FILE).glob("*.json")}
    except OSError as error:
        raise StoreError(f"{error.filename or directory}: cannot be written: {with_advice(error)}") from error


def _jobs(files: Sequence[Location], done: dict[str, Done], broken: list[str]) -> Iterator[Job]:
    """Yield the jobs; a file that is given under several names is read once. broken: gets a message for each file that
    cannot be read. Raises UsageError for a file that has changed since its rows were written."""
    sizes = {name.split("-")[0]: name.split("-")[1] for name in done}
    for file in dict.fromkeys(file.resolve() if isinstance(file, Path) else file for file in files):
        try:
            size = file.stat().st_size
            found = list(regions(file, broken.append))
        except CaptureError as error:
            broken.append(str(error))
            continue
        except OSError as error:
            broken.append(f"{file}: cannot be read: {os_reason(error)}")
            continue
        digest = sha256(bytes(file) if isinstance(file, Path) else str(file).encode()).hexdigest()[:20]
        if sizes.get(digest, str(size)) != str(size):
            raise UsageError(f"{file}: has changed since its rows were written; extract into a new directory")
        for first in range(0, len(found), REGIONS_PER_JOB):
            some = tuple(found[first : first + REGIONS_PER_JOB])
            yield Job(f"{digest}-{size}-{some[0].start}", some)
