"""Pictures as files of the archive. In: the bytes that came. Out: the file to keep, or why there is none. No I/O."""

from archiver.pictures.accept import MAX_BYTES, Accepted, accept

__all__ = ["MAX_BYTES", "Accepted", "accept"]
