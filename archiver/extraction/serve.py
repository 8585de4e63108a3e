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
    """Return the function that a worker process runs: it makes articles of answers."""
    extractor = Extractor(options)
    gc.freeze()  # garbage collections need not look through what is loaded by now: it stays
    return lambda jobs: [extractor.extract(*job) for job in jobs]
