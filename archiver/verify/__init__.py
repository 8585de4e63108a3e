"""Verifying an archive: its files are checked against its index, its captures and its manifests."""
