"""Credentials of ours in old WARC files: finding them, and writing the files anew without them."""

from __future__ import annotations

import gzip
import re
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from archiver.captures.frames import frames
from archiver.captures.members import MAX_RECORD_BYTES, TornError, members
from archiver.captures.plain import NUMBER_PATTERN
from archiver.captures.private import COOKIE_HEADER, words_of
from archiver.captures.regions import GZIP_START
from archiver.errors import CaptureError, os_reason
from archiver.private import (
    MIN_SECRET_CHARACTERS,
    PLACEHOLDER_PATTERN,
    is_private_header,
    placeholder,
    private_parts,
    public_address,
)
from archiver.storage import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.storage import Location

HEADER_LINE_PATTERN = re.compile(r"[^\n]*\n(?:[ \t][^\n]*\n)*")  # lines, each with its continuation lines
ADDRESS_FIELDS = ("warc-target-uri", "warc-refers-to-target-uri")
RECORD_END = b"\r\n\r\n"  # of a record
BLOCK_DIGEST, PAYLOAD_DIGEST, CONTENT_LENGTH = "warc-block-digest", "warc-payload-digest", "content-length"
HTTP_RECORD_TYPES = ("request", "response", "revisit")


class RecordPlace(NamedTuple):
    """Where a record is: offset and length in bytes, and its WARC-Target-URI."""

    offset: int
    length: int
    url: str


class Finding(NamedTuple):
    """Credentials in a record: where it is, its address (without them), and descriptions of them."""

    offset: int
    url: str
    what: tuple[str, ...]


class _Private(NamedTuple):
    """What is private in a file. secrets: values that are replaced wherever they stand. logged_in: the ids of the
    answers to requests with credentials."""

    secrets: tuple[str, ...]
    logged_in: frozenset[str]


class _Record:
    """A record; its own header and that of HTTP are lines, in which each character is a byte (Latin-1)."""

    def __init__(self, offset: int, length: int, content: bytes) -> None:
        self.offset = offset
        self.length = length
        self.is_whole = len(content) < MAX_RECORD_BYTES
        head, self._gap, block = _split(content)
        self.lines = HEADER_LINE_PATTERN.findall(head)
        said = self.field(CONTENT_LENGTH)
        block = block[: int(said)] if NUMBER_PATTERN.fullmatch(said) else block.removesuffix(RECORD_END)
        self.type = self.field("warc-type")
        self.url = self.field("warc-target-uri").strip("<>")
        self.is_http = self.type in HTTP_RECORD_TYPES and bool(block) and "http" in self.field("content-type").lower()
        http, self._http_gap, self.body = _split(block) if self.is_http else ("", b"", block)
        self.http = HEADER_LINE_PATTERN.findall(http)

    def field(self, name: str) -> str:
        """Return what a field says, empty if there is none."""
        return next((value.strip() for one, value in map(_parted, self.lines) if one == name), "")

    def secrets(self) -> Iterator[str]:
        """Yield the values in the record that are private."""
        yield from private_parts(self.url)
        if self.type == "request":
            for name, value in map(_parted, self.http[1:]):
                if is_private_header(name, value):
                    yield from words_of(value.strip())

    @property
    def says_who(self) -> bool:
        """Whether it is a request that sends credentials to the site (not only to a proxy)."""
        fields = map(_parted, self.http[1:]) if self.type == "request" else ()
        return any(is_private_header(name, value) and not name.startswith("proxy-") for name, value in fields)

    def without(self, private: _Private) -> tuple[bytes, tuple[str, ...]]:
        """Return the record without what is private, and descriptions of what was found; empty bytes if nothing was."""
        secrets: list[str] = []
        http, body = self._public_http(private, secrets), self.body
        if not self.is_http and self.type in ("metadata", "warcinfo"):
            body = _replaced(body.decode("latin-1"), private, secrets, "what was noted").encode("latin-1")
        head = "".join(self._public_lines(private, secrets))
        if not secrets:
            return b"", ()
        block = http.encode("latin-1") + self._http_gap + body
        lines = [self._measured(line, block) for line in HEADER_LINE_PATTERN.findall(head)]
        return "".join(lines).encode("latin-1") + self._gap + block + RECORD_END, tuple(dict.fromkeys(secrets))

    def _public_http(self, private: _Private, found: list[str]) -> str:
        kept: list[str] = []
        logged_in = self.type != "request" and self.field("warc-record-id") in private.logged_in
        for number, line in enumerate(self.http):
            name, value = _parted(line)
            if number and self.type == "request" and is_private_header(name, value):
                found.append(line.partition(":")[0])
            elif number and logged_in and name == COOKIE_HEADER:
                found.append("Set-Cookie of an answer to a request that logged in")
            elif number == 0 and self.type == "request":
                method, _, rest = line.partition(" ")
                kept.append(f"{method} {_public_target(rest, found)}")
            else:
                kept.append(_replaced(line, private, found, f"{line.partition(':')[0]} of the answer"))
        return "".join(kept)

    def _public_lines(self, private: _Private, found: list[str]) -> Iterator[str]:
        for line in self.lines:
            name, value = _parted(line)
            if name in ADDRESS_FIELDS:
                url = value.strip().strip("<>")
                if public_address(url) != url:
                    found.append("a name or a key in its address")
                    yield line.replace(url, public_address(url))
                    continue
            yield _replaced(line, private, found, f"its field {line.partition(':')[0]}")

    def _measured(self, line: str, block: bytes) -> str:
        """Return a header line, with Content-Length and the digests recomputed for the new block."""
        name, _ = _parted(line)
        if name == CONTENT_LENGTH:
            return f"{line.partition(':')[0]}: {len(block)}\r\n"
        if name == BLOCK_DIGEST or (name == PAYLOAD_DIGEST and not self.is_http):
            return f"{line.partition(':')[0]}: sha256:{sha256(block).hexdigest()}\r\n"
        return line


def find_credentials(file: Location) -> Iterator[Finding]:
    """Yield the credentials of ours that are in a WARC file. Raises CaptureError for a file that cannot be read to its
    end."""
    private = _private_in(file)
    for record in _records(file):
        _, what = record.without(private)
        if what:
            yield Finding(record.offset, public_address(record.url), what)


def copy_without_credentials(file: Location, stream: BinaryIO) -> dict[int, RecordPlace]:
    """Write a WARC file anew to `stream` without credentials of ours, and return where each record is now, by its old
    offset. Records without any stay as they are, byte for byte. Raises CaptureError, OSError of `stream`.
    """
    private = _private_in(file)
    packed = _is_packed(file)
    places: dict[int, RecordPlace] = {}
    position = 0
    with file.open("rb") as source:
        for record in _records(file):
            changed, _ = record.without(private)
            if changed and not record.is_whole:
                raise CaptureError(f"{file}: the record at byte {record.offset:,} is too large to be written anew")
            source.seek(record.offset)
            written = source.read(record.length) + (b"" if packed else RECORD_END)
            if changed:
                written = gzip.compress(changed, mtime=0) if packed else changed
            length = len(written) - (0 if packed else len(RECORD_END))
            places[record.offset] = RecordPlace(position, length, public_address(record.url))
            stream.write(written)
            position += len(written)
    return places


def _private_in(file: Location) -> _Private:
    secrets: set[str] = set()
    logged_in: set[str] = set()
    for record in _records(file):
        secrets.update(record.secrets())
        if record.says_who:
            logged_in.add(record.field("warc-concurrent-to"))
    long_enough = {
        one for one in secrets if len(one) >= MIN_SECRET_CHARACTERS and not PLACEHOLDER_PATTERN.fullmatch(one)
    }
    return _Private(tuple(sorted(long_enough, key=len, reverse=True)), frozenset(logged_in - {""}))


def _records(file: Location) -> Iterator[_Record]:
    """Yield the records of a file. Raises CaptureError."""
    try:
        packed = _is_packed(file)
        with file.open("rb") as stream:
            read = members if packed else frames
            for offset, length, content in read(stream, 0, file.stat().st_size):
                yield _Record(offset, length, content)
    except TornError as error:
        raise CaptureError(f"{file}: broken at byte {error.offset:,}: {error}") from error
    except OSError as error:
        raise CaptureError(f"{file}: cannot be read: {os_reason(error)}") from error


def _is_packed(file: Location) -> bool:
    with opened(file, 0, 2) as stream:
        return stream.read(2) == GZIP_START[:2]


def _split(content: bytes) -> tuple[str, bytes, bytes]:
    """Return the lines of a header (each character is a byte), the blank line after them, and what follows."""
    end = content.find(b"\r\n\r\n")
    if end < 0:
        return content.decode("latin-1"), b"", b""
    return content[: end + 2].decode("latin-1"), b"\r\n", content[end + 4 :]


def _parted(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value


def _public_target(rest: str, found: list[str]) -> str:
    target, space, version = rest.rpartition(" ")
    public = public_address(target)
    if public != target:
        found.append("a key in the address that was asked for")
    return f"{public}{space}{version}"


def _replaced(text: str, private: _Private, found: list[str], where: str) -> str:
    for secret in private.secrets:
        if secret in text:
            found.append(where)
            text = text.replace(secret, placeholder(secret))
    return text
