"""Groups of different articles with the same or nearly the same text."""

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
    """An article in a group of articles with the same or nearly the same text. The first of a group is the one that was
    published first.

    path: that of its post; None if it has none. address: one that it came from or was seen at, and site: the site of
    that; empty if none is known. similarity: to the first of the group, from 0 to 1 (the same text); None if it is not
    known.
    """

    recipe: str
    id: str
    published: datetime | None
    path: str | None
    address: str
    site: str
    similarity: float | None


def read_duplicates(index: Index) -> Iterator[tuple[Duplicate, ...]]:
    """Yield groups of articles with the same or nearly the same text. Raises IndexFileError."""
    for group in index.catalogue.duplicates():
        yield tuple(
            Duplicate(*one.key, one.published, one.path, one.address, site_of(one.address), one.similarity)
            for one in group
        )
