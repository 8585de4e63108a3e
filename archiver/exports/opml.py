"""`opml`: the feeds that are followed, as a list that feed readers import. No articles."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from archiver.discovery import ListedFeed, write_opml
from archiver.exports import shown
from archiver.exports.format import About, Format
from archiver.following import read_followed
from archiver.index import Index
from archiver.private import public_address
from archiver.storage import directory_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.exports.entry import Entry


def write(_: Iterator[Entry], stream: IO[bytes], about: About) -> None:
    """Write the feeds that are followed, and those that were found at followed sites; without credentials, because such
    lists are given away."""
    feeds: dict[str, ListedFeed] = {}
    index = Index.read(about.output, about.index)
    try:
        for followed in read_followed(directory_of(about.output)):
            if followed.is_feed:
                feeds.setdefault(
                    followed.address, ListedFeed(public_address(followed.address), followed.title, followed.home)
                )
            for source in index.sources.named_by(followed.address):
                if source.kind == "feed":
                    known = ListedFeed(public_address(source.address), source.title, public_address(followed.address))
                    feeds.setdefault(source.address, known)
    finally:
        index.close()
    about.others["feed"] = len(feeds)
    stream.write(write_opml(feeds.values(), shown.feed_title(about)))


FORMAT = Format("the feeds that are followed (OPML), for other readers of feeds", write)
