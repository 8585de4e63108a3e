"""The metadata of any news page: title, times, authors and the rest, each with the rule that gave it."""

from archiver.reading.metadata.evidence import PageEvidence
from archiver.reading.metadata.field import Discarded, Field
from archiver.reading.metadata.metadata import Metadata
from archiver.reading.metadata.read import read_metadata
from archiver.reading.metadata.site_rules import SiteRules

__all__ = ["Discarded", "Field", "Metadata", "PageEvidence", "SiteRules", "read_metadata"]
