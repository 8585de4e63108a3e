"""The metadata of any news page: title, times, authors and the rest, each with the rule that gave it."""

from archiver.reading.metadata.field import Field, Lost
from archiver.reading.metadata.metadata import Metadata
from archiver.reading.metadata.read import read_metadata

__all__ = ["Field", "Lost", "Metadata", "read_metadata"]
