"""Documents: making trees of the bytes of web pages. No I/O."""

from archiver.documents.document import Document, read_document

__all__ = ["Document", "read_document"]
