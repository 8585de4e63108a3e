"""Adds a page: the longest titles of the archive."""

from collections.abc import Iterator
from heapq import nlargest
from html import escape

from archiver.site import Contents, Page


def longest_titles(site: Contents) -> Iterator[Page]:
    """Yield the page."""
    found = nlargest(10, site.articles(), key=lambda article: len(article.title))
    rows = "".join(f'<li><a href="../{escape(one.address)}">{escape(one.title)}</a></li>' for one in found)
    yield Page("longest.html", "The longest titles", f"<ol>{rows}</ol>")
