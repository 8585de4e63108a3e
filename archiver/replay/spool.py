"""Candidates that wait on disk until all of them are known: they are too many for memory."""

from __future__ import annotations

import pickle
from contextlib import suppress
from operator import attrgetter
from tempfile import TemporaryFile, gettempdir
from typing import TYPE_CHECKING, NamedTuple, Self

from archiver.errors import StoreError, with_advice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archiver.decide import Candidate, Place
    from archiver.index import ArticleKey
    from archiver.replay.serve import Outline


class Spooled(NamedTuple):
    """Where a candidate is, and what must be known of all of them at once."""

    place: Place
    key: ArticleKey
    text_digest: str | None
    believed: bool
    offset: int
    length: int
    aliases: tuple[str, ...] = ()


class Spool:
    """A temporary file of candidates. A context manager: the file is gone when it ends."""

    def __init__(self) -> None:
        """Raises StoreError."""
        try:
            self._file = TemporaryFile(prefix="archiver-replay-")  # noqa: SIM115 - closed by the context
        except OSError as error:
            raise _store_error(error) from error
        self._size = 0
        self.spooled: list[Spooled] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # what is still to be written is not wanted any more
            self._file.close()

    def add(self, one: Outline) -> None:
        """Put a candidate away. Raises StoreError."""
        try:
            self._file.write(one.packed)
        except OSError as error:
            raise _store_error(error) from error
        length, where = len(one.packed), self._size
        self.spooled.append(Spooled(one.place, one.key, one.text_digest, one.believed, where, length, one.aliases))
        self._size += length

    def groups(self) -> Iterator[list[Spooled]]:
        """Yield the candidates of each article, in the order of their answers; of the articles that first whose first
        answer came first."""
        by_key: dict[ArticleKey, list[Spooled]] = {}
        for one in sorted(self.spooled, key=attrgetter("place", "key")):
            by_key.setdefault(one.key, []).append(one)
        yield from by_key.values()

    def load(self, chosen: Iterable[Spooled]) -> list[Candidate]:
        """Return candidates. Raises StoreError."""
        loaded: list[Candidate] = []
        try:
            for one in chosen:
                self._file.seek(one.offset)
                loaded.append(pickle.loads(self._file.read(one.length)))
        except OSError as error:
            raise _store_error(error) from error
        return loaded


def _store_error(error: OSError) -> StoreError:
    return StoreError(f"{gettempdir()} (TMPDIR): what was read cannot wait there: {with_advice(error)}")
