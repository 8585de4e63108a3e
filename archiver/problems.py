"""Problems of an archive, in the one form that all checks use. No I/O."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Self


class ProblemKind(StrEnum):
    """A kind of problem, by its name.

    heading: what a list of such problems begins with. advice: what can be done about one. is_note: it is listed, but
    nothing is wrong because of it.
    """

    heading: str
    advice: str
    is_note: bool

    def __new__(cls, name: str, heading: str, advice: str, is_note: bool = False) -> Self:
        """Make the kind of that name."""
        kind = str.__new__(cls, name)
        kind._value_ = name
        kind.heading, kind.advice, kind.is_note = heading, advice, is_note
        return kind


class Problem(NamedTuple):
    """A problem of a file. path: in the archive, as it can be shown. what: what is wrong. advice: what can be done
    about it. repaired: how it was repaired; empty if it was not."""

    kind: ProblemKind
    path: str
    what: str
    advice: str
    repaired: str = ""

    @property
    def is_left(self) -> bool:
        """Whether it is a problem (not a note) that was not repaired."""
        return not (self.repaired or self.kind.is_note)


def problem(kind: ProblemKind, path: str, what: str, advice: str = "") -> Problem:
    """Return a problem. advice: empty for the usual advice for its kind."""
    return Problem(kind, printable_path(path), what, advice or kind.advice)


def printable_path(path: str) -> str:
    """Return a path as it can be shown: bytes in it that are not UTF-8 are shown as `\\xff`."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
