"""Bookmarks: read as those who import them do.

ArchiveBox, wallabag, linkding and Karakeep are servers (Django, PHP, Node) that do not install beside this package.
What their import takes and does is written down here instead.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from lxml import html as lxml_html

from archiver.text import one_line, printable
from tests.exported import PLAIN, SITE, entry, texts, written

if TYPE_CHECKING:
    from archiver.exports import Entry
    from tests.conftest import Archive

FORMATS = ["archivebox", "netscape", "wallabag"]
HARD = entry(
    url='http://gazette.example.com/?a=1&copy=2&q="x"<y>',
    title='"Quotes" & <b>tags</b> &amp; it\'s 😀 </A> &copy;',
    tags=("a, b", "c d", "R&amp;D"),
    quote='Says <DT> & "more" &lt;',
    revision=2,
)
NOWHERE = entry(url="")


class Bookmarks(HTMLParser):
    """Reads a bookmark file with the parser that linkding uses: the text of A is a title, that of DD a description."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.folders: list[str] = []
        self.found: list[dict[str, Any]] = []
        self._inside = ""
        self.feed(data.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append({**dict(attrs), "title": "", "description": ""})
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "h3":
            self.folders.append(data)
        elif self._inside == "a":
            self.found[-1]["title"] += data
        elif self._inside == "dd":
            self.found[-1]["description"] += data.strip()


class Article(msgspec.Struct, forbid_unknown_fields=True):
    """An article of a wallabag 2 export: the keys without a default are those that its import takes for granted."""

    is_archived: int
    is_starred: int
    tags: list[str]
    title: str
    url: str
    content: str
    mimetype: str
    created_at: datetime
    updated_at: datetime
    published_at: datetime
    reading_time: int
    date: datetime
    domain_name: str | None = None
    preview_picture: str | None = None
    published_by: list[str] = []
    authors: list[str] = []


def articles(data: bytes) -> list[Article]:
    """Return what is in a JSON file for wallabag."""
    return msgspec.json.decode(data, type=list[Article])


def archivebox(data: bytes) -> list[tuple[str, str, datetime, list[str]]]:
    """Return addresses, titles, times and tags as ArchiveBox's parser of JSON lines reads them."""
    found = []
    for line in data.decode().splitlines():
        one = json.loads(line)
        assert not one.keys() & {"href", "timestamp", "time", "bookmarked_at"}  # these would count before ours
        title = unescape((one["title"] or one["description"]).strip())
        time = datetime.strptime(one["created_at"], "%Y-%m-%dT%H:%M:%S%z")
        tags = unescape(",".join(one["tags"])).split(",") if one["tags"] else []
        found.append((one["url"], title, time, tags))
    return found


def test_the_whole_archive(archive: Archive) -> None:
    archive.crawl("eastmoney/market-37")
    lines = [json.loads(line) for line in archive.archiver("export", "jsonl").stdout.splitlines()]
    expected = [(one["url"], one["title"], datetime.fromisoformat(one["published"])) for one in lines]
    assert len(expected) == len(archive.replica.articles)
    results = {name: archive.archiver("export", name) for name in FORMATS}
    assert [result.returncode for result in results.values()] == [0, 0, 0]
    data = {name: result.stdout.encode() for name, result in results.items()}
    assert [one[:3] for one in archivebox(data["archivebox"])] == expected
    assert [(one.url, one.title, one.created_at) for one in articles(data["wallabag"])] == expected
    bookmarks = Bookmarks(data["netscape"])
    assert bookmarks.folders == ["finews.withounder.com"]
    assert [(one["href"], one["title"], int(one["add_date"])) for one in bookmarks.found] == [
        (url, title, time.timestamp()) for url, title, time in expected
    ]


def test_a_bookmark_file() -> None:
    data = written("netscape", PLAIN, HARD)
    assert data.startswith(b"<!DOCTYPE NETSCAPE-Bookmark-file-1>\n")  # what Karakeep compares
    plain, hard = Bookmarks(data).found
    assert plain == {
        "href": PLAIN.url,
        "add_date": "1710461556",
        "last_modified": "1710461556",
        "tags": "gazette,Gazette news",
        "title": PLAIN.title,
        "description": "One. Two, with .",
    }
    assert hard == {
        "href": HARD.url,
        "add_date": "1710461556",
        "last_modified": "1710550923",
        "tags": "gazette,a b,c d,R&amp;D",
        "title": HARD.title,
        "description": HARD.quote,
    }
    # As browsers and Karakeep have it: a folder is a DT with an H3 and a DL, a link is a DT with an A.
    tree: Any = lxml_html.document_fromstring(data.decode())
    (folder,) = tree.xpath("//dt[h3]/dl | //dt[h3]/following-sibling::dl")
    links = folder.xpath(".//dt/a")
    assert [(link.get("href"), link.text_content()) for link in links] == [(e.url, e.title) for e in (PLAIN, HARD)]


def test_archivebox_reads_back_what_was_written() -> None:
    assert archivebox(written("archivebox", PLAIN, HARD)) == [
        (PLAIN.url, PLAIN.title, PLAIN.published, ["gazette", "Gazette news"]),
        (HARD.url, HARD.title, HARD.published, ["gazette", "a b", "c d", "R&amp;D"]),
    ]


def test_an_article_for_wallabag() -> None:
    plain, hard = articles(written("wallabag", PLAIN, HARD))
    assert plain == Article(
        is_archived=0,
        is_starred=0,
        tags=["gazette", "Gazette news"],
        title=PLAIN.title,
        url=PLAIN.url,
        content=PLAIN.html,
        mimetype="text/html",
        created_at=PLAIN.published,
        updated_at=PLAIN.published,
        published_at=PLAIN.published,
        reading_time=0,
        date=PLAIN.published,
        domain_name="gazette.example.com",
        preview_picture="http://gazette.example.com/1.png?a=1&b=2",
        published_by=["The Gazette"],
        authors=["The Gazette"],
    )
    assert (hard.title, hard.url, hard.tags) == (HARD.title, HARD.url, ["gazette", "a, b", "c d", "R&amp;D"])
    assert hard.updated_at == HARD.saved
    assert hard.content.startswith('<blockquote><p>Says &lt;DT&gt; &amp; "more" &amp;lt;</p></blockquote>\n')


@pytest.mark.parametrize(("text", "minutes"), [("word " * 399, 1), ("word " * 400, 2), ("甲乙，" * 600, 3), ("", 0)])
def test_reading_time(text: str, minutes: int) -> None:
    (article,) = articles(written("wallabag", entry(html=f"<p>{text}</p>")))
    assert article.reading_time == minutes


def test_what_has_no_address_is_left_out() -> None:
    for name in FORMATS:
        assert written(name, NOWHERE) == written(name)
        assert written(name, PLAIN, NOWHERE, HARD) == written(name, PLAIN, HARD)
    assert json.loads(written("wallabag")) == []
    assert written("archivebox") == b""
    assert Bookmarks(written("netscape")).folders == [SITE]


def test_what_has_no_title_is_called_by_its_address() -> None:
    nameless = entry(title="", source="", category="", tags=(), html="", url="http://[broken/")
    assert [one["title"] for one in Bookmarks(written("netscape", nameless)).found] == [nameless.url]
    (article,) = articles(written("wallabag", nameless))
    assert (article.title, article.domain_name, article.authors, article.tags) == (nameless.url, None, [], [])
    assert archivebox(written("archivebox", entry(title="")))[0][1] == "One. Two, with ."


def test_times_before_1970() -> None:
    old = entry(published=PLAIN.published - timedelta(days=30_000))
    (bookmark,) = Bookmarks(written("netscape", old)).found
    assert int(bookmark["add_date"]) == old.published.timestamp() < 0
    assert archivebox(written("archivebox", old))[0][2] == old.published


def any_entry(title: str, body: str, tag: str) -> Entry:
    """Return an entry of these texts."""
    return entry(title=title, html=body, quote=body, source=title, category="", tags=(tag, title))


@given(title=texts, body=texts, tag=texts)
def test_any_text_comes_back_from_a_bookmark_file(title: str, body: str, tag: str) -> None:
    (bookmark,) = Bookmarks(written("netscape", any_entry(title, body, tag))).found
    assert bookmark["title"] == (one_line(title) or PLAIN.url)
    expected = {" ".join(one_line(text).replace(",", " ").split()) for text in (tag, title)}
    assert set(bookmark["tags"].split(",")) - {""} == expected - {""}


@given(title=texts, body=texts, tag=texts)
def test_any_text_comes_back_from_json(title: str, body: str, tag: str) -> None:
    one = any_entry(title, body, tag)
    (article,) = articles(written("wallabag", one))
    assert article.title == (one_line(title) or PLAIN.url)
    assert article.content.endswith(printable(body))
    ((_, found, _, _),) = archivebox(written("archivebox", one))
    assert not one_line(title) or found == one_line(title)
