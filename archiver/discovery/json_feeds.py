"""JSON Feed (jsonfeed.org, 1 and 1.1). No I/O."""

from __future__ import annotations

import re
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from archiver.discovery.addresses import address_of
from archiver.discovery.choosing import article_address
from archiver.discovery.entries import Feed, FeedEntry
from archiver.discovery.listing import MAX_FEED_ENTRIES, Gathered
from archiver.discovery.markup import title_text
from archiver.discovery.media import enclosed_in_json
from archiver.discovery.times import TimeReader
from archiver.errors import DiscoveryError
from archiver.identity import normalise
from archiver.lenient_json import LENIENT_DECODER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


ITEMS_PATTERN = re.compile(r"\"items\"\s*:\s*\[\s*")
ITEM_START_PATTERN = re.compile(r"[^\s,]")


def read_json_feed(text: str, address: str, fetched: datetime, note: str = "") -> Feed:
    """Return what the feed `text` lists. Raises DiscoveryError."""
    content = _opened(text.lstrip("\ufeff \t\r\n"), address)
    if not isinstance(content, dict) or not isinstance(content.get("items"), list):
        raise DiscoveryError(f"{address}: no feed: it is JSON without a list of `items`")
    home = _link(content, "home_page_url", address)
    language = _text(content, "language")
    times = TimeReader(urlsplit(home or address).hostname or "", language, fetched)
    items = content["items"]
    gathered = Gathered(max(0, len(items) - MAX_FEED_ENTRIES))
    for item in _objects(items[:MAX_FEED_ENTRIES]):
        gathered.add(_entry(item, address, home or address, language, times))
    hubs = (_link(hub, "url", address) for hub in _objects(content.get("hubs")))
    return Feed(
        form="json11" if _text(content, "version").rstrip("/").endswith("1.1") else "json1",
        title=title_text(_text(content, "title"), is_html=False),
        home=home,
        language=language,
        entries=gathered.entries,
        left_out=gathered.left_out,
        hub=next(filter(None, hubs), ""),
        next_page=_link(content, "next_url", address),
        note=note,
    )


def _opened(text: str, address: str) -> object:
    """Return the value that `text` begins with; what comes after it counts for nothing. Where it cannot be read, it is
    mended as JSON in pages is; where even that cannot be read (it is cut off, say), the items count that can be. Raises
    DiscoveryError."""
    try:
        return LENIENT_DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError) as error:
        from archiver.reading.metadata.json_ld import json_values  # few feeds need it, and to load it takes long

        content = next((one for one in json_values(text) if isinstance(one, dict) and "items" in one), None)
        if content is not None:
            return content
        if items := list(_objects(list(_items_of(text)))):
            return {"items": items}
        raise DiscoveryError(f"{address}: no feed: its JSON cannot be read: {error}") from error


def _items_of(text: str) -> Iterator[object]:
    """Yield the items of a feed that cannot be read as a whole, up to the first that cannot be read."""
    found = ITEMS_PATTERN.search(text)
    at = found.end() if found else len(text)
    with suppress(ValueError, RecursionError):
        while at < len(text):
            item, at = LENIENT_DECODER.raw_decode(text, at)
            yield item
            start = ITEM_START_PATTERN.search(text, at)
            at = start.start() if start else len(text)


def _entry(item: dict[str, Any], address: str, home: str, language: str, times: TimeReader) -> FeedEntry:
    guid = _text(item, "id")
    # If there is only one address, it is that of the page, whatever it is called; an id may be no address at all.
    said = [_link(item, "url", address), _link(item, "external_url", address), normalise(guid)]
    html = _text(item, "content_html")
    plain = "".join(f"<p>{escape(part, quote=False)}</p>" for part in _text(item, "content_text").split("\n\n") if part)
    title = title_text(_text(item, "title"), is_html=False)  # the standard: plain text
    media, image = enclosed_in_json(item, title, address)
    return FeedEntry(
        address=article_address(said, home, address),
        title=title,
        published=times.read(_text(item, "date_published")),
        updated=times.read(_text(item, "date_modified")),
        guid=guid,
        content=html or plain or escape(_text(item, "summary"), quote=False),
        base=address,
        language=_text(item, "language") or language,
        media=media,
        image=image,
    )


def _objects(value: object) -> Iterator[dict[str, Any]]:
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else iter(())


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)  # ids are numbers in many feeds
    return value.strip() if isinstance(value, str) else ""


def _link(item: dict[str, Any], key: str, base: str) -> str:
    text = item.get(key)
    return address_of(text, base) if isinstance(text, str) and text.strip() else ""
