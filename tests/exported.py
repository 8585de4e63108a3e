"""Entries that were never in an archive, and what a format writes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from archiver.exports import About, Entry, load_format

SITE = "news.example.org"
CHINA = timezone(timedelta(hours=8))
PLAIN = Entry(
    recipe="gazette",
    id="20240315001",
    form="share",
    url="http://gazette.example.com/story?id=20240315001&page=1",
    title="A plain title",
    published=datetime(2024, 3, 15, 8, 12, 36, tzinfo=CHINA),
    source="The Gazette",
    authors=("Ann Orme", "O. Pell"),
    language="en",
    modified=None,
    canonical="",
    paywalled=False,
    category="gazette",
    tags=("Gazette news", "gazette"),
    quote="",
    html='<p>One.</p><p>Two, with <img alt="" src="http://gazette.example.com/1.png?a=1&amp;b=2">.</p>',
    path="_posts/2024-03-15-20240315001.md",
    sha256="0" * 64,
    revision=1,
    saved=datetime(2024, 3, 16, 1, 2, 3, tzinfo=UTC),
    first_seen=datetime(2024, 3, 16, 1, 2, 3, tzinfo=UTC),
    checked=None,
    state="saved",
    listings=("gazette/all",),
    rules={},
    capture=None,
)
# What breaks texts in other texts: ends of sections and scripts, references, line ends, and what XML and JSON forbid.
SHARDS = (
    *("]]>", "</script>", "<script>", "<![CDATA[", "<!--", "-->", "&", "&amp;", "&copy", "&#1;", "<b>", "</A>", "<DT>"),
    *('"', "'", ",", "\\", "{", "\0", "\x0b", "\x0c", "\x1c", "\x7f", "\x85", "\r", "\r\n", "\n", "\t", "\u2028"),
    *("\u2029", "\ud800", "\udfff", "\ufffe", "\uffff", "\ufeff", "\xa0", "\u3000", "甲", "😀", "\U0010ffff"),
)
texts = st.lists(st.one_of(st.sampled_from(SHARDS), st.characters(categories=None))).map("".join)


def entry(**changes: Any) -> Entry:
    """Return an entry, of which `changes` are said."""
    return replace(PLAIN, **changes)


def written(name: str, *entries: Entry, site: str = SITE, target: str = "") -> bytes:
    """Return what the format of that name writes of `entries`."""
    stream = BytesIO()
    load_format(name).write(iter(entries), stream, About(Path("archive"), Path(target) if target else None, site, site))
    return stream.getvalue()
