"""From an answer to a made article, or the reason why there is none. Pure: the crawl, `get`, replays, repairs and
the Python API all come here, and nothing else makes articles."""

from archiver.extraction.extractor import ExtractOptions, Extractor
from archiver.extraction.extractors import Extractors
from archiver.extraction.outcome import Extracted, Unusable

__all__ = ["ExtractOptions", "Extracted", "Extractor", "Extractors", "Unusable"]
