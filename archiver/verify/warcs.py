"""Checking the WARC files: each by its digest, and if that is wrong, each of its records."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from archiver.captures import CAPTURES
from archiver.captures.answers import body_at
from archiver.captures.members import digest
from archiver.captures.originals import sha256_of
from archiver.errors import CaptureError, os_reason
from archiver.problems import problem
from archiver.recorder import OWN_FILES
from archiver.storage import file_at
from archiver.storage.regular import size
from archiver.verify.contents import problems_inside
from archiver.verify.files import below, walk
from archiver.verify.names import odd_name
from archiver.verify.problems import Kind, made_of_it

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.captures import Capture
    from archiver.index import Index
    from archiver.problems import Problem
    from archiver.storage import Location, Root

FOREIGN_ADVICE = "`archiver replay` takes it in if it gives posts; else move it away"


class Warcs:
    """Checks the captures of an archive. files, bytes: what was read; complete when `problems` has ended."""

    def __init__(self, output: Root, index: Index) -> None:
        self._output = output
        self._index = index
        self.files = 0
        self.bytes = 0
        self._sizes: dict[str, int] = {}
        self._broken: set[str] = set()
        self._unreadable: dict[str, str] = {}

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the captures."""
        sealed = self._index.captures.sealed()
        for path in walk(self._output, CAPTURES, self._unreadable):
            if note := odd_name(path):
                yield note
                continue
            ended = sealed.pop(path, None) or self._index.captures.sealed().get(path)  # a run has ended it meanwhile
            file = self._output / path
            try:
                self._sizes[path] = bytes_ = size(file)
                if ended is None or bytes_ != ended.size or digest(file) != ended.sha256:
                    self._broken.add(path)
            except FileNotFoundError:  # a broken link
                if ended:
                    sealed[path] = ended
                    continue
            except OSError as error:
                self._unreadable[path] = os_reason(error)
                continue
            self.files += 1
            self.bytes += self._sizes.get(path, 0)
            if ended is None:
                yield self._unknown(path)
            if ended is None or path not in self._broken:
                yield from problems_inside(file, path, self._posts_by_offset(path))
        for path, why in self._unreadable.items():
            yield problem(Kind.UNREADABLE, path, why)
        for path in sealed:
            if not below(path, self._unreadable):
                self._broken.add(path)
                count = len(self._index.captures.in_file(path))
                yield problem(
                    Kind.MISSING, path, f"it is not there, with {count:,} captures", "put a copy in its place"
                )
        for path in sorted(self._broken & self._sizes.keys()):
            yield from self._records(path)
        yield from self._places()

    def _posts_by_offset(self, path: str) -> dict[int, int]:
        """Return how many posts were made of each record in a file, by the offset of the record."""
        return {capture.offset: uses for capture, uses in self._index.captures.used(path)}

    def _unknown(self, path: str) -> Problem:
        """Return the problem of a file that is not sealed (whose digest is not noted)."""
        why = "no run has ended it" if self._index.captures.has(path) else "the index does not know it"
        if not fnmatchcase(path.rpartition("/")[2], OWN_FILES):
            return problem(Kind.FOREIGN, path, why, FOREIGN_ADVICE)
        return problem(Kind.OPEN if self._is_at_work() else Kind.UNENDED, path, why)

    def _is_at_work(self) -> bool:
        """Return whether a run has the archive alone: not this process, which does to repair it."""
        holder = self._index.holder()
        return holder is not None and not holder.gone and not holder.is_this_process

    def _records(self, path: str) -> Iterator[Problem]:
        """Yield the captures in a damaged file whose payload is not as it was written."""
        records = self._index.captures.in_file(path)
        bad = [capture for capture in records if not payload_is_whole(self._output / path, capture)]
        used = {capture.offset: uses for capture, uses in self._index.captures.used(path)} if bad else {}
        for capture in bad:
            posts = f"; {made_of_it(used[capture.offset])}" if capture.offset in used else ""
            yield problem(Kind.CAPTURE, path, f"{capture.url}: the record at byte {capture.offset:,} is broken{posts}")
        if not bad and path in self._index.captures.sealed():
            yield problem(Kind.CAPTURE, path, "it is not what was written; the answers in it are whole")

    def _places(self) -> Iterator[Problem]:
        """Check that the record of each post is within a file that exists."""
        for capture, _ in self._index.captures.used():
            if capture.warc not in self._broken and not below(capture.warc, self._unreadable):
                if capture.warc not in self._sizes:  # a file outside of the archive that was replayed
                    file = file_at(self._output, capture.warc)
                    self._sizes[capture.warc] = file.stat().st_size if file.exists() else 0
                if capture.offset + capture.length > self._sizes[capture.warc]:
                    yield problem(Kind.CAPTURE, capture.warc, f"{capture.url}: no record at byte {capture.offset:,}")
        for path in self._index.captures.lost():
            yield problem(Kind.INDEX, self._index.name, f"{path} was made of a capture that is not in it")


def payload_is_whole(file: Location, capture: Capture) -> bool:
    """Return whether a record has the payload that the index names. For a revisit record: whether it refers to that
    payload, if its digest is one that can be compared."""
    try:
        answer = body_at(capture, file)
    except CaptureError:
        return False
    if answer.same:
        return sha256_of(answer.same) in ("", capture.payload)
    return answer.capture.payload == capture.payload
