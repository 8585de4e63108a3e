"""Adopting an archive: making an index from the posts on disk, and a list of what is broken."""

from archiver.adoption.adopt import adopt
from archiver.adoption.pictures import take_files
from archiver.adoption.problems import Kind
from archiver.adoption.repair import PostRepair
from archiver.adoption.survey import Survey

__all__ = ["Kind", "PostRepair", "Survey", "adopt", "take_files"]
