"""`wacz`: the captures that posts were made of, as a WACZ 1.1.1 for ReplayWeb.page, pywb and the like."""

from __future__ import annotations

import json
import shutil
import sqlite3
import struct
import time
import zipfile
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

import msgspec

from archiver import __version__
from archiver.errors import ExportError
from archiver.exports import shown
from archiver.exports.cdxj import Lines
from archiver.exports.evidence import WarcCopy
from archiver.exports.format import About, Format
from archiver.exports.record import utc
from archiver.exports.warc import RecordReader
from archiver.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archiver.captures import Capture
    from archiver.exports.entry import Entry

WACZ_VERSION = "1.1.1"
SOFTWARE = f"archiver/{__version__}"
WARC_FILE = "data.warc.gz"
CDX_FILE = "index.cdx.gz"
DETAILS_FILE = "datapackage.json"

# Why the library py-wacz is not used: it makes a WACZ of whole WARC files, which we would have to write first, and read
# again to index them; it keeps the index and all pages in memory; and it needs 50 packages, one of them (surt) under
# the AGPL. Without it a ZIP with a few small files has to be written. The tests use its validator.


class Package:
    """A WACZ that is written, one file after the other. It must be closed (`with`)."""

    def __init__(self, target: Path) -> None:
        self._zip = zipfile.ZipFile(target, "w")
        self.resources: list[dict[str, Any]] = []  # datapackage.json: each file, its digest and its size in bytes

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @contextmanager
    def file(self, path: str) -> Iterator[Digesting]:
        """Open a new file in the package. A file that is compressed already (.gz) is stored as it is (WACZ 1.1.1, "Zip
        Compression")."""
        now = int(time.time())
        info = zipfile.ZipInfo(path, time.gmtime(now)[:6])
        # An extra field (the time in UTC, Info-ZIP's "UT"), which has to be in the directory of the ZIP: without one
        # there, ReplayWeb.page believes that the local header has none either, but that of a ZIP64 has one.
        info.extra = struct.pack("<2sHBL", b"UT", 5, 1, now)
        info.external_attr = 0o644 << 16
        info.compress_type = zipfile.ZIP_STORED if path.endswith(".gz") else zipfile.ZIP_DEFLATED
        with self._zip.open(info, "w", force_zip64=True) as stream:
            digesting = Digesting(stream)
            yield digesting
        self.resources.append(
            {
                "name": path.rpartition("/")[2],
                "path": path,
                "hash": f"sha256:{digesting.digest.hexdigest()}",
                "bytes": digesting.size,
            }
        )

    def put(self, path: str, content: bytes) -> None:
        """Write a small file."""
        with self.file(path) as stream:
            stream.write(content)


class Digesting:
    """A file to write to, and the SHA-256 and size of what was written."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.digest = sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        """Write, and return how many bytes were."""
        self.digest.update(data)
        self.size += len(data)
        return self._stream.write(data)


def write(entries: Iterator[Entry], target: Path, about: About) -> None:
    """Write the WACZ `target`: the captures of all entries and of their earlier versions, and a page for each entry.

    Entries without a capture have no page; the description says how many there are. Raises ExportError, also if no
    entry has a capture.
    """
    if about.target and about.target.suffix != ".wacz":
        raise ExportError(
            f'{about.target}: the name must end in .wacz (WACZ {WACZ_VERSION}, "Zip Format File Extension")'
        )
    with ExitStack() as stack:
        index = Index.read(about.output, about.index)
        stack.callback(index.close)
        # Both are files without a name, which end with the process; their content is too large for memory.
        scratch = stack.enter_context(closing(sqlite3.connect("", isolation_level=None)))
        scratch.execute("BEGIN")
        pages = stack.enter_context(TemporaryFile(dir=target.parent))
        reader = stack.enter_context(closing(RecordReader(about.output)))
        package = stack.enter_context(Package(target))
        lines = Lines(scratch)
        with package.file(f"archive/{WARC_FILE}") as stream:
            copy = WarcCopy(WARC_FILE, stream, lines, reader, index, about.output, scratch)
            copy.begin({"software": SOFTWARE, "isPartOf": shown.feed_title(about), "format": "WARC File Format 1.1"})
            written, left_out = _copy(entries, copy, pages)
        about.left_out.update({"no capture": left_out} if left_out else {})
        with package.file(f"indexes/{CDX_FILE}") as stream:
            blocks = lines.write(stream, CDX_FILE)
        package.put(f"indexes/{CDX_FILE.removesuffix('.cdx.gz')}.idx", blocks)
        pages.seek(0)
        with package.file("pages/pages.jsonl") as stream:
            shutil.copyfileobj(pages, stream, 1 << 20)
        _describe(package, about, written, left_out)


def _copy(entries: Iterator[Entry], copy: WarcCopy, pages: IO[bytes]) -> tuple[int, int]:
    """Copy captures and write pages (WACZ 1.1.1, "pages.jsonl"), and return how many entries have a page, and how many
    have none."""
    encode = msgspec.json.Encoder().encode
    pages.write(encode({"format": "json-pages-1.0", "id": "pages", "title": "All Pages", "hasText": True}) + b"\n")
    written = left_out = 0
    for entry in entries:
        for version in entry.versions:
            if version.capture:
                copy.add(version.capture, entry.form)
        if entry.capture is None:
            left_out += 1
            continue
        copy.add(entry.capture, entry.form)
        for picture in entry.pictures.values():
            if picture.capture:
                copy.add_picture(picture.capture)
        # If the text came from another address, the page itself is shown, if it is captured.
        page = copy.add_page(entry.url) if entry.url != entry.capture.url else None
        pages.write(encode(_page(entry, page or entry.capture)) + b"\n")
        written += 1
    if not written and not left_out:
        raise ExportError("wacz: there is no article of that kind: nothing to write")
    if not written:
        raise ExportError(
            f"wacz: of {left_out} articles none has a capture; crawls capture what they save unless ARCHIVER_WARC or "
            "the recipe says no"
        )
    copy.end()
    return written, left_out


def _page(entry: Entry, capture: Capture) -> dict[str, str]:
    """Return the page of an entry. Its `url` is the captured address, since only that can be replayed; `articleUrl`, a
    property of our own, is the address that the post links to."""
    return {
        "id": entry.key,
        "url": capture.url,
        "ts": utc(capture.time.replace(microsecond=capture.time.microsecond // 1000 * 1000)),  # as precise as the index
        "title": shown.title(entry) or capture.url,
        "text": entry.text,
        "articleUrl": entry.url,
    }


def _describe(package: Package, about: About, written: int, left_out: int) -> None:
    """Write the description of the package (WACZ 1.1.1, "datapackage.json" and "datapackage-digest.json")."""
    missing = f" Left out, since they have no capture: {left_out}." if left_out else ""
    details = {
        "profile": "data-package",
        "wacz_version": WACZ_VERSION,
        "title": shown.feed_title(about),
        "description": f"Articles, as their sources sent them: {written}.{missing}",
        "created": utc(datetime.now(UTC).replace(microsecond=0)),
        "software": SOFTWARE,
        "resources": list(package.resources),
    }
    content = json.dumps(details, ensure_ascii=False, indent=2).encode()
    package.put(DETAILS_FILE, content)
    digest = {"path": DETAILS_FILE, "hash": f"sha256:{sha256(content).hexdigest()}"}
    package.put("datapackage-digest.json", json.dumps(digest, indent=2).encode())


FORMAT = Format("the captures that posts were made of, as a web archive for ReplayWeb.page and pywb", write, "file")
