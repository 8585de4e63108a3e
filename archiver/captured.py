"""The answers that an archive has captured: where one is in, what it said out."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from archiver.captures.answers import answer_at, body_at
from archiver.errors import CaptureError
from archiver.storage import file_at

if TYPE_CHECKING:
    from archiver.captures import Capture
    from archiver.captures.captured_answer import CapturedAnswer
    from archiver.index import Index
    from archiver.storage import Root


def captured_answer(output: Root, index: Index, capture: Capture) -> CapturedAnswer:
    """Return the answer that `capture` of the archive in `output` has, with its body, wherever that is. Raises
    CaptureError if it cannot be read, or is not what it was."""
    file = file_at(output, capture.warc)
    if not file.exists():
        raise CaptureError(f"its capture was in {capture.warc}, which is not there")
    answer = answer_at(capture, file)
    if answer.same:
        first = index.captures.with_payload([capture.payload]).get(capture.payload)
        if first is None:
            raise CaptureError(f"{capture.warc}: the body of the answer at byte {capture.offset:,} is not known")
        answer = body_at(first, file_at(output, first.warc))._replace(capture=answer.capture, about=answer.about)
    if sha256(answer.body).hexdigest() != capture.payload and answer.capture.payload not in ("", capture.payload):
        raise CaptureError(f"{capture.warc}: the answer at byte {capture.offset:,} is not what it was")
    return answer
