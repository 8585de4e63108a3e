"""The captures of an export: each is copied once, with all that its replay needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.captures import HELD_BACK_NOTE
from archiver.captures.exchange import loaded_parts
from archiver.captures.packing import warcinfo
from archiver.captures.warc_date import parse_warc_date
from archiver.errors import ExportError
from archiver.exports.cdxj import line
from archiver.exports.warc import ANSWER_TYPES
from archiver.storage import file_at
from archiver.storage.stored import is_stored

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from _typeshed import SupportsWrite

    from archiver.captures import Capture
    from archiver.exports.cdxj import Lines
    from archiver.exports.member import RecordMember
    from archiver.exports.warc import RecordReader
    from archiver.index import Index
    from archiver.storage import Root

# forms: the forms of post that a replay makes of the capture, as a JSON array; NULL: there is no note with it, since it
# is not ours. more: notes that were made later are needed, too.
CREATE_TABLE = """CREATE TABLE copied (warc TEXT, offset INTEGER, url TEXT, date TEXT, forms TEXT, more INTEGER,
           PRIMARY KEY (warc, offset)) WITHOUT ROWID"""


class WarcCopy:
    """A WARC file that is written by copying records of the archive, byte for byte.

    name: of the file. lines: its index. root: the archive, with its index. scratch: a database, in which to note what
    is copied.
    """

    def __init__(
        self,
        name: str,
        stream: SupportsWrite[bytes],
        lines: Lines,
        reader: RecordReader,
        index: Index,
        root: Root,
        scratch: sqlite3.Connection,
    ) -> None:
        self._name = name
        self._stream = stream
        self._lines = lines
        self._reader = reader
        self._captures = index.captures
        self._root = root
        self._scratch = scratch
        self._size = 0  # bytes
        scratch.execute(CREATE_TABLE)

    def begin(self, info: Mapping[str, str]) -> None:
        """Write the first record: `info` of the file (WARC 1.1, 6.2)."""
        self._put(warcinfo(self._name, dict(info)))

    def add(self, capture: Capture, form: str) -> None:
        """Copy a capture that a post of that form was made of, unless it is there already. Raises ExportError."""
        where = (capture.warc, capture.offset)
        found = self._scratch.execute("SELECT forms FROM copied WHERE (warc, offset) = (?, ?)", where).fetchone()
        (forms,) = found or (self._copied(capture),)
        if forms is not None and form not in json.loads(forms):
            self._scratch.execute("UPDATE copied SET more = 1 WHERE (warc, offset) = (?, ?)", where)

    def add_picture(self, capture: Capture) -> None:
        """Copy the capture of a picture, unless it is there already. Raises ExportError."""
        if not self._has(capture):
            self._copied(capture)

    def add_page(self, address: str) -> Capture | None:
        """Copy all captures of the page that a post links to, with all that the page loaded, and return the last one;
        None if there is none. Raises ExportError."""
        found = self._captures.of_address(address)
        for capture in found:
            if not self._has(capture):
                self._copied(capture)
        return found[-1] if found else None

    def end(self) -> None:
        """Copy the later notes about copied answers: that another form was made of one, or that an edit was believed.
        No index says where these notes are, so files are read through, but only if there is something to look for.
        Raises ExportError."""
        (first,) = self._scratch.execute("SELECT min(warc) FROM copied WHERE more").fetchone()
        if first is None:
            return
        self._scratch.execute("CREATE INDEX copied_more ON copied (url, date) WHERE more")
        for member in self._reader.said_later(first):
            wanted = "SELECT 1 FROM copied WHERE more AND (url, date) = (?, ?)"
            if self._scratch.execute(wanted, (member.url, member.date)).fetchone():
                self._put(member.packed)

    def _copied(self, capture: Capture) -> str | None:
        """Copy a capture, and return its forms. If it is a revisit, the capture that has its payload is copied
        first."""
        file = file_at(self._root, capture.warc)
        outside = Path(capture.warc).is_absolute() or is_stored(capture.warc)
        if outside or not file.is_file():
            state = "outside the archive" if outside else "missing"
            raise ExportError(f"{file}: the capture of {capture.url} is in this file, which is {state}")
        before, answer, after = self._reader.capture(capture)
        noted = next((found for member in after if (found := member.noted())), {})
        forms = json.dumps(noted.get("forms", [])) if "recipe" in noted else None
        self._scratch.execute(
            "INSERT INTO copied VALUES (?, ?, ?, ?, ?, ?)",
            (capture.warc, capture.offset, answer.url, answer.date, forms, int(HELD_BACK_NOTE in noted)),
        )
        if answer.type == "revisit":
            self._bring(capture, answer)
        for member in (*before, answer, *after):
            if member.type in ANSWER_TYPES:
                self._lines.add(line(member, self._name, self._size))
            self._put(member.packed)
        self._add_parts(loaded_parts(noted))
        return forms

    def _add_parts(self, parts: Sequence[tuple[str, datetime]]) -> None:
        """Copy what a page loaded, each once. Raises ExportError."""
        for part in self._captures.at(parts).values():
            if not self._has(part):
                self._copied(part)

    def _has(self, capture: Capture) -> bool:
        where = (capture.warc, capture.offset)
        return self._scratch.execute("SELECT 1 FROM copied WHERE (warc, offset) = (?, ?)", where).fetchone() is not None

    def _bring(self, capture: Capture, revisit: RecordMember) -> None:
        """Copy the answer that has the payload of `revisit` (WARC 1.1, 6.7.2)."""
        url, date = revisit.header("WARC-Refers-To-Target-URI").strip("<>"), revisit.header("WARC-Refers-To-Date")
        original = self._captures.with_payload([capture.payload]).get(capture.payload)
        try:
            where = (url, parse_warc_date(date)) if url and date else None
        except ValueError:
            where = None
        if where and (original is None or (original.url, original.time) != where):
            original = self._captures.at([where]).get(where, original)
        if original is None or original[:2] == capture[:2]:
            raise ExportError(
                f"{file_at(self._root, capture.warc)}: the record at byte {capture.offset:,} has no payload, and the "
                f"one that has it is not in the archive: {url} of {date}"
            )
        if not self._has(original):
            self._copied(original)

    def _put(self, packed: bytes) -> None:
        self._stream.write(packed)
        self._size += len(packed)
