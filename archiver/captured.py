"""Reading the answers that an archive has captured. In: where a capture is. Out: the answer."""

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
    """Return the answer of a capture in the archive `output`, with its body; the body of a revisit record is read from
    the record that has it. Raises CaptureError if the answer cannot be read, or is not the one that was captured."""
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
