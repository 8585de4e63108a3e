"""What is wrong with files of an archive, as a command shows it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from archiver.commands.display import print_json, print_line, printable
from archiver.commands.wrapping import print_wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archiver.problems import Problem, ProblemKind

SHOWN = 20  # problems of a kind


def print_problems(
    problems: Sequence[Problem], kinds: Iterable[ProblemKind], summary: str, *, json_lines: bool
) -> None:
    """Print problems, the kinds one after the other, and a summary. json_lines: a line of JSON each, as they came, and
    the summary as a message."""
    if json_lines:
        for problem in problems:
            print_json(problem)
        sys.stderr.write(f"{summary}\n")
        return
    for kind in kinds:
        found = [problem for problem in problems if problem.kind is kind]
        if found:
            print_line(f"{kind.heading}: {len(found):,}")
        for problem in found[:SHOWN]:
            text = f"{problem.path}: {problem.what}: "
            text += f"repaired: {problem.repaired}" if problem.repaired else problem.advice
            print_wrapped(f"  {printable(text)}")
        if len(found) > SHOWN:
            print_line(f"  … and {len(found) - SHOWN:,} more")
    print_line(summary)
