"""Where an export goes: a stream, or a file or directory that appears only when it is complete."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING
from zlib import crc32

from archiver.errors import ExportError, os_reason
from archiver.storage.atomic import remove, sweep_beside, temporary_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archiver.exports.entry import Entry
    from archiver.exports.format import About, Format


def write_to_stream(chosen: Format, entries: Iterator[Entry], stream: IO[bytes], about: About) -> None:
    """Write `entries` to a stream. Raises ExportError for a format that needs a file or directory; BrokenPipeError if
    nobody reads the stream any more."""
    if chosen.target != "stream":
        raise ExportError(f"say where to: this format is a {chosen.target}")
    try:
        chosen.write(entries, stream, about)
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ExportError(f"standard output: cannot be written: {os_reason(error)}") from error


def write_to_path(chosen: Format, entries: Iterator[Entry], target: Path, about: About) -> None:
    """Write `entries` to a file or directory; if anything fails, nothing there is changed. Raises ExportError."""
    special = target.exists() and not (target.is_file() or target.is_dir())  # a pipe or a device: it stays what it is
    if special and chosen.target != "stream":
        raise ExportError(f"{target}: is no file, and this format needs one")
    if not target.parent.is_dir():
        raise ExportError(f"{target}: cannot be written: there is no directory {target.parent}")
    if target.is_dir() and (chosen.target != "directory" or any(target.iterdir())):
        raise ExportError(f"{target}: there is a directory{' with something in it' * (chosen.target == 'directory')}")
    try:
        if special:
            _to_file(chosen, entries, target, about)
        else:
            _to_new(chosen, entries, target.resolve(), about)  # the target of a link is replaced, not the link
    except OSError as error:
        raise ExportError(f"{target}: cannot be written: {os_reason(error)}") from error


def _to_new(chosen: Format, entries: Iterator[Entry], target: Path, about: About) -> None:
    """Write under a temporary name, and rename it to `target` when it is complete. Raises OSError, ExportError."""
    sweep_beside(target)
    # Several exports of one process may go into one directory.
    temporary = temporary_for(target, crc32(os.fsencode(target.name)))
    remove(temporary)  # left by an earlier process with the same number
    try:
        if chosen.target == "stream":
            _to_file(chosen, entries, temporary, about)
        else:
            chosen.write(entries, temporary, about)
        temporary.replace(target)
    finally:
        remove(temporary)


def _to_file(chosen: Format, entries: Iterator[Entry], file: Path, about: About) -> None:
    with file.open("wb") as stream:
        chosen.write(entries, stream, about)
