"""Exports: the articles of an archive, one by one, in the formats that other tools take."""

from archiver.exports.entry import Entry, Version
from archiver.exports.format import About, Format, format_names, load_format

__all__ = ["About", "Entry", "Format", "Version", "format_names", "load_format"]
