"""`netscape`: bookmarks as a file that browsers and bookmark managers import.

The format is Netscape's. It is described only by Microsoft ("Netscape Bookmark File Format"), and by the code of the
programs that read it. TAGS is an addition of del.icio.us, which linkding and Karakeep know.
"""

from __future__ import annotations

from html import escape
from typing import IO, TYPE_CHECKING

from archiver.exports import shown
from archiver.exports.format import About, Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.exports.entry import Entry

# This must be the first line, with nothing before it: Karakeep compares it.
FILE_HEAD = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>{title}</TITLE>
<H1>{title}</H1>
<DL><p>
    <DT><H3>{title}</H3>
    <DL><p>
"""
FILE_TAIL = """    </DL><p>
</DL><p>
"""


def write(entries: Iterator[Entry], stream: IO[bytes], about: About) -> None:
    """Write one folder with a bookmark for each entry; those without an address are left out."""
    stream.write(FILE_HEAD.format(title=escape(shown.feed_title(about))).encode())
    for entry in entries:
        if shown.has_address(entry, about):
            stream.write(_bookmark(entry).encode())
    stream.write(FILE_TAIL.encode())


def _bookmark(entry: Entry) -> str:
    """Return a bookmark: times in seconds since 1970, tags divided by commas, a title that is never empty."""
    url = shown.address(entry)
    added, changed = (int(time.timestamp()) for time in (shown.published(entry), shown.updated(entry)))
    tags = ",".join(shown.bookmark_tags(entry))
    return (
        f'        <DT><A HREF="{escape(url)}" ADD_DATE="{added}" LAST_MODIFIED="{changed}" TAGS="{escape(tags)}">'
        f"{escape(shown.title(entry) or url)}</A>\n"
        f"        <DD>{escape(shown.summary(entry))}\n"
    )


FORMAT = Format("a bookmark file, for browsers, linkding and Karakeep", write)
