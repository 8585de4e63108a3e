"""What is done as one job: some regions of one capture, to rows in files of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from archiver.captures.regions import Region
    from archiver.recipes import SiteRecipe

DONE = "_done"  # a file for each job that is done
UNFINISHED = "_unfinished"  # what is being written
ARTICLES, REFUSED = "articles", "refused"  # the tables: a directory each


class DatasetSetup(NamedTuple):
    """What a process reads pages with. directory: of the dataset. sites and keep_paywalled: as for `read_page`."""

    directory: str
    sites: tuple[SiteRecipe, ...]
    keep_paywalled: bool


class Job(NamedTuple):
    """Regions of one capture. name: says which; of the files that are made of them, too."""

    name: str
    regions: tuple[Region, ...]


class Done(NamedTuple):
    """What came of a job: rows of each table, and where the capture is broken."""

    articles: int
    refused: int
    problems: tuple[str, ...] = ()

    def as_json(self) -> bytes:
        """Return it as `read_done` reads it."""
        return json.dumps(self._asdict(), ensure_ascii=False).encode("utf-8", "surrogateescape")


def read_done(file: Path) -> Done:
    """Return what came of a job that is done. Raises OSError, ValueError."""
    said = json.loads(file.read_bytes().decode("utf-8", "surrogateescape"))
    return Done(said["articles"], said["refused"], tuple(said["problems"]))
