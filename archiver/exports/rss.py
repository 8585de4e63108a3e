"""`rss`: a feed as RSS 2.0 has it (the RSS Advisory Board's specification, 2.0.11), whole articles in it."""

from __future__ import annotations

from email.utils import format_datetime
from typing import IO, TYPE_CHECKING

from archiver.errors import ExportError
from archiver.exports import shown
from archiver.exports.format import About, Format
from archiver.exports.markup import XmlWriter, xml_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.exports.entry import Entry

# Namespaces with elements for what RSS itself has none: whole articles, authors without an e-mail address, edits.
NAMESPACES: dict[str | None, str] = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
LINK = f"{{{NAMESPACES['atom']}}}link"
UPDATED = f"{{{NAMESPACES['atom']}}}updated"
ENCODED = f"{{{NAMESPACES['content']}}}encoded"
CREATOR = f"{{{NAMESPACES['dc']}}}creator"


def write(entries: Iterator[Entry], stream: IO[bytes], about: About) -> None:
    """Write the feed. Raises ExportError if the site is not known: a channel must have a link."""
    if not about.site:
        raise ExportError("rss: a feed leads to a site, and there is none; set ARCHIVER_SITE, or use atom")
    with xml_document(stream, "rss", NAMESPACES, version="2.0") as xml, xml.element("channel"):
        xml.put("title", shown.feed_title(about))
        xml.put("link", shown.home(about))
        xml.put("description", f"The articles of {shown.feed_title(about)}")
        if shown.feed_address(about):
            link = {"rel": "self", "type": "application/rss+xml", "href": shown.feed_address(about)}
            xml.put(LINK, attributes=link)
        xml.put("generator", "archiver")
        for entry in entries:
            _put_item(xml, entry, about)


def _put_item(xml: XmlWriter, entry: Entry, about: About) -> None:
    with xml.element("item"):
        xml.put("title", shown.title(entry))
        if shown.address(entry):
            xml.put("link", shown.address(entry))
        xml.put("guid", shown.permanent_id(about, entry.key), {"isPermaLink": "false"})
        xml.put("pubDate", format_datetime(shown.published(entry)))  # as in RFC 822, but with four digits for the year
        if entry.revision > 1:
            xml.put(UPDATED, shown.updated(entry).isoformat())
        if shown.author(entry):
            xml.put(CREATOR, shown.author(entry))
        for label in shown.labels(entry):
            xml.put("category", label)
        xml.put("description", shown.summary(entry))
        xml.put(ENCODED, shown.content(entry))


FORMAT = Format("an RSS 2.0 feed, for news readers", write, last=50)
