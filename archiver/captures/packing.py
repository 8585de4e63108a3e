"""Exchanges as records of a WARC file, each a gzip member (WARC 1.1). No I/O."""

from __future__ import annotations

import json
from datetime import UTC
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit, urlunsplit
from uuid import NAMESPACE_URL, uuid5

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archiver.captures.capture import NOTE_PREFIX
from archiver.captures.exchange import Drawn, Exchange
from archiver.captures.records import CONVERSION
from archiver.private import public_values

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from archiver.captures.capture import Capture

# The new name of the header Transfer-Encoding: the body has no such encoding any more, and readers of the capture must
# not try to take it off. Other crawlers use the same name.
RENAMED_TRANSFER_ENCODING = "X-Crawler-Transfer-Encoding"

# A field of the first record of a file. It says that the file holds no credentials, and only answers that came whole,
# so that readers need not check each record again. Raise the number when archiver.private or captures.body find more
# than they did before.
RULES_FIELD, RULES_VERSION = "archiver-record-rules", "2"


class WriteJob(NamedTuple):
    """Exchanges to write as records of one answer. same: an earlier record with the same payload. Without exchanges a
    note is written about the earlier answer in the record `same`.
    """

    exchanges: tuple[Exchange | Drawn, ...]
    about: Mapping[str, Any]
    same: Capture | None = None


class _Head(StatusAndHeaders):  # type: ignore[misc]
    """A status line and headers, written as they came: warcio encodes anew what is not ASCII."""

    def compute_headers_buffer(self, header_filter: object = None) -> None:  # noqa: ARG002
        self.headers_buff = (self.to_str() + "\r\n").encode("latin-1")


def warcinfo(name: str, info: dict[str, str]) -> bytes:
    """Return the first record of a file: WARC 1.1, 6.2."""
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version="1.1")
    record = writer.create_warcinfo_record(name, {**info, "format": "WARC File Format 1.1"})
    record.rec_headers.add_header("WARC-Block-Digest", f"sha256:{sha256(record.raw_stream.getvalue()).hexdigest()}")
    writer.write_record(record)
    return buffer.getvalue()


def records(job: WriteJob, refers_to: tuple[str, str] | None = None) -> tuple[bytes, int, int]:
    """Return the records of `job`, each a gzip member, and offset and length of the answer's record among them. Each
    exchange has a response or revisit and a request, the last one also a metadata record (WARC 1.1, 6.3 to 6.7); a page
    that a browser drew is a conversion (6.8)."""
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version="1.1")
    start = length = 0
    for number, exchange in enumerate(job.exchanges, 1):
        last = number == len(job.exchanges)
        start = buffer.tell()
        if isinstance(exchange, Drawn):
            identity = _drawn(writer, exchange)
        else:
            identity = _answer(writer, exchange, refers_to if last else None)
        length = buffer.tell() - start
        if isinstance(exchange, Exchange):
            _request(writer, exchange, identity)
        if last:
            _metadata(writer, exchange.url, _date(exchange), job.about, {"WARC-Refers-To": identity})
    if not job.exchanges:
        assert refers_to is not None
        _metadata(writer, *refers_to, job.about, {})
    return buffer.getvalue(), start, length


def _answer(writer: WARCWriter, exchange: Exchange, same: tuple[str, str] | None) -> str:
    headers = [
        (RENAMED_TRANSFER_ENCODING if name.lower() == "transfer-encoding" else name, value)
        for name, value in exchange.headers
    ]
    http = _Head(f"{exchange.status} {exchange.reason}", headers, protocol=exchange.version)
    http.compute_headers_buffer()
    payload = f"sha256:{sha256(exchange.body).hexdigest()}"
    block = http.headers_buff if same else http.headers_buff + exchange.body
    warc = {
        "WARC-Record-ID": _record_id(exchange.url, _date(exchange)),
        "WARC-Date": _date(exchange),
        "WARC-Block-Digest": f"sha256:{sha256(block).hexdigest()}",
    }
    if exchange.address:
        warc["WARC-IP-Address"] = exchange.address
    if same:
        record = writer.create_revisit_record(exchange.url, payload, *same, http_headers=http, warc_headers_dict=warc)
    else:
        record = writer.create_warc_record(
            exchange.url,
            "response",
            payload=BytesIO(exchange.body),
            length=len(exchange.body),
            http_headers=http,
            warc_headers_dict={**warc, "WARC-Payload-Digest": payload},
        )
    writer.write_record(record)
    return str(record.rec_headers.get_header("WARC-Record-ID"))


def _drawn(writer: WARCWriter, drawn: Drawn) -> str:
    """Write what a browser drew, as a conversion record: another version of a record's content, not an answer of the
    source."""
    digest = f"sha256:{sha256(drawn.body).hexdigest()}"
    warc = {
        "WARC-Record-ID": _record_id(drawn.url, _date(drawn)),
        "WARC-Date": _date(drawn),
        "WARC-Refers-To": _record_id(drawn.source[0], _written(drawn.source[1])),
        "WARC-Block-Digest": digest,
        "WARC-Payload-Digest": digest,
    }
    record = writer.create_warc_record(
        drawn.url,
        CONVERSION,
        payload=BytesIO(drawn.body),
        length=len(drawn.body),
        warc_content_type=drawn.content_type,
        warc_headers_dict=warc,
    )
    writer.write_record(record)
    return str(record.rec_headers.get_header("WARC-Record-ID"))


def _request(writer: WARCWriter, exchange: Exchange, answer: str) -> None:
    parts = urlsplit(exchange.url)
    target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    http = _Head(f"{exchange.method} {target} HTTP/1.1", list(exchange.asked), is_http_request=True)
    http.compute_headers_buffer()
    warc = {
        "WARC-Date": _date(exchange),
        "WARC-Concurrent-To": answer,
        "WARC-Block-Digest": f"sha256:{sha256(http.headers_buff + exchange.sent).hexdigest()}",
        "WARC-Payload-Digest": f"sha256:{sha256(exchange.sent).hexdigest()}",
    }
    writer.write_record(
        writer.create_warc_record(
            exchange.url,
            "request",
            payload=BytesIO(exchange.sent),
            length=len(exchange.sent),
            http_headers=http,
            warc_headers_dict=warc,
        )
    )


def _metadata(writer: WARCWriter, url: str, date: str, about: Mapping[str, Any], headers: dict[str, str]) -> None:
    text = json.dumps(public_values(dict(about)), ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    digest = f"sha256:{sha256(text).hexdigest()}"
    warc = {"WARC-Date": date, **headers, "WARC-Block-Digest": digest, "WARC-Payload-Digest": digest}
    writer.write_record(
        writer.create_warc_record(
            f"{NOTE_PREFIX}{url}",
            "metadata",
            payload=BytesIO(text),
            length=len(text),
            warc_content_type="application/json",
            warc_headers_dict=warc,
        )
    )


def _date(exchange: Exchange | Drawn) -> str:
    return _written(exchange.time)


def _written(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _record_id(url: str, date: str) -> str:
    """Return the id of the record of an answer. It is made of the answer's address and date, so that other records can
    refer to it wherever and whenever they are written."""
    return f"<urn:uuid:{uuid5(NAMESPACE_URL, f'{url} {date}')}>"
