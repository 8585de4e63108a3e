"""A job: some regions of one capture are read, and their rows are written into files of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from archiver.captures.regions import Region
    from archiver.recipes import SiteRecipe

DONE_FILE = "_done"  # a file for each job that is done
UNFINISHED_DIRECTORY = "_unfinished"  # files that are being written
ARTICLES, REFUSED = "articles", "refused"  # the tables: a directory each


class DatasetSetup(NamedTuple):
    """What a process needs to know to do jobs. directory: of the dataset. sites and keep_paywalled: as for
    `read_page`."""

    directory: str
    sites: tuple[SiteRecipe, ...]
    keep_paywalled: bool


class Job(NamedTuple):
    """Regions of one capture. name: identifies the job, and is the name of the files that it makes."""

    name: str
    regions: tuple[Region, ...]


class Done(NamedTuple):
    """The result of a job: how many rows each table got, and where the capture is broken."""

    articles: int
    refused: int
    problems: tuple[str, ...] = ()

    def as_json(self) -> bytes:
        """Return the result in the form that `read_done` reads."""
        return json.dumps(self._asdict(), ensure_ascii=False).encode("utf-8", "surrogateescape")


def read_done(file: Path) -> Done:
    """Return the result of a finished job. Raises OSError, ValueError."""
    said = json.loads(file.read_bytes().decode("utf-8", "surrogateescape"))
    return Done(said["articles"], said["refused"], tuple(said["problems"]))
