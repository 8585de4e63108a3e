"""Writing the captures of an archive. In: evidence. Out: records in WARC files."""

from __future__ import annotations

import asyncio
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from archiver.captures import CAPTURES, PART_OF_NOTE, PARTS_NOTE, Capture, Evidence
from archiver.captures.answers import body_at
from archiver.captures.members import digest, mend
from archiver.captures.packing import WriteJob
from archiver.captures.writing import WriteFailure, WrittenRecord
from archiver.errors import CaptureError, WorkerError, os_reason
from archiver.index import Sealed
from archiver.storage import file_at, pass_over, paths_below
from archiver.workers.process import WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from archiver.captures.captured_answer import CapturedAnswer
    from archiver.index import Index, IndexThread
    from archiver.storage import Root

OWN_FILES = "archiver-*.warc.gz"  # other files in the directory are not touched
WRITER_NAME = "w{}"  # a part of the names of a worker's files


class Recorder:
    """Writes evidence into WARC files, in a process of its own (`captures.writing`).

    size: bytes after which a WARC file is ended and the next begun. info: the fields of the warcinfo record at the
    beginning of each file. descriptor: the file descriptor of a lock that the process holds, too; -1 for none. worker:
    the number of the worker whose files it writes; 0: this process has the archive alone.
    """

    def __init__(
        self,
        output: Root,
        index: IndexThread,
        size: int,
        info: Mapping[str, str],
        descriptor: int = -1,
        worker: int = 0,
    ) -> None:
        self._output = output
        self._index = index
        self._worker = worker
        setup = (output, size, dict(info), WRITER_NAME.format(worker) if worker else "")
        self._process = WorkerProcess[WriteJob, WrittenRecord | WriteFailure](
            "archiver.captures.writing:serve", setup, descriptor
        )
        self._files: set[str] = set()

    async def keep(self, evidence: Sequence[Evidence]) -> list[Capture | CaptureError]:
        """Write evidence, and return for each the capture, or the error that says why it could not be written. What a
        page loaded is written before it, and the parts that could be written are noted with the page.

        An answer is written only once, however many posts are made of it. For a payload that is captured already, a
        revisit record refers to it. Raises CaptureError if nothing can be written at all.
        """
        answers = {_moment(one): one for one in evidence}
        payloads = {moment: one.payload for moment, one in answers.items()}
        written, known = await self._index.run(lambda index: index.captures.known(answers, payloads.values(), CAPTURES))
        kept: dict[tuple[str, datetime], Capture | CaptureError] = {**written}
        new = [moment for moment in answers if moment not in kept]
        about = {one: await self._keep_parts(answers[one]) for one in new}
        jobs = [WriteJob(answers[one].exchanges, about[one], known.get(payloads[one])) for one in new]
        for moment, result in zip(new, await self._write(jobs) if jobs else [], strict=True):
            kept[moment] = (
                result if isinstance(result, CaptureError) else Capture(*result[:3], payloads[moment], *moment)
            )
        return [kept[_moment(one)] for one in evidence]

    async def say_more(self, capture: Capture, about: Mapping[str, Any]) -> None:
        """Add facts to an answer that is captured already. Raises CaptureError."""
        (result,) = await self._write([WriteJob((), about, capture)])
        if isinstance(result, CaptureError):
            raise result

    async def read(self, capture: Capture) -> CapturedAnswer | None:
        """Return the captured answer; None if it cannot be read any more."""
        return await asyncio.to_thread(self._read, capture, await self._first_with(capture.payload))

    async def close(self) -> None:
        """End the process, and note size and digest of the files that it wrote. The same is noted of files that another
        tool put into the directory and of which posts were made: from now on they are evidence. Raises CaptureError."""
        await self._process.close()
        files, self._files = self._files, set()
        if not self._worker:
            unsealed = await self._index.run(lambda index: index.captures.unsealed(CAPTURES))
            files.update(path for path in unsealed if self._is_taken_over(path))
        try:
            sealed = [await asyncio.to_thread(self._seal, path) for path in sorted(files)]
        except OSError as error:
            raise CaptureError(
                f"{error.filename}: what was captured cannot be read again: {os_reason(error)}"
            ) from error
        await self._index.run(_seal, sealed)

    async def _keep_parts(self, page: Evidence) -> Mapping[str, Any]:
        """Write what a page loaded, and return the facts to note with the page. Raises CaptureError."""
        if not page.parts:
            return page.about
        address = page.exchanges[-1].url
        of_page = [Evidence(part, {PART_OF_NOTE: address}) for part in page.parts]
        kept = [one for one in await self.keep(of_page) if isinstance(one, Capture)]
        await self._index.run(lambda index: index.captures.note(kept))
        return {**page.about, PARTS_NOTE: [[one.url, one.time.isoformat()] for one in kept]}

    async def _first_with(self, payload: str) -> Capture | None:
        found = await self._index.run(lambda index: index.captures.with_payload([payload]))
        return found.get(payload)

    def _read(self, capture: Capture, first: Capture | None) -> CapturedAnswer | None:
        try:
            answer = body_at(capture, file_at(self._output, capture.warc))
            if answer.same and first:  # a revisit
                answer = body_at(first, file_at(self._output, first.warc))
        except CaptureError:
            return None
        whole = not (answer.same or answer.problem) and answer.capture.payload == capture.payload
        return answer if whole else None

    def _is_taken_over(self, path: str) -> bool:
        """Return whether a file without a noted digest is of another tool. Files of our own are left to `end_files`, or
        are broken."""
        return not fnmatchcase(path.rpartition("/")[2], OWN_FILES) and (self._output / path).is_file()

    def _seal(self, path: str) -> Sealed:
        file = self._output / path
        return Sealed(path, file.stat().st_size, digest(file))

    async def _write(self, jobs: list[WriteJob]) -> list[WrittenRecord | CaptureError]:
        results: list[WrittenRecord | WriteFailure]
        try:
            results = await self._process.call(jobs)
        except WorkerError as error:
            results = [WriteFailure(str(error))] * len(jobs)
        ended = {
            one.warc: Sealed(one.warc, *one.whole) for one in results if isinstance(one, WrittenRecord) and one.whole
        }
        if ended:
            await self._index.run(_seal, ended.values())
        self._files.update(one.warc for one in results if isinstance(one, WrittenRecord) and not one.whole)
        written: list[WrittenRecord | CaptureError] = []
        for result in results:
            if isinstance(result, WrittenRecord):
                written.append(result)
                continue
            refusal = CaptureError(f"{self._output / CAPTURES}: an answer cannot be captured: {result.why}")
            if result.disk:
                raise refusal
            written.append(refusal)
        return written


def end_files(output: Root, index: Index, worker: int = 0) -> None:
    """Note size and digest of WARC files that a killed run left open, or (worker) that this worker left open. A record
    that was left half-written at the end is cut off.

    Nobody may be writing to these files any more. A file that is damaged elsewhere is left as it is, and not noted: it
    may be restored from a copy. Raises CaptureError.
    """
    known = index.captures.sealed()
    names = f"archiver-*-{WRITER_NAME.format(worker)}-*.warc.gz" if worker else OWN_FILES
    paths = (path for path in paths_below(output, CAPTURES, pass_over) if fnmatchcase(path.rpartition("/")[2], names))
    for path in sorted(paths):
        if path not in known:
            records = index.captures.in_file(path)
            mended = mend(output / path, max((one.offset + one.length for one in records), default=0))
            if mended:
                index.captures.seal(Sealed(path, *mended))


def _seal(index: Index, files: Iterable[Sealed]) -> None:
    for one in files:
        index.captures.seal(one)


def _moment(evidence: Evidence) -> tuple[str, datetime]:
    """Return what identifies an answer in captures: its WARC-Target-URI and WARC-Date."""
    answer = evidence.exchanges[-1]
    return answer.url, answer.time
