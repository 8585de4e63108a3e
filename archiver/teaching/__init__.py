"""Teaching a site: pages in, a draft of a recipe out; a recipe and a page in, what matched and what did not out."""

from archiver.teaching.draft import DraftPage, draft
from archiver.teaching.expected import ENDING, Expected, differences, expected_of, file_beside, read_expected

__all__ = ["ENDING", "DraftPage", "Expected", "differences", "draft", "expected_of", "file_beside", "read_expected"]
