"""The index of a web archive (CDXJ 0.1.0): lines by address and time, sorted on disk."""

from __future__ import annotations

import gzip
import json
import re
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from _typeshed import SupportsWrite

    from archiver.exports.member import RecordMember

LINES_PER_BLOCK = 1024  # lines that are compressed together: a reader fetches them as one block
# The name of the format: an index of compressed blocks, with a list of the blocks beside it.
FORMAT_NAME = "cdxj-gzip-1.0"
WWW_PATTERN = re.compile(r"www\d*\.")
SAFE_CHARACTERS = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
DEFAULT_PORTS = {"http": 80, "https": 443}


def surt(url: str) -> str:
    """Return the key under which an index has an address (CDXJ 0.1.0, "Searchable URL"): `org,example)/a?b=1`.

    url: of http or https. Beyond the specification this follows what readers look for (pywb, which has the rules of the
    Internet Archive): no `www.`, no default port, one way to write escapes, parameters sorted, no slash at the end.
    Their rule to leave session ids out is not followed. The library `surt` is not used, because its license is the
    AGPL.
    """
    parts = urlsplit(url.strip())
    host = (
        WWW_PATTERN.sub("", parts.hostname or "", count=1)
        if WWW_PATTERN.match(parts.hostname or "")
        else parts.hostname or ""
    )
    port = f":{parts.port}" if parts.port and parts.port != DEFAULT_PORTS.get(parts.scheme) else ""
    path = _escaped(_plain_path(_unescaped(parts.path))).lower()
    arguments = sorted(part.split("=", 1) for part in _escaped(_unescaped(parts.query)).lower().split("&"))
    query = "&".join(map("=".join, arguments))
    return f"{','.join(reversed(host.split('.')))}{port}){path.rstrip('/') or '/'}{query and '?'}{query}"


def line(member: RecordMember, filename: str, offset: int) -> str:
    """Return the line for an answer that is in the file `filename` of the archive, `offset` bytes from its beginning.

    Numbers are written as texts, as pywb and py-wacz do: pywb matches them with patterns.
    """
    fields = {
        "url": member.url,
        "mime": "warc/revisit" if member.type == "revisit" else member.mime,
        "status": str(member.status),
        "digest": member.header("WARC-Payload-Digest"),
        "length": str(len(member.packed)),
        "offset": str(offset),
        "filename": filename,
    }
    # With milliseconds: for ReplayWeb.page the original of a revisit is the first capture that is not before
    # WARC-Refers-To-Date, which has milliseconds; without them here, it would take the next capture.
    timestamp = re.sub(r"\D", "", member.date)[:17]
    return f"{surt(member.url)} {timestamp} {json.dumps(fields)}\n"


class Lines:
    """Lines of an index. scratch: a database to keep them in until all are there."""

    def __init__(self, scratch: sqlite3.Connection) -> None:
        self._scratch = scratch
        scratch.execute("CREATE TABLE lines (line TEXT NOT NULL)")

    def add(self, text: str) -> None:
        """Add a line."""
        self._scratch.execute("INSERT INTO lines VALUES (?)", (text,))

    def write(self, packed: SupportsWrite[bytes], name: str) -> bytes:
        """Write the lines, sorted by their bytes, as blocks of gzip, and return the list of these blocks: the file
        `.idx`, by which readers fetch only those that they need. name: of the file that `packed` is."""
        listed = [f"!meta 0 {json.dumps({'format': FORMAT_NAME, 'filename': name})}\n"]
        offset = 0
        for block in self._blocks():
            content = gzip.compress("".join(block).encode(), mtime=0)
            digest = f"sha256:{sha256(content).hexdigest()}"
            where = {"offset": offset, "length": len(content), "digest": digest, "filename": name}
            key, timestamp, _ = block[0].split(" ", 2)
            listed.append(f"{key} {timestamp} {json.dumps(where)}\n")
            packed.write(content)
            offset += len(content)
        return "".join(listed).encode()

    def _blocks(self) -> Iterator[list[str]]:
        rows = self._scratch.execute("SELECT line FROM lines ORDER BY line")  # SQLite compares their bytes
        while block := rows.fetchmany(LINES_PER_BLOCK):
            yield [text for (text,) in block]


def _unescaped(text: str) -> bytes:
    before, after = b"", text.encode("utf-8", "surrogatepass")
    while before != after:  # escapes may be escaped themselves
        before, after = after, unquote_to_bytes(after)
    return after


def _escaped(text: bytes) -> str:
    return quote_from_bytes(text, safe=SAFE_CHARACTERS)


def _plain_path(path: bytes) -> bytes:
    """Return `path` without `.`, `..` and empty segments, by the rules of readers: `..` removes the segment before it
    even if that is empty, and stays if there is none."""
    kept: list[bytes] = []
    for segment in path.split(b"/")[1:]:
        if segment == b"..":
            kept = kept[:-1] if kept else [segment]
        elif segment != b".":
            kept.append(segment)
    return b"/" + b"/".join(filter(None, kept))
