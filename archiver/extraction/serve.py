"""Extraction in a process of its own (`archiver.workers`)."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from archiver.extraction.extractor import Extractor

if TYPE_CHECKING:
    from collections.abc import Callable

    from archiver.answer import Answer, Asked
    from archiver.extraction.options import ExtractOptions
    from archiver.extraction.outcome import Extracted


def serve(options: ExtractOptions) -> Callable[[list[tuple[Answer, Asked]]], list[Extracted]]:
    """Return what a worker process does: answers, and what they were asked for, to what comes of them."""
    extractor = Extractor(options)
    gc.freeze()  # what is loaded by now stays: looking through it again and again takes time
    return lambda jobs: [extractor.extract(*job) for job in jobs]
