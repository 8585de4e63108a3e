"""Making an article of an answer, or giving the reason why there is none. Pure. The crawl, `get`, replays, repairs and
the Python API all use this room, and nothing else makes articles.

The code that makes them is in `extractor`, which is not loaded with the rest: a process that leaves this to other
processes does not need it.
"""

from archiver.extraction.options import ExtractOptions
from archiver.extraction.outcome import Extracted, Unusable
from archiver.extraction.renderer import Renderer

__all__ = ["ExtractOptions", "Extracted", "Renderer", "Unusable"]
