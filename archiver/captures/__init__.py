"""Captures: what a source sent, in WARC files."""

from archiver.captures.capture import Capture

__all__ = ["Capture"]
