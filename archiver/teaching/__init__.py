"""Teaching a site: drafting a recipe from pages, and testing a recipe against what is expected of pages."""

from archiver.teaching.draft import DraftPage, draft
from archiver.teaching.expected import EXPECTED_ENDING, Expected, differences, expected_of, file_beside, read_expected

__all__ = [
    "EXPECTED_ENDING",
    "DraftPage",
    "Expected",
    "differences",
    "draft",
    "expected_of",
    "file_beside",
    "read_expected",
]
