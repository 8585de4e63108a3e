"""`jsonl`: one JSON object a line (docs/export.md has the schema)."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import msgspec

from archiver.exports.format import About, Format
from archiver.exports.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.exports.entry import Entry


def write(entries: Iterator[Entry], stream: IO[bytes], about: About) -> None:  # noqa: ARG001
    """Write a line for each entry."""
    encode = msgspec.json.Encoder().encode
    for entry in entries:
        stream.write(encode(record(entry)) + b"\n")


FORMAT = Format("one JSON object a line, all that is known of each article", write)
