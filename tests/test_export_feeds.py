"""Feeds: two feed readers, an XML parser and the rules of the formats say what is in them."""

from __future__ import annotations

import json
from calendar import timegm
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import fastfeedparser  # type: ignore[import-untyped]
import feedparser
import msgspec
import pytest
from hypothesis import given
from lxml import etree

from archiver.errors import ExportError
from archiver.text import one_line, printable
from tests.exported import PLAIN, SITE, entry, texts, written

if TYPE_CHECKING:
    from pathlib import Path

    from archiver.exports import Entry
    from tests.conftest import Archive

ATOM = "{http://www.w3.org/2005/Atom}"
ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"
FEEDS = ["atom", "rss", "jsonfeed"]
XML_FEEDS = ["atom", "rss"]
EDITED = entry(id="2", url="", title="", source="", category="", tags=(), quote="A <quote> & more.", revision=2)


class Author(msgspec.Struct, forbid_unknown_fields=True):
    """jsonfeed.org/version/1.1, "authors"."""

    name: str


class Item(msgspec.Struct, forbid_unknown_fields=True):
    """jsonfeed.org/version/1.1, "items", as far as we use it: what has no default here we always write."""

    id: str
    content_html: str
    date_published: datetime
    date_modified: datetime
    url: str | None = None
    title: str | None = None
    summary: str | None = None
    image: str | None = None
    authors: list[Author] = []
    tags: list[str] = []
    language: str | None = None


class JsonFeed(msgspec.Struct, forbid_unknown_fields=True):
    """jsonfeed.org/version/1.1, "top-level"."""

    version: str
    title: str
    items: list[Item]
    home_page_url: str | None = None
    feed_url: str | None = None


def read(data: bytes) -> Any:
    """Return what feedparser makes of a feed; it must find nothing wrong with it, and change nothing."""
    found = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version in ("atom10", "rss20")
    return found


def seconds(parsed: Any) -> datetime:
    """Return the time that feedparser gives, which is in UTC."""
    return datetime.fromtimestamp(timegm(parsed), UTC)


def json_feed(*entries: Entry, **about: str) -> JsonFeed:
    """Return the JSON feed of `entries`."""
    return msgspec.json.decode(written("jsonfeed", *entries, **about), type=JsonFeed)


def test_readers_see_what_is_in_the_archive(archive: Archive, tmp_path: Path) -> None:
    archive.crawl("eastmoney/market-37", "eastmoney/rolling")
    lines = archive.archiver("export", "jsonl", "--last", "50").stdout.splitlines()
    expected = [(one["title"], one["url"], datetime.fromisoformat(one["published"])) for one in map(json.loads, lines)]
    assert [time for _, _, time in expected] == sorted((time for _, _, time in expected), reverse=True)
    assert len(expected) == 2 * len(archive.replica.articles)
    ids = []
    for name in FEEDS:
        target = tmp_path / name
        result = archive.archiver("export", name, "-o", str(target))
        assert (result.returncode, result.stdout) == (0, "")
        data = target.read_bytes()
        fast = fastfeedparser.parse(data)
        assert [(one.title, one.link, datetime.fromisoformat(one.published)) for one in fast.entries] == expected
        assert fast.feed.title == "finews.withounder.com"
        ids.append([one.id for one in fast.entries])
        if name in XML_FEEDS:
            found = read(data)
            assert [(one.title, one.link, seconds(one.published_parsed)) for one in found.entries] == expected
            assert found.feed.link == "https://finews.withounder.com/"
            assert [one.id for one in found.entries] == ids[0]
    assert ids[0] == ids[1] == ids[2]
    assert len(set(ids[0])) == len(expected)


def test_a_part_of_the_archive(archive: Archive) -> None:
    ids = [record.id for record in archive.replica.articles]
    archive.replica.listings |= {"market-37": ids[:3], "rolling": ids[3:8]}
    archive.crawl("eastmoney/market-37", "eastmoney/rolling")

    def links(*options: str) -> list[str]:
        found = fastfeedparser.parse(archive.archiver("export", "rss", *options).stdout.encode())
        return [one.link for one in found.entries]

    every = links()
    assert len(every) == 8
    assert links("--last", "2") == every[:2]
    assert set(links("--last", "0")) == set(every)
    assert set(links("--source", "eastmoney/rolling")) == {link for link in every if "/a/" in link}
    assert len(links("--source", "eastmoney/market-37")) == 3
    assert links("--query", "nobody wrote this") == []


@pytest.mark.parametrize("name", XML_FEEDS)
def test_all_that_a_feed_says_of_an_entry(name: str) -> None:
    found = read(written(name, PLAIN, EDITED))
    plain, edited = found.entries
    assert (plain.title, plain.link, plain.author) == (PLAIN.title, PLAIN.url, "The Gazette")
    assert seconds(plain.published_parsed) == PLAIN.published
    assert [tag.term for tag in plain.tags] == ["gazette", "Gazette news"]
    assert plain.summary == "One. Two, with ."
    assert [(one.type, one.value) for one in plain.content] == [("text/html", PLAIN.html)]
    assert edited.id != plain.id
    assert not edited.get("links")
    assert name == "atom" or edited.guidislink is False
    assert edited.summary == EDITED.quote
    assert edited.content[0].value == f"<blockquote><p>A &lt;quote&gt; &amp; more.</p></blockquote>\n{EDITED.html}"
    assert seconds(edited.updated_parsed) == EDITED.saved
    assert seconds(edited.published_parsed) == EDITED.published


def test_what_a_json_feed_says_of_an_entry() -> None:
    feed = json_feed(PLAIN, EDITED)
    assert (feed.version, feed.title) == ("https://jsonfeed.org/version/1.1", SITE)
    assert feed.home_page_url == f"https://{SITE}/"
    plain, edited = feed.items
    assert (plain.title, plain.url, plain.content_html) == (PLAIN.title, PLAIN.url, PLAIN.html)
    assert (plain.date_published, plain.date_modified) == (PLAIN.published, PLAIN.published)
    assert (plain.authors, plain.tags) == ([Author("The Gazette")], ["gazette", "Gazette news"])
    assert plain.image == "http://gazette.example.com/1.png?a=1&b=2"
    assert (edited.url, edited.title, edited.authors, edited.tags) == (None, None, [], [])
    assert (edited.date_published, edited.date_modified) == (EDITED.published, EDITED.saved)


def test_atom_has_what_rfc_4287_requires() -> None:
    feed = etree.fromstring(written("atom", PLAIN, EDITED))
    # 4.1.1 and 4.1.2: exactly one of each; an author of the feed where an entry has none.
    for element in (feed, *feed.iter(f"{ATOM}entry")):
        assert [len(element.findall(f"{ATOM}{name}")) for name in ("id", "title", "updated")] == [1, 1, 1]
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == SITE
    # The schema (appendix B) has what is said of the feed before its entries.
    names = [one.tag.removeprefix(ATOM) for one in feed if isinstance(one.tag, str)]
    assert names.index("entry") == len(names) - 2
    updated = datetime.fromisoformat(feed.findtext(f"{ATOM}updated") or "")
    assert updated.replace(microsecond=0) == EDITED.saved
    assert updated == max(datetime.fromisoformat(one.text or "") for one in feed.iter(f"{ATOM}updated"))
    assert [one.findtext(f"{ATOM}published") for one in feed.iter(f"{ATOM}entry")] == ["2024-03-15T08:12:36+08:00"] * 2
    assert [one.get("type") for one in feed.iter(f"{ATOM}content")] == ["html", "html"]


def test_entries_of_one_minute_have_times_of_their_own() -> None:
    """They stay the same, whatever else is in the feed: readers take another time for a change."""
    same = [entry(id=str(number)) for number in range(50)]
    feed = etree.fromstring(written("atom", *same))
    times = [one.text for one in feed.findall(f"{ATOM}entry/{ATOM}updated")]
    assert len(set(times)) == 50
    assert {time and time[:19] for time in times} == {PLAIN.published.isoformat()[:19]}
    alone = etree.fromstring(written("atom", same[7]))
    assert alone.findtext(f"{ATOM}entry/{ATOM}updated") == times[7]


@pytest.mark.parametrize(
    ("target", "expected"),
    [("archive/feeds/new 1.xml", "feeds/new%201.xml"), ("elsewhere/feed.xml", "feed.xml"), ("", None)],
)
def test_a_feed_says_where_it_is(target: str, expected: str | None) -> None:
    address = expected and f"https://{SITE}/{expected}"
    feed = etree.fromstring(written("atom", PLAIN, target=target))
    (channel,) = etree.fromstring(written("rss", PLAIN, target=target))
    for found in (feed.findall(f"{ATOM}link[@rel='self']"), channel.findall(f"{ATOM}link[@rel='self']")):
        assert [one.get("href") for one in found] == ([address] if address else [])
    assert json_feed(PLAIN, target=target).feed_url == address
    assert etree.fromstring(written("atom", PLAIN, site="", target=target)).findall(f"{ATOM}link[@rel='self']") == []


def test_languages_that_pages_say_or_texts_tell() -> None:
    german = "<em>Der</em> Rat hat am Donnerstag nach langer Debatte beschlossen, dass die Brücke nicht von der Stadt "
    german += "gebaut wird und das Geld für den Bau auch mit dem Land geteilt werden soll, was ein Sprecher bestätigte."
    texts = {
        "zh": "一家公司的新闻。",
        "ja": "これは新聞です。",
        "ko": "한국 뉴스",
        "de": german,
        "": "Plain news.",
    }
    entries = [entry(id=one, title="", html=f"<p>{text}</p>", language="") for one, text in texts.items()]
    texts["pt-BR"] = german
    entries.append(entry(id="said", title="", html=f"<p>{german}</p>", language="pt_br"))
    assert [item.language or "" for item in json_feed(*entries).items] == list(texts)
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    several = etree.fromstring(written("atom", *entries))
    assert several.get(lang) is None
    assert [one.get(lang, "") for one in several.iter(f"{ATOM}entry")] == list(texts)
    assert etree.fromstring(written("atom", entries[0])).get(lang) == "zh"


def test_rss_has_what_its_specification_requires() -> None:
    (channel,) = etree.fromstring(written("rss", PLAIN))
    assert [channel.findtext(name) for name in ("title", "link")] == [SITE, f"https://{SITE}/"]
    assert channel.findtext("description")
    (item,) = channel.findall("item")
    assert item.findtext("pubDate") == "Fri, 15 Mar 2024 08:12:36 +0800"
    assert [one.get("isPermaLink") for one in item.findall("guid")] == ["false"]


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_may_be_empty(name: str) -> None:
    data = written(name)
    assert fastfeedparser.parse(data).entries == []
    if name in XML_FEEDS:
        assert read(data).entries == []


@pytest.mark.parametrize("name", ["atom", "jsonfeed"])
def test_a_feed_needs_no_site(name: str) -> None:
    found = fastfeedparser.parse(written(name, PLAIN, site=""))
    assert (found.feed.title, [one.title for one in found.entries]) == ("archive", [PLAIN.title])


def test_rss_needs_a_site() -> None:
    with pytest.raises(ExportError, match="set ARCHIVER_SITE"):
        written("rss", PLAIN, site="")


def test_ids_stay_whatever_else_changes() -> None:
    """What readers have seen must not come again: these are written down, not computed."""
    other = entry(url="http://elsewhere.example.com/", title="Another", revision=7, path="_posts/2024/03/x.md")
    assert {item.id for item in json_feed(PLAIN, other).items} == {"urn:uuid:5292f6ff-3131-5681-a5bd-86aaf88d6685"}
    assert json_feed(PLAIN, site="elsewhere.example.org").items[0].id != json_feed(PLAIN).items[0].id
    found = [read(written("atom", target=target)).feed.id for target in ("a/feed.xml", "b/feed.xml", "b/other.xml", "")]
    assert found[0] == found[1]
    assert len(set(found)) == 3


def test_times_that_no_feed_can_say_are_in_utc() -> None:
    mean = timezone(timedelta(hours=8, minutes=5, seconds=43))  # of Shanghai, until 1901
    old = entry(published=datetime(1900, 5, 6, 7, 8, 9, 250_000, tzinfo=mean))
    (item,) = json_feed(old).items
    assert item.date_published == old.published.replace(microsecond=0)
    assert b"1900-05-05T23:02:26+00:00" in written("atom", old)
    (channel,) = etree.fromstring(written("rss", old))
    assert parsedate_to_datetime(channel.findtext("item/pubDate") or "") == item.date_published


def test_summaries_are_short() -> None:
    text = "甲" * 201
    assert [
        item.summary for item in json_feed(entry(html=f"<p>{text}</p>"), entry(html=f"<p>{text[1:]}</p>")).items
    ] == [
        "甲" * 200 + "…",
        "甲" * 200,
    ]


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("few", "few"),
        ("word " * 39 + "last!", "word " * 39 + "last!"),  # 200 characters
        ("word " * 40 + "last!", "word " * 39 + "word…"),
        ("word " * 999, "word " * 39 + "word…"),
        (f"first{' ' * 1500}last", "first…"),
    ],
)
def test_a_summary_is_the_beginning_of_the_text(text: str, summary: str) -> None:
    (item,) = json_feed(entry(html=f"<p>{text}</p>", quote="")).items
    assert item.summary == summary


@given(title=texts, body=texts, quote=texts)
def test_any_text_comes_back_from_xml(title: str, body: str, quote: str) -> None:
    any_entry = entry(title=title, html=body, quote=quote, source=title, category=quote, tags=(title,))
    feed = etree.fromstring(written("atom", any_entry))
    item = etree.fromstring(written("rss", any_entry)).find("channel/item")
    assert item is not None
    for found, content in (
        (feed.findtext(f"{ATOM}entry/{ATOM}title"), feed.findtext(f"{ATOM}entry/{ATOM}content")),
        (item.findtext("title"), item.findtext(ENCODED)),
    ):
        assert found == one_line(title)
        assert (content or "").endswith(printable(body))


@given(title=texts, body=texts, quote=texts)
def test_any_text_comes_back_from_json(title: str, body: str, quote: str) -> None:
    any_entry = entry(title=title, html=body, quote=quote, source=title, category=quote, tags=(title,))
    (item,) = json_feed(any_entry).items
    assert (item.title or "") == one_line(title)
    assert item.content_html.endswith(printable(body))
