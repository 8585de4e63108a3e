"""Captures in a crawl: the evidence for what is kept goes into WARC files, and the index learns where it is."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import archiver
from archiver.batches import Batches
from archiver.captures import CAPTURES, Capture, Evidence
from archiver.captures.answers import body_at
from archiver.captures.members import digest, mend
from archiver.errors import ArchiverError, CaptureError
from archiver.index import Sealed
from archiver.index.extension import archive_index
from archiver.recipes import recipes_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any, Self

    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

    from archiver.captures import Exchange
    from archiver.captures.answers import Answer as CapturedAnswer
    from archiver.index import Index

# Scrapy tells extensions of one another only when all of them are made.
_OPEN: WeakKeyDictionary[Crawler, Recorder] = WeakKeyDictionary()
OURS = "archiver-*.warc.gz"  # what else there is in the directory is not touched
Where = tuple[str, int, int]  # a file, and in it offset and length of a record
SAID = ("ARCHIVER_PROFILE", "ARCHIVER_LAYOUT", "ARCHIVER_SITE", "ROBOTSTXT_OBEY", "DOWNLOAD_DELAY")  # in warcinfo


class Recorder:
    """Writes evidence (ARCHIVER_WARC, ARCHIVER_WARC_SIZE). A process of its own does it: see `captures.writing`."""

    def __init__(self, output: Path, index: Index, size: int, info: dict[str, str]) -> None:
        self._output = output
        self._index = index
        command = (sys.executable, "-P", "-m", "archiver.captures.writing", str(output), str(size), json.dumps(info))
        self._batches: Batches[tuple[Any, ...], tuple[str, int, int] | str] = Batches(
            command, descriptor=index.lock_descriptor
        )
        self._files: set[str] = set()
        self._soon: set[asyncio.Task[None]] = set()
        self.failure: ArchiverError | None = None  # the first of what `keep_soon` could not do

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension of a crawl; WARC files that a killed run left are ended. Raises CaptureError."""
        archive = archive_index(crawler)
        settings = crawler.settings
        recorder = cls(archive.output, archive.index, settings.getint("ARCHIVER_WARC_SIZE"), _info(settings))
        if not (archive.clean or archive.dry):
            recorder.end_files()
        _OPEN[crawler] = recorder
        return recorder

    async def keep(self, evidence: Evidence | None) -> int | None:
        """Write `evidence`, if that has not been done, and return the key of the capture; None if there is no evidence.

        Raises CaptureError.
        """
        if evidence is None:
            return None
        if evidence.capture and evidence.key is None:  # a replay's
            evidence.key = self._index.captures.add(evidence.capture)
        if evidence.after and evidence.key is None:
            evidence.key = await self.keep(evidence.after)
        if not evidence.about or not (evidence.exchanges or evidence.key):
            return evidence.key
        if evidence.writing is None:
            evidence.writing = asyncio.ensure_future(self._write(evidence))
        return await asyncio.shield(evidence.writing)

    async def answer(self, evidence: Evidence) -> CapturedAnswer | None:
        """Return what was captured, read again; None if it cannot be had any more."""
        key = await self.keep(evidence.after) if evidence.after and evidence.key is None else evidence.key
        capture = self._index.captures.get(key) if key is not None else None
        if capture is None:
            return None
        try:
            found = body_at(capture, self._output / capture.warc)
            if found.same:  # a revisit
                first = self._index.captures.same(capture.payload)
                found = body_at(first, self._output / first.warc) if first else found
        except CaptureError:
            return None
        whole = not (found.same or found.problem) and found.capture.payload == capture.payload
        return found if whole else None

    def keep_soon(self, evidence: Evidence | None) -> None:
        """Write `evidence` before the crawl ends. What cannot be written is an error of the run."""
        if evidence and evidence.about:
            task = asyncio.ensure_future(self._keep_quietly(evidence))
            self._soon.add(task)
            task.add_done_callback(self._soon.discard)

    async def close(self) -> None:
        """End the writing process, and note what it wrote."""
        await asyncio.gather(*self._soon)
        await self._batches.close()
        for path in sorted(self._files):
            file = self._output / path
            try:
                self._index.captures.seal(Sealed(path, file.stat().st_size, await asyncio.to_thread(digest, file)))
            except OSError as error:
                failure = CaptureError(f"{file}: what was captured cannot be read again: {error.strerror}")
                self.failure = self.failure or failure

    def end_files(self) -> None:
        """Note the WARC files that no run has ended; what a killed run left half-written at their end is cut off.

        One that is broken elsewhere stays as it is, and is not noted: a copy may help it.
        """
        known = self._index.captures.sealed()
        for file in sorted((self._output / CAPTURES).rglob(OURS)):
            path = file.relative_to(self._output).as_posix()
            if path not in known:
                records = self._index.captures.in_file(path)
                mended = mend(file, max((one.offset + one.length for one in records), default=0))
                if mended:
                    self._index.captures.seal(Sealed(path, *mended))

    async def _write(self, evidence: Evidence) -> int:
        captures, about = self._index.captures, evidence.about
        if evidence.key is not None:  # more is to be said about a record that is there
            known = captures.get(evidence.key)
            assert known is not None, "captures stay in the index"
            await self._put((), about, known)
            evidence.about = {}
            return evidence.key
        payload, last = evidence.payload, evidence.exchanges[-1]
        warc, offset, length = await self._put(evidence.exchanges, about, self._same(payload))
        evidence.exchanges, evidence.about = (), {}  # they may be many megabytes
        evidence.key = captures.add(Capture(warc, offset, length, payload, last.url, last.time))
        if "id" in about:
            self._index.answers.captured(about["recipe"], about["id"], evidence.key)
        return evidence.key

    def _same(self, payload: str) -> Capture | None:
        """Return a record with that payload which a new one may refer to: it is in this archive, and still whole."""
        known = self._index.captures.same(payload, CAPTURES)
        try:
            found = body_at(known, self._output / known.warc) if known else None
        except CaptureError:
            return None
        return known if found and not found.same and found.capture.payload == payload else None

    async def _put(self, exchanges: tuple[Exchange, ...], about: Mapping[str, Any], same: Capture | None) -> Where:
        refers = (same.url, same.time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")) if same else None
        try:
            result: Where | str = await self._batches.put((exchanges, dict(about), refers))
        except ArchiverError as error:
            result = str(error)
        if isinstance(result, str):
            raise CaptureError(f"{self._output / CAPTURES}: an answer cannot be captured: {result}")
        self._files.add(result[0])
        return result

    async def _keep_quietly(self, evidence: Evidence) -> None:
        try:
            await self.keep(evidence)
        except ArchiverError as error:
            self.failure = self.failure or error


def recorder(crawler: Crawler) -> Recorder:
    """Return the recorder of `crawler`, which the settings must name before whatever asks for it."""
    return _OPEN[crawler]


def _info(settings: BaseSettings) -> dict[str, str]:
    """Return what the first record of each file says of us: software, settings, and the version of each recipe."""
    return {
        "software": f"archiver/{archiver.__version__}",
        "http-header-user-agent": str(settings["USER_AGENT"]),
        "robots": "classic" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
        **{f"archiver-setting-{name}": str(settings[name]) for name in SAID if settings[name] not in (None, "")},
        **{f"archiver-recipe-{name}": f"sha256:{recipe.digest()}" for name, recipe in recipes_for(settings).items()},
    }
