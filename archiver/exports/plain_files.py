"""`text`: one text file an article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.exports.files import Folder, name_of, recipe_folder
from archiver.exports.format import About, Format
from archiver.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archiver.exports.entry import Entry


def write(entries: Iterator[Entry], path: Path, about: About) -> None:  # noqa: ARG001
    """Write RECIPE/FORM/ID.txt for each entry into the new directory `path`: title, date, source and address on the
    first four lines, an empty line, the quote if there is one, and the text."""
    folder = Folder(path)
    for entry in entries:
        head = [one_line(entry.title), entry.published.isoformat(), one_line(entry.source), entry.url, ""]
        quote = [entry.quote] if entry.quote else []
        text = "\n".join([*head, *quote, entry.text, ""])
        folder.write(entry, f"{recipe_folder(entry)}/{name_of(entry.form)}", f"{name_of(entry.id)}.txt", text)


FORMAT = Format("a directory of text files, one an article", write, target="directory")
