"""RSS, Atom, RDF and CDF, read by feedparser, which is given text that is decoded and mended already, never an address.
No I/O."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import feedparser

from archiver.discovery.addresses import with_hosts
from archiver.discovery.choosing import article_address, choose_link
from archiver.discovery.entries import Feed, FeedEntry
from archiver.discovery.listing import MAX_FEED_ENTRIES, Gathered
from archiver.discovery.markup import mended, title_text
from archiver.discovery.media import enclosed_in_xml
from archiver.discovery.times import TimeReader
from archiver.errors import DiscoveryError
from archiver.identity import normalise

if TYPE_CHECKING:
    from datetime import datetime

RDF_FORMS = ("rss090", "rss10")  # forms in which the id of an item is its address (RSS 1.0, 5.5)
MARKUP_TYPES = ("text/html", "application/xhtml+xml")
SKIP_HOURS_PATTERN = re.compile(r"<skipHours\b[^>]*>(.{0,2000}?)</skipHours", re.IGNORECASE | re.DOTALL)
# A guid that is not an address: by the standard it would be a link (unless marked otherwise), and the parser would make
# one of it.
NO_LINK_GUID_PATTERN = re.compile(r"<guid(?:\s[^>]*)?>(?!\s*(?:<!\[CDATA\[\s*)?(?:https?:|/))", re.IGNORECASE)
# An empty link, because of which the parser would not look at the guid.
EMPTY_LINK_PATTERN = re.compile(
    r"<link\s*+(?:/>|>\s*+(?:<!\[CDATA\[\s*+\]\]>\s*+)?</link\s*+>)",
    re.IGNORECASE,
)
ENTRY_PATTERN = re.compile(r"<(?:[\w-]+:)?(?:item|entry)[\s/>]", re.IGNORECASE)
ENTRY_END_PATTERN = re.compile(
    r"</(?:[\w-]+:)?(?:item|entry)\s*+>|<(?:[\w-]+:)?(?:item|entry)(?:\s[^<>]*)?/>", re.IGNORECASE
)
ELEMENT_PATTERN = re.compile(r"<\w")
BLANKS_PATTERN = re.compile(r"\s+")
SKIP_DAYS_PATTERN = re.compile(r"<skipDays\b[^>]*>(.{0,2000}?)</skipDays", re.IGNORECASE | re.DOTALL)
DAY_PATTERN = re.compile(r"<day>\s*(\w{3})", re.IGNORECASE)
DAYS = "mon tue wed thu fri sat sun".split()
HOUR_PATTERN = re.compile(r"<hour>\s*(\d{1,2})\s*<", re.IGNORECASE)


def read_xml_feed(text: str, address: str, fetched: datetime, note: str = "") -> Feed:
    """Return what the feed `text` (decoded, without its XML declaration) lists. Raises DiscoveryError."""
    text, too_many = _with_first_entries(_without_blanks_before(text))
    text = with_hosts(mended(EMPTY_LINK_PATTERN.sub("", text)), address)
    # Given as a stream: a string or bytes could be taken for the name of a file or for an address.
    parsed: Any = feedparser.parse(
        io.BytesIO(NO_LINK_GUID_PATTERN.sub('<guid isPermaLink="false">', text).encode("utf-8", "replace")),
        response_headers={"content-location": address, "content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,  # cleaned later, like articles
        resolve_relative_uris=False,
    )
    if not parsed.get("version") and not parsed.entries:
        raise DiscoveryError(f"{address}: no feed: it is in none of the known forms")
    channel = parsed.feed
    language = _text(channel, "language")
    home = normalise(_text(channel, "link"))
    times = TimeReader(urlsplit(home or address).hostname or "", language, fetched)
    is_atom = str(parsed.get("version")).startswith("atom")
    is_rdf = parsed.get("version") in RDF_FORMS
    gathered = Gathered(too_many)
    for item in parsed.entries:
        entry = _entry(item, home, address, language, times, is_atom=is_atom, is_rdf=is_rdf)
        media, image = enclosed_in_xml(item, entry.title, address)
        gathered.add(replace(entry, media=media, image=image))
    links = channel.get("links") or ()
    return Feed(
        form=_text(parsed, "version") or "rss",
        title=_title(channel, is_atom=is_atom),
        home=home,
        language=language,
        entries=gathered.entries,
        left_out=gathered.left_out,
        hub=_related(links, "hub"),
        next_page=_related(links, "next"),
        ttl=int(ttl) if (ttl := _text(channel, "ttl")).isdecimal() and len(ttl) < 7 else None,
        skip_hours=_skip_hours(text),
        skip_days=_skip_days(text),
        note=note,
    )


def _without_blanks_before(text: str) -> str:
    """Return a feed with one blank for all that follow one another before its first element: there the parser compares
    each blank with all after it."""
    found = ELEMENT_PATTERN.search(text)
    start = found.start() if found else len(text)
    return BLANKS_PATTERN.sub(" ", text[:start]) + text[start:]


def _with_first_entries(text: str) -> tuple[str, int]:
    """Return a feed without the entries after the first MAX_FEED_ENTRIES, and how many these are: the parser would need
    half a minute for the million that a feed has room for."""
    beyond = [found.start() for found in islice(ENTRY_PATTERN.finditer(text), MAX_FEED_ENTRIES, None)]
    if not beyond:
        return text, 0
    end = next((found.end() for found in ENTRY_END_PATTERN.finditer(text, beyond[-1])), len(text))
    return text[: beyond[0]] + text[end:], len(beyond)


def _entry(
    item: Any, home: str, feed: str, language: str, times: TimeReader, *, is_atom: bool, is_rdf: bool
) -> FeedEntry:
    home = home or feed
    guid = _text(item, "id")
    links = choose_link(item.get("links") or (), language)
    said = [_text(item, "feedburner_origlink"), *links]
    # The parser gives the last of several links; or, if there is none, the id, unless that is marked as no link.
    if not links:
        said.append(_text(item, "link"))
    if links or is_rdf:
        said.append(guid)  # the parser does not take it for a link if there is another one
    contents = [part for part in item.get("content") or () if part.get("value")]
    best = max(contents, key=lambda part: len(part["value"]), default=None) or item.get("summary_detail") or {}
    return FeedEntry(
        address=article_address(said, home, feed),
        title=_title(item, is_atom=is_atom),
        published=times.read(dict.get(item, "published") or dict.get(item, "created")),
        updated=times.read(dict.get(item, "updated")),  # the parser's own `get` would return `published` instead
        guid=guid,
        content=str(best.get("value") or ""),
        base=str(best.get("base") or home),
        language=str(best.get("language") or language),
    )


def _title(item: Any, *, is_atom: bool) -> str:
    detail = item.get("title_detail") or {}
    # Atom says whether a title is markup. RSS does not, and the parser guesses; feeds have titles of both kinds.
    return title_text(_text(item, "title"), is_html=not is_atom or detail.get("type") in MARKUP_TYPES)


def _text(item: Any, key: str) -> str:
    value = item.get(key)
    return value.strip() if isinstance(value, str) else ""


def _related(links: Any, rel: str) -> str:
    return next((normalise(link.get("href", "")) for link in links if link.get("rel") == rel), "")


def _skip_hours(text: str) -> frozenset[int]:
    found = SKIP_HOURS_PATTERN.search(text)
    return frozenset(int(hour) % 24 for hour in HOUR_PATTERN.findall(found[1])) if found else frozenset()


def _skip_days(text: str) -> frozenset[int]:
    found = SKIP_DAYS_PATTERN.search(text)
    said = [day.lower() for day in DAY_PATTERN.findall(found[1])] if found else ()
    return frozenset(DAYS.index(day) for day in said if day in DAYS)
