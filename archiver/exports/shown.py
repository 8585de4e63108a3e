"""What feeds and bookmarks show of an entry, as text that XML and JSON can hold. No I/O."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from archiver.exports.plain import plain_text
from archiver.languages import language_tag, sure_language
from archiver.storage import directory_of
from archiver.text import one_line, printable, unescaped

if TYPE_CHECKING:
    from datetime import datetime

    from archiver.exports.entry import Entry
    from archiver.exports.format import About

MAX_SUMMARY_CHARACTERS = 200  # characters
MINUTE = timedelta(minutes=1)
PICTURE_PATTERN = re.compile(r"""<img\b[^>]*?\ssrc=(?:"(https?://[^"\s]+)"|'(https?://[^'\s]+)')""", re.IGNORECASE)
# Characters: of text, to tell the language; of long markup, which mostly has so much.
SAMPLE_CHARACTERS, SAMPLE_MARKUP_CHARACTERS = 1000, 4000
SPACES_PATTERN = re.compile(r"\s+")


def feed_title(about: About) -> str:
    """Return the name of the archive; every feed must have one."""
    return one_line(about.title) or "archive"


def home(about: About) -> str:
    """Return the address of the site, empty if it has none."""
    return f"https://{one_line(about.site)}/" if about.site else ""


def permanent_id(about: About, name: str) -> str:
    """Return the URN (RFC 9562, 5.5) of something on the site: the same in every export, another for each name.

    It is not a `tag:` URI (RFC 4151), which needs a day on which the writer of the feed owned the host: we do not know
    one.
    """
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{home(about)}{name}')}"


def address(entry: Entry) -> str:
    """Return the address that the entry leads to, without white space, which no address may hold; it may be empty."""
    return SPACES_PATTERN.sub("", printable(entry.url))


def has_address(entry: Entry, about: About) -> bool:
    """Return whether the entry has an address; if not, count it as left out."""
    if address(entry):
        return True
    about.left_out["no address"] += 1
    return False


def published(entry: Entry) -> datetime:
    """Return when the entry was published, in the source's zone if feeds can express that (see `_sayable`)."""
    return _sayable(entry.published)


def updated(entry: Entry) -> datetime:
    """Return when the entry was last changed: when the revision was saved, or published if there is only one."""
    return _sayable(entry.saved if entry.revision > 1 else entry.published)


def distinct(time: datetime, entry: Entry) -> datetime:
    """Return a time with a fraction of a second that is made from the entry's key: always the same for an entry, and
    different for others. Sources give times to the minute, and Atom readers tell entries apart by their times. The
    fraction has no other meaning."""
    return time.replace(microsecond=1 + int(sha256(entry.key.encode()).hexdigest(), 16) % 999_999)


def feed_address(about: About) -> str:
    """Return the address that the feed itself will have on the site: at the same path as in the archive, or in the root
    of the site if the file is outside the archive. Empty if there is no site, or no file."""
    if not (home(about) and about.target):
        return ""
    target, output = about.target.absolute(), directory_of(about.output).absolute()
    path = target.relative_to(output).as_posix() if target.is_relative_to(output) else target.name
    return f"{home(about)}{quote(path, errors='surrogateescape')}"


def language(entry: Entry) -> str:
    """Return the language of an entry (BCP 47): the one that its page says, else the one in which its text certainly
    is, else empty."""
    if tag := language_tag(entry.language):
        return tag
    text = (
        plain_text(entry.html[:SAMPLE_MARKUP_CHARACTERS].rpartition("<")[0])
        if len(entry.html) > SAMPLE_MARKUP_CHARACTERS
        else ""
    )
    return sure_language(
        f"{one_line(entry.title)} {text if len(text) >= SAMPLE_CHARACTERS else entry.text}"[:SAMPLE_CHARACTERS]
    )


def author(entry: Entry) -> str:
    """Return who wrote the entry; it may be empty."""
    return one_line(entry.source)


def title(entry: Entry) -> str:
    """Return the title on one line; it may be empty."""
    return one_line(entry.title)


def labels(entry: Entry) -> list[str]:
    """Return category and tags, each once, none empty."""
    return [label for label in dict.fromkeys(map(one_line, (entry.category, *entry.tags))) if label]


def bookmark_tags(entry: Entry) -> list[str]:
    """Return the labels without commas: these separate the tags of a bookmark, and cannot be escaped."""
    return list(dict.fromkeys(filter(None, (" ".join(label.replace(",", " ").split()) for label in labels(entry)))))


def content(entry: Entry) -> str:
    """Return what the post shows, as HTML: the quote that it opens with, and the body."""
    said = printable(entry.quote).strip()
    return (f"<blockquote><p>{escape(said, quote=False)}</p></blockquote>\n" if said else "") + printable(entry.html)


def summary(entry: Entry) -> str:
    """Return the quote, or how the text begins, as plain text on one line: 200 characters and an ellipsis at most."""
    text = one_line(entry.quote) or _start(entry.text)
    return text if len(text) <= MAX_SUMMARY_CHARACTERS else f"{text[:MAX_SUMMARY_CHARACTERS].rstrip()}…"


def _start(text: str) -> str:
    """Return a text on one line; of a long one, only its start, which has more characters than a summary."""
    start = one_line(text[:SAMPLE_CHARACTERS])
    return start if len(start) > MAX_SUMMARY_CHARACTERS else one_line(text)  # it is short, or begins with white space


def picture(entry: Entry) -> str:
    """Return the address of the first picture of the body, empty if it has none."""
    match = PICTURE_PATTERN.search(entry.html)
    return printable(unescaped(match[1] or match[2])) if match else ""


def _sayable(time: datetime) -> datetime:
    """Return `time` in whole seconds; in UTC if its offset is not one of whole minutes, since RFC 3339 and RFC 5322
    cannot express others (those of local mean times a hundred years ago)."""
    offset = time.utcoffset()
    return (time.astimezone(UTC) if offset and offset % MINUTE else time).replace(microsecond=0)
