"""A field of the metadata: its value, the rule that gave it, and the candidates that were not taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")
MAX_LOST = 20  # candidates that are kept for explanations; a page with more repeats itself


@dataclass(frozen=True, slots=True)
class ValueCandidate(Generic[T]):
    """A possible value of a field, and the rule that found it."""

    value: T
    rule: str


@dataclass(frozen=True, slots=True)
class Discarded(Generic[T]):
    """A candidate that was not taken, and why."""

    value: T | str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Field(Generic[T]):
    """The value of a field (None: the page does not give it), the rule that gave it, and the candidates that were not
    taken."""

    value: T | None = None
    rule: str = ""
    lost: tuple[Discarded[T], ...] = ()


def chosen(
    best: ValueCandidate[T] | None, others: Iterable[ValueCandidate[T]] = (), lost: Iterable[Discarded[T]] = ()
) -> Field[T]:
    """Return the field whose value is `best` (None: no value). others: candidates that are less trusted than `best`.
    lost: candidates that are not believed at all."""
    lost = list(lost)
    if best is None:
        return Field(lost=tuple(lost[:MAX_LOST]))
    for other in others:
        if other is not best:
            reason = "says the same" if other.value == best.value else f"less trusted than {best.rule}"
            lost.append(Discarded(other.value, other.rule, reason))
    return Field(best.value, best.rule, tuple(lost[:MAX_LOST]))
