"""The log of verifications: a line of JSON for each, in the archive."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from archiver.errors import StoreError, os_reason
from archiver.places import INDEX
from archiver.storage.regular import size

if TYPE_CHECKING:
    from pathlib import Path

LOG_FILE = f"{INDEX}/verifications.jsonl"
MAX_LINE_BYTES = 4096  # bytes: more than a line has


@dataclass(frozen=True, slots=True)
class LastVerification:
    """A verification: when it began (UTC), how many files it read, how many problems it left."""

    time: datetime
    files: int
    problems: int


def log_verification(output: Path, verification: LastVerification) -> None:
    """Add a line to the log. Raises StoreError."""
    line = json.dumps(
        {
            "time": verification.time.isoformat(timespec="seconds"),
            "files": verification.files,
            "problems": verification.problems,
        }
    )
    try:
        # A line is one write to a file that is open for appending: verifications at the same time do not mix their
        # lines. O_NONBLOCK: if there is a pipe instead of the file, do not wait until somebody reads it.
        descriptor = os.open(output / LOG_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o644)
        try:
            os.write(descriptor, f"{line}\n".encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        raise StoreError(f"{output / LOG_FILE}: cannot be written: {os_reason(error)}") from error


def last_verification(output: Path) -> LastVerification | None:
    """Return the last verification in the log, None if there is none that can be read."""
    try:
        end = size(output / LOG_FILE)
        with (output / LOG_FILE).open("rb") as file:
            file.seek(max(0, end - MAX_LINE_BYTES))
            lines = file.read().splitlines()
    except OSError:
        return None
    for line in reversed(lines):
        try:
            content = json.loads(line)
            time = datetime.fromisoformat(content["time"])
            return LastVerification(time, int(content["files"]), int(content["problems"]))
        except (ValueError, TypeError, KeyError):  # a line that a full disk cut off
            continue
    return None
