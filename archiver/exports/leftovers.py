"""What is written before it has its name, and what a killed export left of it."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from archiver.processes import has_ended

if TYPE_CHECKING:
    from pathlib import Path


def temporary_for(target: Path) -> Path:
    """Return the name under which this process writes `target`: hidden, and in the same directory."""
    return target.with_name(f".{target.name}.{os.getpid()}.tmp")


def sweep(target: Path) -> None:
    """Remove what exports to `target` left whose processes are no more. What cannot be removed stays: it may be
    another user's, and is in nobody's way."""
    pattern = re.compile(rf"\.{re.escape(target.name)}\.(\d+)\.tmp", re.ASCII)
    with suppress(OSError):
        for file in list(target.parent.iterdir()):
            found = pattern.fullmatch(file.name)
            if found and (int(found[1]) == os.getpid() or has_ended(int(found[1]))):  # this one has written nothing yet
                with suppress(OSError):
                    remove(file)


def remove(path: Path) -> None:
    """Remove a file or a directory, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
