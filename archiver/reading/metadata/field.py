"""A field of the metadata: its value, the rule that gave it, and what was not believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")
MAX_LOST = 20  # candidates that are kept to explain; a page with more repeats itself


@dataclass(frozen=True, slots=True)
class ValueCandidate(Generic[T]):
    """What the field may be, and the rule that found it."""

    value: T
    rule: str


@dataclass(frozen=True, slots=True)
class Discarded(Generic[T]):
    """A candidate that is not the value, and why."""

    value: T | str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Field(Generic[T]):
    """The value of a field (None: the page does not say), the rule that gave it, and the candidates that lost."""

    value: T | None = None
    rule: str = ""
    lost: tuple[Discarded[T], ...] = ()


def chosen(
    best: ValueCandidate[T] | None, others: Iterable[ValueCandidate[T]] = (), lost: Iterable[Discarded[T]] = ()
) -> Field[T]:
    """Return the field whose value is `best`; the `others` lost to it, and `lost` were not believed at all."""
    lost = list(lost)
    if best is None:
        return Field(lost=tuple(lost[:MAX_LOST]))
    for other in others:
        if other is not best:
            reason = "says the same" if other.value == best.value else f"less trusted than {best.rule}"
            lost.append(Discarded(other.value, other.rule, reason))
    return Field(best.value, best.rule, tuple(lost[:MAX_LOST]))
