"""Documents: making trees of the bytes of web pages. No I/O."""

from archiver.documents.document import Document, page_label, read_document

__all__ = ["Document", "page_label", "read_document"]
