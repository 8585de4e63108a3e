"""`archivebox`: one JSON object a line, for `archivebox add --parser=jsonl`."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import msgspec

from archiver.exports import shown
from archiver.exports.format import About, Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.exports.entry import Entry


def write(entries: Iterator[Entry], stream: IO[bytes], about: About) -> None:
    """Write a line for each entry; those without an address are left out, since ArchiveBox fetches addresses."""
    encode = msgspec.json.Encoder().encode
    for entry in entries:
        if shown.has_address(entry, about):
            # No text in it has a line end: ArchiveBox also splits lines at characters (U+2028) that JSON does not
            # escape.
            stream.write(encode(_bookmark(entry)) + b"\n")


def _bookmark(entry: Entry) -> dict[str, str | list[str]]:
    """Return what ArchiveBox's parser of JSON reads.

    Its time is in `created_at`: a number in `timestamp` is divided by a million in some versions and by ten million in
    others. Tags are a list, since one text without a comma is divided at spaces.
    """
    return {
        "url": shown.address(entry),
        "title": _kept(shown.title(entry)),
        "created_at": shown.published(entry).isoformat(),
        "tags": [_kept(tag) for tag in shown.bookmark_tags(entry)],
        "description": _kept(shown.summary(entry)),  # ArchiveBox takes it for the title where there is none
    }


def _kept(text: str) -> str:
    """Return `text` with its `&` escaped: ArchiveBox resolves character references."""
    return text.replace("&", "&amp;")


FORMAT = Format("addresses with titles, times and tags, one JSON object a line, for ArchiveBox", write)
