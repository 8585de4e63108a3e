"""Datasets: what the pages in captures say, as tables; made by an engine, part by part, each part once."""

from archiver.datasets.dataset import Extraction, extract_to

__all__ = ["Extraction", "extract_to"]
