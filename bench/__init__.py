"""Measures the archiver beside simpler programs, in one run: what counts are the ratios (`python -m bench`)."""
