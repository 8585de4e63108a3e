"""The process that writes captures: exchanges in, where their records are out.

It is a process of its own (`archiver.workers`) because a record costs as much time as the rest of an article: its
compression, three digests, the sync.
"""

from __future__ import annotations

import atexit
import json
import os
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit, urlunsplit
from uuid import NAMESPACE_URL, uuid5

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archiver.captures.answers import body_at
from archiver.captures.capture import ABOUT, CAPTURES
from archiver.captures.exchange import Drawn, Exchange
from archiver.captures.records import CONVERSION
from archiver.errors import CaptureError, StoreError, in_a_line, with_advice
from archiver.private import public_values
from archiver.storage import file_at
from archiver.storage.atomic import sync_directory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from archiver.captures.capture import Capture
    from archiver.storage import Root, SplitRoot

# The header that `Transfer-Encoding` becomes: the body has no such encoding any more, and whoever reads the capture
# must not try to take it off. Other crawlers use the same name.
TRANSFER_ENCODING = "X-Crawler-Transfer-Encoding"

# A field of the first record of a file. It says that the file holds no credentials, and only answers that came whole,
# so that readers need not check each record again. Raise the number when archiver.private or captures.body find more
# than they did before.
RULES, RULES_KEPT = "archiver-record-rules", "2"


class WriteJob(NamedTuple):
    """Exchanges to write as records of one answer. same: a record that had the same payload when it was written.

    No exchanges: more is to be said about an earlier answer, that in the record `same`.
    """

    exchanges: tuple[Exchange | Drawn, ...]
    about: Mapping[str, Any]
    same: Capture | None = None


class _Head(StatusAndHeaders):  # type: ignore[misc]
    """A status line and headers, written as they came: warcio encodes anew what is not ASCII."""

    def compute_headers_buffer(self, header_filter: object = None) -> None:  # noqa: ARG002
        self.headers_buff = (self.to_str() + "\r\n").encode("latin-1")


class Whole(NamedTuple):
    """A file that nothing is added to any more."""

    size: int
    sha256: bytes


class WrittenRecord(NamedTuple):
    """Where the record of an answer is. whole: what its file is, if that has ended."""

    warc: str
    offset: int
    length: int
    whole: Whole | None = None


class NotWritten(NamedTuple):
    """Why an answer is not captured. disk: nothing else can be, either."""

    why: str
    disk: bool = False


class Output:
    """The WARC files of a run, one after the other. Each is made when there is something for it. writer: what they have
    in their names, to tell who writes them."""

    def __init__(self, root: Path, limit: int, info: dict[str, str], writer: str = "") -> None:
        self._root = root
        self._writer = writer or str(os.getpid())
        self._limit = limit
        self._info = info
        self._serial = 0
        self._descriptor = -1
        self._path = ""
        self._size = 0

    def write(self, job: WriteJob, refers_to: tuple[str, str] | None = None) -> WrittenRecord:
        """Write the records of `job`; refers_to: target URI and date of the record that they refer to.

        Raises OSError; then nothing of them is in the file.
        """
        if self._descriptor >= 0 and self._size >= self._limit:
            self.close()
        if self._descriptor < 0:
            self._open()
        packed, start, length = records(job, refers_to)
        self._append(packed)
        return WrittenRecord(self._path, self._size - len(packed) + start, length)

    def sync(self) -> dict[str, Whole]:
        """Make what was written durable, and return the files that have ended by that: none. Raises OSError."""
        if self._descriptor >= 0:
            os.fsync(self._descriptor)
        return {}

    def close(self) -> None:
        """End the file that is being written. Raises OSError."""
        if self._descriptor >= 0:
            self.sync()
            os.close(self._descriptor)
            self._descriptor = -1

    def _open(self) -> None:
        now = datetime.now(UTC)
        self._serial += 1
        name = f"archiver-{now:%Y%m%dT%H%M%SZ}-{self._writer}-{self._serial:05}.warc.gz"
        directory = self._root / CAPTURES / f"{now:%Y}" / f"{now:%m}"
        directory.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(directory / name, flags, 0o666)
        self._path, self._size = f"{CAPTURES}/{now:%Y}/{now:%m}/{name}", 0
        try:
            self._append(warcinfo(name, {**self._info, RULES: RULES_KEPT}))
            # Any of these may be new: the directories of the month and the year, _captures, the archive.
            for one in (directory, *directory.parents[:3]):
                sync_directory(one)
        except OSError:
            os.close(self._descriptor)
            self._descriptor = -1
            (directory / name).unlink()
            raise

    def _append(self, packed: bytes) -> None:
        """Add to the file, in one call where the system lets us: what is killed in between leaves whole records."""
        done = 0
        try:
            while done < len(packed):
                done += os.write(self._descriptor, packed[done:])
        except OSError:
            os.ftruncate(self._descriptor, self._size)
            raise
        self._size += done


class Objects:
    """The WARC files of a run in an object store. What is written until `sync` is one object: nothing can be added to
    it, so it has ended then, and is as durable as the post that comes after it."""

    def __init__(self, root: SplitRoot, limit: int, info: dict[str, str], writer: str = "") -> None:
        root.store.expect()
        self._root = root
        self._limit = limit
        self._info = info
        self._serial = 0
        # Other machines have processes of the same number.
        self._writer = "-".join(filter(None, [writer, token_hex(4)]))
        self._path = ""
        self._content = bytearray()
        self._ended: dict[str, Whole] = {}

    def write(self, job: WriteJob, refers_to: tuple[str, str] | None = None) -> WrittenRecord:
        """Do what `Output.write` does. Raises StoreError."""
        if len(self._content) >= self._limit:
            self._end()
        packed, start, length = records(job, refers_to)
        if not self._content:
            now = datetime.now(UTC)
            self._serial += 1
            name = f"archiver-{now:%Y%m%dT%H%M%SZ}-{self._writer}-{self._serial:05}.warc.gz"
            self._path = f"{CAPTURES}/{now:%Y}/{now:%m}/{name}"
            self._content += warcinfo(name, {**self._info, RULES: RULES_KEPT})
        self._content += packed
        return WrittenRecord(self._path, len(self._content) - len(packed) + start, length)

    def sync(self) -> dict[str, Whole]:
        """Make what was written durable, and return the files that it is in. Raises StoreError."""
        try:
            self._end()
            return self._ended
        finally:
            self._content.clear()
            self._ended = {}

    def close(self) -> None:
        """Do nothing: what was not made durable was not asked for."""

    def _end(self) -> None:
        if not self._content:
            return
        content = bytes(self._content)
        if not (self._root.store / self._path).create(content):
            raise StoreError(f"{self._root.store / self._path}: there is another file of that name")
        self._ended[self._path] = Whole(len(content), sha256(content).digest())
        self._content.clear()


def warcinfo(name: str, info: dict[str, str]) -> bytes:
    """Return the first record of a file: WARC 1.1, 6.2."""
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version="1.1")
    record = writer.create_warcinfo_record(name, {**info, "format": "WARC File Format 1.1"})
    record.rec_headers.add_header("WARC-Block-Digest", f"sha256:{sha256(record.raw_stream.getvalue()).hexdigest()}")
    writer.write_record(record)
    return buffer.getvalue()


def records(job: WriteJob, refers_to: tuple[str, str] | None = None) -> tuple[bytes, int, int]:
    """Return the records of `job`, each a gzip member, and where among them that of the answer begins and how long it
    is: response or revisit, request and metadata for each exchange (WARC 1.1, 6.3 to 6.7); conversion for a page that a
    browser drew (6.8)."""
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
        (TRANSFER_ENCODING if name.lower() == "transfer-encoding" else name, value) for name, value in exchange.headers
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
    """Write what a browser drew: an alternative version of another record's content, and no answer of the source."""
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
            f"{ABOUT}{url}",
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
    """Return the id of the record of an answer: made of what names it, so that other records may refer to it wherever
    and whenever they are written."""
    return f"<urn:uuid:{uuid5(NAMESPACE_URL, f'{url} {date}')}>"


def serve(setup: tuple[Root, int, dict[str, str], str]) -> Callable[[list[WriteJob]], list[WrittenRecord | NotWritten]]:
    """Return what a worker process does: it writes the captures of an archive. setup: the archive, the size at which a
    file is followed by the next, what its first record says of us, and what its name has."""
    root, limit, info, writer = setup
    output = Output(root, limit, info, writer) if isinstance(root, Path) else Objects(root, limit, info, writer)
    atexit.register(output.close)

    def write(jobs: list[WriteJob]) -> list[WrittenRecord | NotWritten]:
        results: list[WrittenRecord | NotWritten] = []
        for job in jobs:
            try:
                results.append(output.write(job, _refers_to(root, job)))
            except OSError as error:
                results.append(NotWritten(with_advice(error), disk=True))
            except StoreError as error:
                results.append(NotWritten(str(error), disk=True))
            except Exception as error:  # one answer cannot be written; the others can
                results.append(NotWritten(in_a_line(error)))
        try:
            ended = output.sync()
        except OSError as error:
            return [NotWritten(with_advice(error), disk=True)] * len(jobs)
        except StoreError as error:
            return [NotWritten(str(error), disk=True)] * len(jobs)
        return [one._replace(whole=ended.get(one.warc)) if isinstance(one, WrittenRecord) else one for one in results]

    return write


def _refers_to(root: Root, job: WriteJob) -> tuple[str, str] | None:
    """Return target URI and date of the record that a new one may refer to: one with its payload, if that is still
    whole. What more is said about an answer refers to that answer, whole or not."""
    known = job.same
    if known is None:
        return None
    if job.exchanges:
        try:
            found = body_at(known, file_at(root, known.warc))
        except CaptureError:
            return None
        if found.same or found.drawn or found.capture.payload != known.payload:
            return None
    return known.url, known.time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
