"""Prints problems with the files of an archive."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from archiver.commands.display import print_json, print_line
from archiver.commands.wrapping import print_wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archiver.problems import Problem, ProblemKind

MAX_SHOWN = 20  # the most problems of each kind that are listed


def print_problems(
    problems: Sequence[Problem], kinds: Iterable[ProblemKind], summary: str, *, json_lines: bool
) -> None:
    """Print problems, grouped by kind, and then a summary. json_lines: print each problem as a line of JSON, in the
    order given, and the summary to standard error."""
    if json_lines:
        for problem in problems:
            print_json(problem)
        sys.stderr.write(f"{summary}\n")
        return
    for kind in kinds:
        of_kind = [problem for problem in problems if problem.kind is kind]
        if of_kind:
            print_line(f"{kind.heading}: {len(of_kind):,}")
        for problem in of_kind[:MAX_SHOWN]:
            text = f"{problem.path}: {problem.what}: "
            text += f"repaired: {problem.repaired}" if problem.repaired else problem.advice
            print_wrapped(f"  {text}")
        if len(of_kind) > MAX_SHOWN:
            print_line(f"  … and {len(of_kind) - MAX_SHOWN:,} more")
    print_line(summary)
