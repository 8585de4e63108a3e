"""The index of an archive: which articles it has, which it wants, and what its runs came to."""

from archiver.index.answers import Answer
from archiver.index.captures import Sealed, as_capture
from archiver.index.holdings import AS_IT_WAS, Held, Intent, Recheck
from archiver.index.index import Index, seconds
from archiver.index.journal import Run, Validators
from archiver.index.manifests import KnownFile
from archiver.index.queue import Due, Sighting

__all__ = [
    "AS_IT_WAS",
    "Answer",
    "Due",
    "Held",
    "Index",
    "Intent",
    "KnownFile",
    "Recheck",
    "Run",
    "Sealed",
    "Sighting",
    "Validators",
    "as_capture",
    "seconds",
]
