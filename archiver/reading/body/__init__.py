"""The body of an article: the tree of a page in, the HTML of the body out. No I/O."""

from archiver.reading.body.read import Body, read_body
from archiver.reading.body.site import SiteBody

__all__ = ["Body", "SiteBody", "read_body"]
