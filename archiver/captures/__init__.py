"""Captures: what a source sent, in WARC files."""

from archiver.captures.capture import CAPTURES, Capture
from archiver.captures.exchange import Evidence, Exchange

__all__ = ["CAPTURES", "Capture", "Evidence", "Exchange"]
