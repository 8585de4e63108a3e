"""Files that are recognised by their names alone as litter, or as invalid. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.litter import is_litter
from archiver.problems import problem
from archiver.verify.problems import Kind

if TYPE_CHECKING:
    from archiver.problems import Problem


def odd_name(path: str) -> Problem | None:
    """Return a problem (or note) of a file by its name alone; None if the file itself must be checked."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return problem(Kind.FOREIGN, path, "its name is not UTF-8: nothing here wrote it", "move it away, or rename it")
    return problem(Kind.LITTER, path, "no run wrote it, and nothing needs it") if is_litter(path) else None
