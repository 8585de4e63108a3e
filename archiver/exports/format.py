"""Formats of export: found by name, loaded when they are asked for, ours and those of plug-ins alike."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Literal

from archiver.errors import ExportError
from archiver.plugins import libraries_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from importlib.metadata import EntryPoint
    from pathlib import Path

    from archiver.exports.entry import Entry
    from archiver.storage import Root

ENTRY_POINT_GROUP = "archiver.formats"  # of entry points: each names a Format


@dataclass(frozen=True, slots=True)
class About:
    """What a format may need to know of the archive and of what the user asked for. In `left_out` and `others` it
    counts what the user is to be told."""

    output: Root  # the archive
    target: Path | None  # the final path; None: standard output
    title: str  # of the archive: its site's name
    site: str  # the host of the site that serves the posts
    left_out: Counter[str] = field(default_factory=Counter, compare=False)  # how many entries, by the reason why
    others: Counter[str] = field(default_factory=Counter, compare=False)  # what other things were written: how many
    index: str = field(default="", repr=False)  # the server that the archive's index is on; empty: it is in the archive


@dataclass(frozen=True, slots=True)
class Format:
    """A format: a summary for `--help`, and a function that writes entries.

    target: what `write` is given: a binary `stream` (in order, never sought), or the path of a `file` or `directory`
    that is not there yet; it is moved to its place when all is written. The entries come one by one, in a stable order,
    and can be iterated over once: a format that keeps them keeps them in memory. last: how many of the newest entries
    to write if the user does not say, the newest first; 0: all, in the order in which they were saved. Entries that
    `write` leaves out it counts in `left_out`, so that the user is told. `write` raises ExportError for what cannot be
    written.
    """

    summary: str
    write: Callable[[Iterator[Entry], Any, About], None]
    target: Literal["stream", "file", "directory"] = "stream"
    last: int = 0


def format_names() -> list[str]:
    """Return the names of all formats that are installed."""
    return sorted(entry_points(group=ENTRY_POINT_GROUP).names)


def load_format(name: str) -> Format:
    """Return the format of that name. Raises ExportError if there is none, or if a library that it needs is missing."""
    found: tuple[EntryPoint, ...] = tuple(entry_points(group=ENTRY_POINT_GROUP, name=name))
    if not found:
        raise ExportError(f"{name}: no such format; there are {', '.join(format_names())}")
    point = found[0]
    try:
        loaded = point.load()
    except ImportError as error:
        raise ExportError(f"{name}: {error}{libraries_of(point)}") from error
    except Exception as error:  # a plug-in is not our code: it may raise anything
        message = " ".join(str(error).split())
        raise ExportError(f"{name}: {point.value}: {type(error).__name__}: {message}") from error
    if not isinstance(loaded, Format):
        raise ExportError(f"{name}: {point.value} is not an archiver.exports.Format")
    return loaded
