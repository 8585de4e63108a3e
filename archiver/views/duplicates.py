"""Articles with other ids and the same text, or nearly the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archiver.identity import site_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from archiver.index import Index


@dataclass(frozen=True, slots=True)
class Duplicate:
    """One of several articles with the same text, or nearly the same: of a group, that first which was published first.

    path: of its post; None where there is none. address: one that it came from or was seen at, `site` the site of that;
    empty where none is known. similarity: to the first of the group, from 0 to 1, where 1.0 is the same text; None
    where that cannot be told.
    """

    recipe: str
    id: str
    published: datetime | None
    path: str | None
    address: str
    site: str
    similarity: float | None


def read_duplicates(index: Index) -> Iterator[tuple[Duplicate, ...]]:
    """Yield the articles whose text is the same, or nearly the same, group by group. Raises IndexFileError."""
    for group in index.catalogue.duplicates():
        yield tuple(
            Duplicate(*one.key, one.published, one.path, one.address, site_of(one.address), one.similarity)
            for one in group
        )
