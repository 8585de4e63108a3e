"""Records in the usual form: headers in printable ASCII with one line for each field, and the length that they say. All
others are left to warcio, which reads every form and takes ten times as long."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS_EXPRESSION = rb"(?:\r\n[A-Za-z0-9_-]+:[ -~]*)*"
WARC_HEAD_PATTERN = re.compile(rb"WARC/1\.[01]%b(?=\r\n\r\n)" % FIELDS_EXPRESSION)
HTTP_HEAD_PATTERN = re.compile(rb"HTTP/1\.[01] ([0-9]{3})(?: [ -~]*)?%b(?=\r\n\r\n)" % FIELDS_EXPRESSION)
BLANK_LINE_BYTES = len("\r\n\r\n")
CONTENT_LENGTH = "content-length"
NUMBER_PATTERN = re.compile("[0-9]{1,15}")  # Python refuses to make an integer of some thousand digits
MAX_SHOWN_CHARACTERS = 40  # characters of a value that is no length
TARGET_URI = "warc-target-uri"
WEB_PREFIXES = ("http://", "https://")
HTTP_RECORD_TYPES = ("response", "revisit")


def no_length(said: str) -> str:
    """Return why a record's Content-Length is no length; empty if it is one. said: its value, empty if it has none."""
    value = said.strip()
    if NUMBER_PATTERN.fullmatch(value.lstrip("0") or value[:1]):
        return ""
    shown = value if len(value) <= MAX_SHOWN_CHARACTERS else f"{value[:MAX_SHOWN_CHARACTERS]}…"
    return f"its Content-Length is no length: {shown!r}" if value else "it does not say how long it is (Content-Length)"


class Http(NamedTuple):
    """The HTTP header of an answer: the status code as it is written, and the fields in their order."""

    status: str
    fields: list[tuple[str, str]]

    def get(self, name: str) -> str:
        """Return what the first field of that name (in small letters) says, empty if there is none."""
        return next((value for one, value in self.fields if one.lower() == name), "")


class Parts(NamedTuple):
    """A record in its parts. fields: those of its own header, the first of each name, the names in small letters.
    block: what follows its own header and that of HTTP."""

    fields: Mapping[str, str]
    http: Http | None
    block: bytes


def parts_of(content: bytes) -> Parts | None:
    """Return the parts of the record that `content` is; None if it does not have the usual form, or is broken."""
    head = WARC_HEAD_PATTERN.match(content)
    if head is None:
        return None
    fields: dict[str, str] = {}
    for name, value in _fields(head[0]):
        lower = name.lower()
        if lower in fields and lower == CONTENT_LENGTH:
            return None
        fields.setdefault(lower, value)
    length, target = fields.get(CONTENT_LENGTH, ""), fields.get(TARGET_URI, "")
    if not NUMBER_PATTERN.fullmatch(length) or target.startswith("<") or " " in target:
        return None
    begin = head.end() + BLANK_LINE_BYTES
    end = begin + int(length)
    if end > len(content) or content[end:].strip():
        return None
    if fields.get("warc-type") not in HTTP_RECORD_TYPES or not target.startswith(WEB_PREFIXES):
        return Parts(fields, None, content[begin:end])
    match = HTTP_HEAD_PATTERN.match(content, begin, end)
    if match is None:
        return None
    return Parts(fields, Http(match[1].decode(), _fields(match[0])), content[match.end() + BLANK_LINE_BYTES : end])


def _fields(head: bytes) -> list[tuple[str, str]]:
    """Return the fields of a header. Its first line is not a field."""
    lines = [line.partition(":") for line in head.decode().split("\r\n")[1:]]
    return [(name, value.strip()) for name, _, value in lines]
