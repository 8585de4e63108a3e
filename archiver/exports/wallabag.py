"""`wallabag`: a JSON array as wallabag 2 exports and imports it, whole articles in it."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from archiver.exports import shown
from archiver.exports.format import About, Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.exports.entry import Entry

CJK_CHARACTERS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
# Two characters of a script without spaces count as one word.
WORD_PATTERN = re.compile(rf"[{CJK_CHARACTERS}]{{1,2}}|(?:(?![{CJK_CHARACTERS}])\w)+")
WORDS_PER_MINUTE = 200  # wallabag's own measure
REQUIRED_KEYS = ("content", "tags")  # wallabag's import reads these without checking that they are there


def write(entries: Iterator[Entry], stream: IO[bytes], about: About) -> None:
    """Write the array, article by article; those without an address are left out: wallabag would not take them."""
    encode = msgspec.json.Encoder().encode
    between = b"["
    for entry in entries:
        if shown.has_address(entry, about):
            stream.write(between + b"\n" + encode(_article(entry)))
            between = b","
    stream.write(b"\n]\n" if between == b"," else b"[]\n")


def _article(entry: Entry) -> dict[str, Any]:
    """Return an article. Unknown fields (the language, for example) are left out, as in wallabag's own exports.

    wallabag asks the web for an article that has no title or no content, so the address stands in for the title.
    """
    url = shown.address(entry)
    authors = [shown.author(entry)] if shown.author(entry) else []
    article = {
        "is_archived": 0,
        "is_starred": 0,
        "tags": shown.labels(entry),
        "title": shown.title(entry) or url,
        "url": url,
        "content": shown.content(entry),
        "created_at": shown.published(entry).isoformat(),
        "updated_at": shown.updated(entry).isoformat(),
        "published_at": shown.published(entry).isoformat(),
        "published_by": authors,
        # Date and authors again: the import looks for them by these names, and ignores the ones above.
        "date": shown.published(entry).isoformat(),
        "authors": authors,
        "mimetype": "text/html",
        "reading_time": len(WORD_PATTERN.findall(entry.text)) // WORDS_PER_MINUTE,
        "domain_name": _host(url),
        "preview_picture": shown.picture(entry),
    }
    return {name: value for name, value in article.items() if name in REQUIRED_KEYS or value not in ("", [])}


def _host(url: str) -> str:
    """Return the host of an address, empty if it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


FORMAT = Format("whole articles as JSON, for wallabag", write)
