"""Cleaning: a source's body HTML in, the body of a post out, in one of two profiles. No I/O."""

from archiver.cleaning.clean import Cleaner
from archiver.cleaning.source import source_body

__all__ = ["Cleaner", "source_body"]
