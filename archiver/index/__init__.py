"""The index of an archive: which articles it has, which it wants, and what its runs came to."""

from archiver.clock import now as seconds
from archiver.index.answers import Answer
from archiver.index.captures import Sealed
from archiver.index.holdings import AS_IT_WAS, Held, Intent, Recheck
from archiver.index.index import Index
from archiver.index.manifests import KnownFile
from archiver.index.queue import Due, Sighting
from archiver.index.thread import IndexThread
from archiver.index.types import Run, Validators

__all__ = [
    "AS_IT_WAS",
    "Answer",
    "Due",
    "Held",
    "Index",
    "IndexThread",
    "Intent",
    "KnownFile",
    "Recheck",
    "Run",
    "Sealed",
    "Sighting",
    "Validators",
    "seconds",
]
