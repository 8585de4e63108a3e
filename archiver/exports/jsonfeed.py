"""`jsonfeed`: a feed as JSON Feed 1.1 has it (jsonfeed.org/version/1.1)."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import msgspec

from archiver.exports import shown
from archiver.exports.format import About, Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.exports.entry import Entry


def write(entries: Iterator[Entry], stream: IO[bytes], about: About) -> None:
    """Write the feed, item by item."""
    encode = msgspec.json.Encoder().encode
    head = {"version": "https://jsonfeed.org/version/1.1", "title": shown.feed_title(about)}
    if shown.home(about):
        head["home_page_url"] = shown.home(about)
    if shown.feed_address(about):
        head["feed_url"] = shown.feed_address(about)
    stream.write(encode(head).removesuffix(b"}") + b',"items":[')
    between = b"\n"
    for entry in entries:
        stream.write(between + encode(_item(entry, about)))
        between = b",\n"
    stream.write(b"\n]}\n")


def _item(entry: Entry, about: About) -> dict[str, Any]:
    """Return an item: with id and content, which are required, and those of the other fields that are known."""
    item = {
        "id": shown.permanent_id(about, entry.key),
        "url": shown.address(entry),
        "title": shown.title(entry),
        "content_html": shown.content(entry),
        "summary": shown.summary(entry),
        "image": shown.picture(entry),
        "date_published": shown.published(entry).isoformat(),
        "date_modified": shown.updated(entry).isoformat(),
        "authors": [{"name": shown.author(entry)}] if shown.author(entry) else [],
        "tags": shown.labels(entry),
        "language": shown.language(entry),
    }
    return {name: value for name, value in item.items() if value or name == "content_html"}


FORMAT = Format("a JSON feed, for news readers", write, last=50)
