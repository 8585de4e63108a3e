"""From an answer to a made article, or the reason why there is none. Pure: the crawl, `get`, replays, repairs and
the Python API all come here, and nothing else makes articles.

What makes them is in `extractor`, and is not loaded with the rest: a process that has others make them does without.
"""

from archiver.extraction.options import ExtractOptions
from archiver.extraction.outcome import Extracted, Unusable
from archiver.extraction.renderer import Renderer

__all__ = ["ExtractOptions", "Extracted", "Renderer", "Unusable"]
