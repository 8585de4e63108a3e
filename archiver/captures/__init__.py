"""Captures: what a source sent, in WARC files."""

from archiver.captures.capture import ABOUT, CAPTURES, Capture
from archiver.captures.exchange import HELD_BACK, PART_OF, PARTS, Drawn, Evidence, Exchange

__all__ = ["ABOUT", "CAPTURES", "HELD_BACK", "PARTS", "PART_OF", "Capture", "Drawn", "Evidence", "Exchange"]
