"""Answers whose body is in another record (revisits): the body is found when all records are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.captures.answers import body_at
from archiver.captures.originals import Originals, sha256_of
from archiver.errors import CaptureError
from archiver.replay.making import Failed
from archiver.storage import file_at

if TYPE_CHECKING:
    from datetime import datetime

    from archiver.captures import Capture
    from archiver.captures.captured_answer import CapturedAnswer, RecordNames
    from archiver.index import IndexThread
    from archiver.storage import Root

NO_ORIGINAL_REASON = "its body is in a capture that is not among these"


class RevisitCompleter:
    """Finds the bodies of revisits, and the answers to which later records add facts. output: the archive."""

    def __init__(self, output: Root, index: IndexThread) -> None:
        self._output = output
        self._index = index
        self._originals = Originals()

    def add(self, names: RecordNames, capture: Capture) -> None:
        """Note a record that has a body."""
        self._originals.add(names, capture)

    def add_revisit(self, capture: Capture) -> None:
        """Note a record whose body is in another record."""
        self._originals.add_revisit(capture)

    async def complete(self, answer: CapturedAnswer) -> CapturedAnswer | Failed:
        """Return `answer` with the body that it refers to, or a `Failed` that says why there is none."""
        known = await self._find(answer)
        if known is None:
            return Failed(answer.capture.url, NO_ORIGINAL_REASON, answer.capture)
        try:
            found = self._body(known)
            if found.same:
                first = await self._find(found)
                if first is None:
                    raise CaptureError(NO_ORIGINAL_REASON)
                body = self._body(first)
                found = body._replace(capture=found.capture._replace(payload=body.capture.payload))
        except CaptureError as error:
            return Failed(answer.capture.url, str(error), answer.capture)
        capture = found.capture._replace(warc=known.warc) if answer.more else answer.capture
        return found._replace(
            capture=capture._replace(payload=found.capture.payload),
            about=answer.about,
            status=answer.status or found.status,
            content_type=answer.content_type or found.content_type,
        )

    async def _find(self, answer: CapturedAnswer) -> Capture | None:
        where = (answer.capture.url, answer.capture.time)
        if answer.more:
            return self._originals.at(*where) or await self._at(where)
        original = self._originals.find(answer)
        if original is None and (payload := sha256_of(answer.same)):
            known = await self._index.run(lambda index: index.captures.with_payload([payload]))
            original = known.get(payload)
        if original is None and (refers := answer.refers):
            original = await self._at(refers)
        return original

    async def _at(self, where: tuple[str, datetime]) -> Capture | None:
        return (await self._index.run(lambda index: index.captures.at([where]))).get(where)

    def _body(self, capture: Capture) -> CapturedAnswer:
        return body_at(capture, file_at(self._output, capture.warc))
