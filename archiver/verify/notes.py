"""Notes of earlier versions of the program that contain our credentials: in the index, in reports, and in quarantined
articles. They are no evidence, so they are changed in place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from archiver.errors import StoreError, os_reason
from archiver.places import QUARANTINE, REPORTS
from archiver.private import public_texts, public_values
from archiver.storage import write_atomically
from archiver.storage.regular import read
from archiver.verify.problems import REMOVE_OPTION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archiver.index import Index

ADVICE_ON_NOTES = f"`archiver verify {REMOVE_OPTION}` replaces it"
# Reports have this program's words, with addresses anywhere in them. Quarantined articles have a source's words, of
# which only texts that are an address as a whole are changed.
CLEANERS_OF_NOTES = ((REPORTS, public_texts), (QUARANTINE, public_values))


def remove_from_notes(output: Path, index: Index) -> list[str]:
    """Replace our credentials in the index and in files of notes, and return the names of those that were changed.
    index: open for writing. Raises StoreError, IndexFileError."""
    cleaned = [index.name] if index.credentials.remove() else []
    for path, public in notes_with_credentials(output):
        try:
            write_atomically(output / path, public)
        except OSError as error:
            raise StoreError(f"{output / path}: cannot be written anew: {os_reason(error)}") from error
        cleaned.append(path)
    return cleaned


def notes_with_credentials(output: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of notes that contain one of our credentials, each with its content without it. Files that cannot
    be read as notes are passed over: somebody else put them there."""
    for directory, public in CLEANERS_OF_NOTES:
        for file in sorted((output / directory).glob("*.json")):
            try:
                report = json.loads(read(file))
                kept = public(report)
            except (OSError, ValueError, RecursionError):
                continue
            if kept != report:
                content = json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
                yield file.relative_to(output).as_posix(), content.encode("utf-8", "backslashreplace")
