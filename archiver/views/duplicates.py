"""Articles with other ids and the same text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from archiver.index import Index


@dataclass(frozen=True, slots=True)
class Duplicate:
    """One of several articles with the same text. path: of its post; None where there is none."""

    recipe: str
    id: str
    published: datetime | None
    path: str | None


def read_duplicates(index: Index) -> Iterator[tuple[Duplicate, ...]]:
    """Yield the articles whose text is the same, group by group. Raises IndexFileError."""
    for group in index.catalogue.same_text():
        yield tuple(Duplicate(one.key.recipe, one.key.id, one.published, one.path) for one in group)
