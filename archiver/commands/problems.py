"""What is wrong with files of an archive, as a terminal shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from archiver.commands.display import print_line, printable
from archiver.commands.wrapping import print_wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHOWN = 20  # problems of a kind


class Problem(Protocol):
    """Something that is wrong with a file of the archive."""

    @property
    def kind(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def advice(self) -> str: ...
    @property
    def repaired(self) -> str: ...


def print_problems(problems: Sequence[Problem], headings: Mapping[Any, str]) -> None:
    """Print problems under the heading of each kind, a line each."""
    for kind, heading in headings.items():
        found = [problem for problem in problems if problem.kind == kind]
        if found:
            print_line(f"{heading}: {len(found):,}")
        for problem in found[:SHOWN]:
            text = f"{problem.path}: {problem.what}: "
            text += f"repaired: {problem.repaired}" if problem.repaired else problem.advice
            print_wrapped(f"  {printable(text)}")
        if len(found) > SHOWN:
            print_line(f"  … and {len(found) - SHOWN:,} more")
