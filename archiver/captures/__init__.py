"""Captures: what a source sent, in WARC files."""

from archiver.captures.capture import CAPTURES, NOTE_PREFIX, Capture
from archiver.captures.exchange import HELD_BACK_NOTE, PART_OF_NOTE, PARTS_NOTE, Drawn, Evidence, Exchange

__all__ = [
    "CAPTURES",
    "HELD_BACK_NOTE",
    "NOTE_PREFIX",
    "PARTS_NOTE",
    "PART_OF_NOTE",
    "Capture",
    "Drawn",
    "Evidence",
    "Exchange",
]
