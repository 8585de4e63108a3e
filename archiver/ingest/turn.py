"""The turn at a batch: while it lasts, nobody else decides about the articles of the batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from archiver.index import Answer, Index, Question


class Turn(Protocol):
    """A turn at the articles of one batch. Its methods are called by the thread that owns the index."""

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to give back."""

    def begin(self, index: Index, question: Question) -> Answer | None:
        """Begin the turn, and return what the index knows, with all that was done in the turns before; None if somebody
        else has one of the articles: then it is to be tried again."""

    def end(self, index: Index, work: Callable[[], None]) -> None:
        """Keep what `work` writes, together with the end of the turn."""


class Alone:
    """The turn of a process that has the archive alone: nobody else decides about anything."""

    is_over = True

    def begin(self, index: Index, question: Question) -> Answer | None:
        """Return what the index knows."""
        return index.look_up(question)

    def end(self, index: Index, work: Callable[[], None]) -> None:
        """Keep what `work` writes."""
        index.together(work)
