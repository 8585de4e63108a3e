"""Datasets: tables of what the pages in captures say. An engine makes them job by job, each job once."""

from archiver.datasets.dataset import Extraction, extract_to

__all__ = ["Extraction", "extract_to"]
