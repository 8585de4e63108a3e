"""The body of an article: the tree of a page in, the HTML of the body out. No I/O."""

from archiver.reading.body.read import Body, read_body

__all__ = ["Body", "read_body"]
