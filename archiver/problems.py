"""What is wrong with an archive: one shape for whoever looks for it. No I/O."""

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
    """Something that is wrong with a file: its path in the archive, as it can be shown, what, what can be done about
    it, and what was."""

    kind: ProblemKind
    path: str
    what: str
    advice: str
    repaired: str = ""

    @property
    def is_left(self) -> bool:
        """Whether something is wrong still."""
        return not (self.repaired or self.kind.is_note)


def problem(kind: ProblemKind, path: str, what: str, advice: str = "") -> Problem:
    """Return a problem, with the advice for its kind unless there is a better one."""
    return Problem(kind, printable_path(path), what, advice or kind.advice)


def printable_path(path: str) -> str:
    """Return a path as it can be shown: of a name that is not UTF-8, the bytes that are not, as `\\xff`."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
