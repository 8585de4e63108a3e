"""WARC files as tests read and make them."""

from __future__ import annotations

import gzip
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.conftest import Archive

ADDRESS = "http://finews.zning.xyz/NewsData/GetNewsText.do?id=NW{}"


class Found(NamedTuple):
    """A record as warcio reads it."""

    type: str
    headers: dict[str, str]
    http: list[tuple[str, str]]
    status: str  # or the request line
    body: bytes  # as it is in the file
    offset: int
    length: int

    @property
    def id(self) -> str:
        return self.headers["WARC-Record-ID"]

    @property
    def url(self) -> str:
        return self.headers.get("WARC-Target-URI", "")


def warcs(archive: Archive) -> list[Path]:
    """The archive's WARC files, in their order."""
    return sorted((archive.output / "_captures").rglob("*.warc.gz"))


def read(file: Path) -> list[Found]:
    """All records of a file; none of its digests is wrong."""
    found = []
    with file.open("rb") as stream:
        records = ArchiveIterator(stream, check_digests="raise")
        for record in records:
            body = record.raw_stream.read()
            offset, length = records.get_record_offset(), records.get_record_length()
            http = record.http_headers
            protocol, line = (http.protocol, http.statusline) if http else ("", "")
            headers = dict(record.rec_headers.headers)
            found.append(
                Found(
                    record.rec_type, headers, http.headers if http else [], f"{protocol} {line}", body, offset, length
                )
            )
    return found


def every(archive: Archive, *types: str) -> list[Found]:
    """All records of an archive, of these types."""
    return [record for file in warcs(archive) for record in read(file) if record.type in types]


def check(*files: Path) -> None:
    """Let warcio's own command check files."""
    result = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", *map(str, files)], check=False, capture_output=True, text=True
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def rows(archive: Archive, query: str) -> list[tuple[Any, ...]]:
    """What the index answers."""
    with closing(sqlite3.connect(archive.output / "_index" / "index.sqlite")) as connection:
        return connection.execute(query).fetchall()


def member(archive: Archive, warc: str, offset: int, length: int) -> Found:
    """The one record in that part of a file, which is a gzip member."""
    packed = (archive.output / warc).read_bytes()[offset : offset + length]
    file = archive.output.with_name("member.warc")
    file.write_bytes(gzip.decompress(packed))
    (found,) = read(file)
    return found


def article_json(archive: Archive, article_id: str) -> bytes:
    """What the replica says of an article."""
    record = archive.replica.find(article_id)
    assert record
    return json.dumps(record.news_text(), ensure_ascii=False).encode()


def foreign(
    answers: Iterable[tuple[str, bytes, list[tuple[str, str]]]],
    *,
    packed: bool = True,
    version: str = "1.0",
    info: bool = True,
) -> bytes:
    """A WARC file as other tools make them: a response for each (address, payload, headers), and no more."""
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=packed, warc_version=version)
    if info:
        writer.write_record(writer.create_warcinfo_record("x.warc", {"software": "Other/1.0"}))
    for url, body, headers in answers:
        http = StatusAndHeaders("200 OK", [("Content-Type", "application/json;charset=UTF-8"), *headers], "HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                url,
                "response",
                payload=BytesIO(body),
                length=len(body),
                http_headers=http,
                warc_headers_dict={"WARC-Date": "2026-03-04T05:06:07Z"},
            )
        )
    return buffer.getvalue()
