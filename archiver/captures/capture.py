"""Where the evidence for a post is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

# The target URI of a note is this prefix and the address of the answer. With the address alone, programs that serve
# captures would take the note for a later answer.
NOTE_PREFIX = "urn:archiver:"
CAPTURES = "_captures"  # in an archive: the directory of its WARC files


class Capture(NamedTuple):
    """The WARC record of an answer: of type response, or revisit if an earlier one has the same payload."""

    warc: str  # the file, relative to the archive; absolute if it is elsewhere
    offset: int  # bytes, of the record's gzip member
    length: int  # bytes, of that member
    payload: str  # SHA-256 of the payload as it came, in hexadecimal digits
    url: str  # WARC-Target-URI
    time: datetime  # WARC-Date, UTC
