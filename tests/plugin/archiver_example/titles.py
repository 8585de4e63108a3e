"""`titles`: the titles of the articles, one a line."""

from collections.abc import Iterator
from typing import IO

from archiver.exports import About, Entry, Format


def write(entries: Iterator[Entry], stream: IO[bytes], about: About) -> None:
    """Write a line for each entry."""
    for entry in entries:
        stream.write(f"{entry.published:%Y-%m-%d} {entry.title}\n".encode())


FORMAT = Format("the titles, one a line", write)
