"""`atom`: a feed as RFC 4287 has it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

from archiver.exports import shown
from archiver.exports.format import About, Format
from archiver.exports.markup import XmlWriter, xml_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.exports.entry import Entry

NAMESPACE = "http://www.w3.org/2005/Atom"
A = f"{{{NAMESPACE}}}"


def write(entries: Iterator[Entry], stream: IO[bytes], about: About) -> None:
    """Write the feed. It is as new as its newest entry; an empty one, which must have a time too, is of 1970."""
    latest = datetime.fromtimestamp(0, UTC)
    with xml_document(stream, f"{A}feed", {None: NAMESPACE}) as xml:
        xml.put(f"{A}id", shown.permanent_id(about, f"feed/{about.target.name if about.target else ''}"))
        xml.put(f"{A}title", shown.feed_title(about))
        if shown.home(about):
            xml.put(f"{A}link", attributes={"rel": "alternate", "type": "text/html", "href": shown.home(about)})
        # 4.1.1: one is due unless each entry has its own, and not every source names itself.
        _put_author(xml, shown.feed_title(about))
        xml.put(f"{A}generator", "archiver")
        for entry in entries:
            _put_entry(xml, entry, about)
            latest = max(latest, shown.updated(entry))
        # After the entries, since it takes all of them to know it: 4.1.1 leaves the order open.
        xml.put(f"{A}updated", latest.isoformat())


def _put_entry(xml: XmlWriter, entry: Entry, about: About) -> None:
    """Write an entry (4.1.2). It holds its content, so it needs no link, and has none if the post has no address."""
    with xml.element(f"{A}entry"):
        xml.put(f"{A}id", shown.permanent_id(about, entry.key))
        xml.put(f"{A}title", shown.title(entry))
        xml.put(f"{A}published", shown.published(entry).isoformat())
        xml.put(f"{A}updated", shown.updated(entry).isoformat())
        if shown.address(entry):
            xml.put(f"{A}link", attributes={"rel": "alternate", "href": shown.address(entry)})
        if shown.author(entry):
            _put_author(xml, shown.author(entry))
        for label in shown.labels(entry):
            xml.put(f"{A}category", attributes={"term": label})
        xml.put(f"{A}summary", shown.summary(entry))
        xml.put(f"{A}content", shown.content(entry), {"type": "html"})


def _put_author(xml: XmlWriter, name: str) -> None:
    with xml.element(f"{A}author"):
        xml.put(f"{A}name", name)


FORMAT = Format("an Atom feed, for news readers", write, last=50)
