"""The process that writes captures: it is given exchanges, and returns where their records are.

It is a process of its own (`archiver.workers`) because a record costs as much time as the rest of an article: its
compression, three digests, the sync.
"""

from __future__ import annotations

import atexit
import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, NamedTuple

from archiver.captures.answers import body_at
from archiver.captures.capture import CAPTURES
from archiver.captures.packing import RULES_FIELD, RULES_VERSION, records, warcinfo
from archiver.errors import CaptureError, StoreError, in_a_line, with_advice
from archiver.storage import file_at
from archiver.storage.atomic import sync_directory

if TYPE_CHECKING:
    from collections.abc import Callable

    from archiver.captures.packing import WriteJob
    from archiver.storage import Root, SplitRoot


class EndedFile(NamedTuple):
    """A finished file, to which nothing is added any more."""

    size: int
    sha256: bytes


class WrittenRecord(NamedTuple):
    """Where the record of an answer is. whole: its file, if that is finished."""

    warc: str
    offset: int
    length: int
    whole: EndedFile | None = None


class WriteFailure(NamedTuple):
    """Why an answer is not captured. disk: no other answer can be captured, either."""

    why: str
    disk: bool = False


class DiskWriter:
    """The WARC files of a run, one after the other. Each is made when there is something to write into it. writer: a
    part of the names of the files that says who writes them."""

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

        Raises OSError; then none of them is in the file.
        """
        if self._descriptor >= 0 and self._size >= self._limit:
            self.close()
        if self._descriptor < 0:
            self._open()
        packed, start, length = records(job, refers_to)
        self._append(packed)
        return WrittenRecord(self._path, self._size - len(packed) + start, length)

    def sync(self) -> dict[str, EndedFile]:
        """Make what was written durable, and return the files that are finished by that: none. Raises OSError."""
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
        self._serial += 1
        path = _new_path(self._writer, self._serial)
        file = self._root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(file, flags, 0o666)
        self._path, self._size = path, 0
        try:
            self._append(warcinfo(file.name, {**self._info, RULES_FIELD: RULES_VERSION}))
            # Any of these directories may be new: that of the month, that of the year, _captures, the archive.
            for directory in (file.parent, *file.parent.parents[:3]):
                sync_directory(directory)
        except OSError:
            os.close(self._descriptor)
            self._descriptor = -1
            file.unlink()
            raise

    def _append(self, packed: bytes) -> None:
        """Add to the file, in one call where the system lets us, so that a process that is killed leaves whole
        records."""
        done = 0
        try:
            while done < len(packed):
                done += os.write(self._descriptor, packed[done:])
        except OSError:
            os.ftruncate(self._descriptor, self._size)
            raise
        self._size += done


class StoreWriter:
    """The WARC files of a run in an object store. All that is written until `sync` becomes one object. Nothing can be
    added to an object, so it is finished then; and it is durable before the posts that are made of it are written."""

    def __init__(self, root: SplitRoot, limit: int, info: dict[str, str], writer: str = "") -> None:
        root.store.expect()
        self._root = root
        self._limit = limit
        self._info = info
        self._serial = 0
        # On other machines there are processes with the same number.
        self._writer = "-".join(filter(None, [writer, token_hex(4)]))
        self._path = ""
        self._content = bytearray()
        self._ended: dict[str, EndedFile] = {}

    def write(self, job: WriteJob, refers_to: tuple[str, str] | None = None) -> WrittenRecord:
        """Do what `DiskWriter.write` does. Raises StoreError."""
        if len(self._content) >= self._limit:
            self._end()
        packed, start, length = records(job, refers_to)
        if not self._content:
            self._serial += 1
            self._path = _new_path(self._writer, self._serial)
            self._content += warcinfo(self._path.rpartition("/")[2], {**self._info, RULES_FIELD: RULES_VERSION})
        self._content += packed
        return WrittenRecord(self._path, len(self._content) - len(packed) + start, length)

    def sync(self) -> dict[str, EndedFile]:
        """Make what was written durable, and return the finished files that it is in. Raises StoreError."""
        try:
            self._end()
            return self._ended
        finally:
            self._content.clear()
            self._ended = {}

    def close(self) -> None:
        """Do nothing: nobody relies on what was not made durable by `sync`."""

    def _end(self) -> None:
        if not self._content:
            return
        content = bytes(self._content)
        if not (self._root.store / self._path).create(content):
            raise StoreError(f"{self._root.store / self._path}: there is another file of that name")
        self._ended[self._path] = EndedFile(len(content), sha256(content).digest())
        self._content.clear()


def _new_path(writer: str, serial: int) -> str:
    """Return the path in the archive of a new file. serial: the number of the file among those of its writer."""
    now = datetime.now(UTC)
    return f"{CAPTURES}/{now:%Y}/{now:%m}/archiver-{now:%Y%m%dT%H%M%SZ}-{writer}-{serial:05}.warc.gz"


def serve(
    setup: tuple[Root, int, dict[str, str], str],
) -> Callable[[list[WriteJob]], list[WrittenRecord | WriteFailure]]:
    """Return the function that a worker process runs: it writes the captures of an archive. setup: the archive, the
    size at which the next file is begun, what the first record of a file says of us, and the writer in its name."""
    root, limit, info, writer = setup
    output = DiskWriter(root, limit, info, writer) if isinstance(root, Path) else StoreWriter(root, limit, info, writer)
    atexit.register(output.close)

    def write(jobs: list[WriteJob]) -> list[WrittenRecord | WriteFailure]:
        results: list[WrittenRecord | WriteFailure] = []
        for job in jobs:
            try:
                results.append(output.write(job, _refers_to(root, job)))
            except OSError as error:
                results.append(WriteFailure(with_advice(error), disk=True))
            except StoreError as error:
                results.append(WriteFailure(str(error), disk=True))
            except Exception as error:  # one answer cannot be written; the others can
                results.append(WriteFailure(in_a_line(error)))
        try:
            ended = output.sync()
        except OSError as error:
            return [WriteFailure(with_advice(error), disk=True)] * len(jobs)
        except StoreError as error:
            return [WriteFailure(str(error), disk=True)] * len(jobs)
        return [one._replace(whole=ended.get(one.warc)) if isinstance(one, WrittenRecord) else one for one in results]

    return write


def _refers_to(root: Root, job: WriteJob) -> tuple[str, str] | None:
    """Return target URI and date of the record that the new one refers to (`job.same`); None if there is none, or if
    its payload can no longer be read. A job without exchanges, which only notes more about an earlier answer, refers to
    it even then."""
    known = job.same
    if known is None:
        return None
    if job.exchanges:
        try:
            body = body_at(known, file_at(root, known.warc))
        except CaptureError:
            return None
        if body.same or body.drawn or body.capture.payload != known.payload:
            return None
    return known.url, known.time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
