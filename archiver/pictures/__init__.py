"""Pictures as files of the archive: bytes that came in, the file to keep out, or why there is none. No I/O."""

from archiver.pictures.accept import MAX_BYTES, Accepted, accept

__all__ = ["MAX_BYTES", "Accepted", "accept"]
