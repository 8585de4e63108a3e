"""Captures: what a source sent, in WARC files."""

from archiver.captures.capture import ABOUT, CAPTURES, Capture
from archiver.captures.exchange import HELD_BACK, Evidence, Exchange

__all__ = ["ABOUT", "CAPTURES", "HELD_BACK", "Capture", "Evidence", "Exchange"]
