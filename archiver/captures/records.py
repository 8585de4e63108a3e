"""The records in a part of a WARC file, whole ones only; and where it is broken."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from warcio.bufferedreaders import BufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader

from archiver.captures.frames import find_record, frames
from archiver.captures.members import MAX_RECORD_BYTES, TornError, members
from archiver.captures.plain import HTTP_RECORD_TYPES, WEB_PREFIXES, Http, Parts, no_length, parts_of
from archiver.captures.regions import Region, first_member
from archiver.errors import in_a_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from warcio.recordloader import ArcWarcRecord

# WARC-Type is looked for in so many bytes of a record.
REQUEST_TYPE, SEARCHED_BYTES = b"\r\nWARC-Type: request\r\n", 1000
NEXT_RECORD_START = b"\r\n\r\nWARC/"  # another record that begins in the same gzip member
# The beginning of a message of warcio, which goes on with the whole content.
UNKNOWN_FORMAT_MESSAGE = "Unknown archive format"
CONVERSION = "conversion"  # WARC 1.1, 6.8: a version that the archive made; in ours, a page as a browser drew it

logging.getLogger("warcio.recordloader").setLevel(logging.ERROR)  # it repairs what it warns of, and names no file


class WarcRecord(NamedTuple):
    """A record. offset and length: in its file. fields: those of its own header, by their names in small letters. http:
    the HTTP header, if it is an answer of HTTP. block: what follows these headers; of a huge record only the
    beginning."""

    offset: int
    length: int
    fields: Mapping[str, str]
    http: Http | None
    block: bytes

    @property
    def type(self) -> str:
        """WARC-Type, empty if there is none."""
        return self.fields.get("warc-type", "")

    @property
    def url(self) -> str:
        """WARC-Target-URI, empty if there is none."""
        return self.header("WARC-Target-URI")

    def header(self, name: str) -> str:
        """Return a header of the record, empty if there is none."""
        return self.fields.get(name.lower(), "").strip()


class Broken(NamedTuple):
    """A place where there should be a record, but none can be read."""

    offset: int
    reason: str


def records(stream: BinaryIO, region: Region) -> Iterator[WarcRecord | Broken]:
    """Yield the records from the beginning of `region` on, except requests. Records after its end come too, since they
    may tell more about the last answer in it: the caller stops. Where the file is broken, a `Broken` is yielded, and
    then the next record that can be found.

    Raises OSError.
    """
    start, loader = region.start, ArcWarcRecordLoader(verify_http=False, arc2warc=True)
    while start < region.stop:
        if region.packed:
            first = first_member(stream, start, region.end)
        else:
            first = start if start == region.start else find_record(stream, start, region.stop)
        if region.first and start == region.start < first:
            yield Broken(start, "no gzip member with a WARC record begins there")
        if first >= region.end:
            return
        read = members if region.packed else frames
        try:
            for offset, length, content in read(stream, first, region.stop):
                # Requests are a third of the records, and are not needed: reading their headers would take longer than
                # all else. The words are looked for in the record's own header only, since an answer may have them in
                # its body.
                if (
                    REQUEST_TYPE not in content[:SEARCHED_BYTES].partition(b"\r\n\r\n")[0] + b"\r\n"
                    or NEXT_RECORD_START in content
                ):
                    record = _opened(loader, offset, length, content)
                    if record:
                        yield record
        except TornError as error:
            yield Broken(error.offset, str(error))
            start = error.offset + 1
        else:
            return


def _opened(loader: ArcWarcRecordLoader, offset: int, length: int, content: bytes) -> WarcRecord | Broken | None:
    """Return the record in `content`, None if that is empty."""
    parts: Parts | str | None = parts_of(content) if len(content) < MAX_RECORD_BYTES else None
    if parts is None:
        parts = by_warcio(loader, content)
    if isinstance(parts, str):
        return Broken(offset, parts)
    if parts is not None and not parts.fields.get("warc-type"):
        return Broken(offset, "it does not say what it is (WARC-Type)")
    return parts and WarcRecord(offset, length, *parts)


def by_warcio(loader: ArcWarcRecordLoader, content: bytes) -> Parts | str | None:
    """Return the parts of the record that `content` is, whatever form it has; None if that is empty; a text that says
    what is broken in it."""
    reader = BufferedReader(BytesIO(content))
    try:
        warc_record = loader.parse_record_stream(reader, no_record_parse=True)
        length = warc_record.rec_headers.get_header("Content-Length") or ""
        if (reason := no_length(length)) and (length or reader.read(1)):
            return reason
        http = _http(loader, warc_record)
        block = warc_record.raw_stream.read(MAX_RECORD_BYTES)
    except EOFError:
        return None
    except ArchiveLoadFailed as error:
        message = " ".join(str(error).split())
        first = content[:40].partition(b"\n")[0].decode("ascii", "replace").strip()
        return (
            f"no record of WARC 1.0 or 1.1 begins there: {first!r}"
            if message.startswith(UNKNOWN_FORMAT_MESSAGE)
            else message
        )
    except Exception as error:  # warcio raises errors of many kinds for odd headers: any of them costs this record only
        return in_a_line(error)
    if len(content) < MAX_RECORD_BYTES:
        if getattr(warc_record.raw_stream, "limit", 0) > 0:
            return "the record is shorter than it says"
        if rest := reader.read().strip():
            if rest.startswith(b"WARC/"):
                return "a gzip member with several records; `warcio recompress` makes one for each"
            return "the record is longer than it says"
    fields: dict[str, str] = {}
    for name, value in warc_record.rec_headers.headers:
        fields.setdefault(name.lower(), value)
    return Parts(fields, http, block)


def _http(loader: ArcWarcRecordLoader, warc_record: ArcWarcRecord) -> Http | None:
    """Return the HTTP header of an answer, and leave the stream at the body."""
    url = warc_record.rec_headers.get_header("WARC-Target-URI") or ""
    if warc_record.rec_type not in HTTP_RECORD_TYPES or not url.startswith(WEB_PREFIXES):
        return None
    try:
        parsed = loader.http_parser.parse(warc_record.raw_stream)
    except EOFError:  # nothing is there
        return None
    return Http(parsed.get_statuscode(), parsed.headers)
