"""Documents: the bytes of a web page in, its tree out. No I/O."""

from archiver.documents.document import Document, page_label, read_document

__all__ = ["Document", "page_label", "read_document"]
