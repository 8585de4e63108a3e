"""`atom`: a feed as RFC 4287 has it."""

from __future__ import annotations

from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING

from archiver.exports import shown
from archiver.exports.format import About, Format
from archiver.exports.markup import XmlWriter, xml_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.exports.entry import Entry

NAMESPACE = "http://www.w3.org/2005/Atom"
ATOM = f"{{{NAMESPACE}}}"
FEED_TAG = f"{ATOM}feed"
XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
# The second one is named here, as lxml would give it another prefix.
NAMESPACES: dict[str | None, str] = {
    None: NAMESPACE,
    "xml": XML_NAMESPACE,
}
LANGUAGE_ATTRIBUTE = f"{{{XML_NAMESPACE}}}lang"
MEDIA_TYPE = "application/atom+xml"
MAX_SPOOL_BYTES = 4 << 20  # bytes of entries that are kept in memory; more go into a file


def write(entries: Iterator[Entry], stream: IO[bytes], about: About) -> None:
    """Write the feed. Its time is that of its newest entry; an empty feed, which must have a time too, has one in 1970.

    The feed's own elements come before its entries (4.1.1, in the schema), but can be known only after all entries, so
    these are written to a temporary file first.
    """
    latest, languages = datetime.fromtimestamp(0, UTC), set()
    with SpooledTemporaryFile(MAX_SPOOL_BYTES) as aside:
        with xml_document(aside, FEED_TAG, NAMESPACES) as xml:
            for entry in entries:
                _put_entry(xml, entry, about)
                latest = max(latest, _updated(entry))
                languages.add(shown.language(entry))
        with xml_document(stream, FEED_TAG, NAMESPACES, **_language(*languages)) as xml:
            _put_head(xml, about, latest)
            xml.paste(aside)


def _put_head(xml: XmlWriter, about: About, latest: datetime) -> None:
    """Write what is said of the feed (4.1.1)."""
    xml.put(f"{ATOM}id", shown.permanent_id(about, f"feed/{about.target.name if about.target else ''}"))
    xml.put(f"{ATOM}title", shown.feed_title(about))
    xml.put(f"{ATOM}updated", latest.isoformat())
    if shown.feed_address(about):
        xml.put(f"{ATOM}link", attributes={"rel": "self", "type": MEDIA_TYPE, "href": shown.feed_address(about)})
    if shown.home(about):
        xml.put(f"{ATOM}link", attributes={"rel": "alternate", "type": "text/html", "href": shown.home(about)})
    # A feed must have an author unless each entry has one, and not every source gives its name.
    _put_author(xml, shown.feed_title(about))
    xml.put(f"{ATOM}generator", "archiver")


def _put_entry(xml: XmlWriter, entry: Entry, about: About) -> None:
    """Write an entry (4.1.2). It contains the whole article, so it needs no link, and has none if the post has no
    address."""
    with xml.element(f"{ATOM}entry", _language(shown.language(entry))):
        xml.put(f"{ATOM}id", shown.permanent_id(about, entry.key))
        xml.put(f"{ATOM}title", shown.title(entry))
        xml.put(f"{ATOM}published", shown.published(entry).isoformat())
        xml.put(f"{ATOM}updated", _updated(entry).isoformat())
        if shown.address(entry):
            xml.put(f"{ATOM}link", attributes={"rel": "alternate", "href": shown.address(entry)})
        if shown.author(entry):
            _put_author(xml, shown.author(entry))
        for label in shown.labels(entry):
            xml.put(f"{ATOM}category", attributes={"term": label})
        xml.put(f"{ATOM}summary", shown.summary(entry))
        xml.put(f"{ATOM}content", shown.content(entry), {"type": "html"})


def _updated(entry: Entry) -> datetime:
    return shown.distinct(shown.updated(entry), entry)


def _language(*names: str) -> dict[str, str]:
    """Return the attribute of an element whose texts are all in one language; none if they are not."""
    return {LANGUAGE_ATTRIBUTE: names[0]} if len(names) == 1 and names[0] else {}


def _put_author(xml: XmlWriter, name: str) -> None:
    with xml.element(f"{ATOM}author"):
        xml.put(f"{ATOM}name", name)


FORMAT = Format("an Atom feed, for news readers", write, last=50)
