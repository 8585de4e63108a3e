"""Feeds: bytes in, entries out; no feed costs more than it is worth, asks anybody, or opens a file."""

from __future__ import annotations

import gzip
import json
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from archiver.discovery import MAX_FEED_BYTES, UpdateSchedule, kind_of, max_age, read_feed
from archiver.discovery.articles import articles_of_feed
from archiver.discovery.listing import MAX_FEED_ENTRIES, TOO_MANY_REASON, Gathered
from archiver.errors import DiscoveryError

if TYPE_CHECKING:
    from pathlib import Path

    from archiver.discovery import Feed, FeedEntry

FETCHED = datetime(2026, 3, 5, 12, tzinfo=UTC)
ADDRESS = "https://harbour.example/news/feed.xml"
HOME = "https://harbour.example/"
ATOM = 'xmlns="http://www.w3.org/2005/Atom"'


@pytest.fixture(autouse=True)
def _nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def read(content: str | bytes, address: str = ADDRESS, **options: Any) -> Feed:
    return read_feed(content.encode() if isinstance(content, str) else content, address, fetched=FETCHED, **options)


def rss(items: str, head: str = f"<link>{HOME}</link>") -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour Post</title>{head}{items}</channel></rss>'


def item(inside: str, **options: Any) -> FeedEntry:
    (entry,) = read(rss(f"<item>{inside}</item>"), **options).entries
    return entry


FORMS = {
    "rss20": rss("<item><title>Bridge</title><link>/a/1</link></item>"),
    "rss10": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel>'
    f"<link>{HOME}</link></channel><item><title>Bridge</title><link>{HOME}a/1</link></item></rdf:RDF>",
    "atom10": f'<feed {ATOM}><link href="{HOME}"/><entry><title>Bridge</title><link href="../a/1"/></entry></feed>',
    "atom03": '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>Bridge</title>'
    f'<link rel="alternate" type="text/html" href="{HOME}a/1"/></entry></feed>',
    "json1": json.dumps(
        {"version": "https://jsonfeed.org/version/1", "items": [{"id": 7, "title": "Bridge", "url": "/a/1"}]}
    ),
    "json11": json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": f"{HOME}a/1", "title": "Bridge"}]}
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_feeds_of_every_kind(form: str) -> None:
    feed = read(FORMS[form])
    assert (feed.form, [(entry.address, entry.title) for entry in feed.entries]) == (form, [(f"{HOME}a/1", "Bridge")])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("<!doctype html><html><body>Hello</body></html>", "it is a web page"),
        ("", "nothing in it looks like one"),
        ("/etc/passwd", "nothing in it looks like one"),
        (f"{HOME}feed", "it is a sitemap"),  # a text with an address in a line
        ("<urlset><url><loc>https://harbour.example/1</loc></url></urlset>", "it is a sitemap"),
        ('{"version": "https://jsonfeed.org/version/1", "items": 3}', "without a list"),
        ('{"version": "https://jsonfeed.org/version/1", "items": [', "JSON cannot be read"),
        ('{"version": "https://jsonfeed.org/version/1", "items": ' + "[" * 100_000, "JSON cannot be read"),
    ],
)
def test_what_is_no_feed_is_said(content: str, why: str) -> None:
    with pytest.raises(DiscoveryError, match=why) as error:
        read(content)
    assert str(error.value).startswith(f"{ADDRESS}: no feed: ")


def test_a_body_that_is_a_path_opens_no_file(tmp_path: Path) -> None:
    file = tmp_path / "feed"
    file.write_text(FORMS["rss20"], encoding="utf-8")
    with pytest.raises(DiscoveryError):
        read(str(file))


@pytest.mark.parametrize(
    "content",
    [
        rss("<item " + " ".join(f'a{number}="1"' for number in range(20_000)) + "/>"),
        rss("<item>" + f"<link>{HOME}a/1</link>" * 20_000 + "</item>"),
        rss("<item><title>" + "x" * MAX_FEED_BYTES + "</title></item>"),
        gzip.compress(rss("<item><title>" + "x" * 2 * MAX_FEED_BYTES + "</title></item>").encode()),
    ],
    ids=["attributes", "links", "size", "bomb"],
)
def test_what_would_take_too_long_is_refused(content: str | bytes) -> None:
    with pytest.raises(DiscoveryError, match="no feed that is read"):
        read(content)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("&#xD800;", "�"),
        ("&#55296;", "�"),
        ("&#55357;&#56832;", "😀"),  # the two halves of a character in UTF-16
        ("&#xD83D;&#xde00;", "😀"),
        ("&#x110000;", ""),
        ("&#9999999;", ""),
        ("&#xFFFE;", ""),
        ("&#0;&#27;", ""),
        ("&#99999999999;", "&#99999999999;"),
        ("&#3;&#128512;", "😀"),
    ],
)
@pytest.mark.parametrize("place", ["title", "description", "guid", "author", "category"])
@pytest.mark.parametrize("broken", ["", "</broken>"])
def test_a_reference_to_no_character_costs_no_other(written: str, title: str, place: str, broken: str) -> None:
    item = f"<item><link>{HOME}a/1</link><{place}>{written} Bridge</{place}>{broken}</item>"
    first, second = read(f"<rss><channel>{item}<item><link>{HOME}a/2</link></item></channel></rss>").entries
    assert (first.address, second.address) == (f"{HOME}a/1", f"{HOME}a/2")
    if place == "title" and "9999999999" not in written:
        assert first.title == f"{title} Bridge".strip()


def test_entities_that_grow_give_nothing() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 50}">' for n in range(12))
    feed = read(f"<!DOCTYPE rss [{entities}]>{rss(f'<item><title>&e11;</title><link>{HOME}a/1</link></item>')}")
    assert all(len(entry.title) < 1000 for entry in feed.entries)


def test_a_file_that_an_entity_names_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("swordfish", encoding="utf-8")
    feed = read(
        f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        + rss(f"<item><title>a &x;</title><link>{HOME}a/1</link></item>")
    )
    assert "swordfish" not in repr(feed)


CHINESE = "<item><title>临岚港开通新航线镕</title><link>https://harbour.example/a/1</link></item>"


@pytest.mark.parametrize(
    ("declared", "encoding", "header"),
    [
        ("gb2312", "gb18030", None),
        ("gbk", "gb18030", None),
        ("utf-8", "utf-8", "text/xml; charset=gb2312"),
        ("gb2312", "utf-8", None),
        (None, "gb18030", None),
        (None, "utf-8", None),
        ("big5", "utf-8", "text/xml; charset=iso-8859-1"),
        ("utf-8", "utf-8-sig", None),
        ("utf-16", "utf-16", None),
        ("utf-8", "utf-16-le", "text/xml; charset=utf-8"),
    ],
)
def test_encodings_that_are_declared_wrongly(declared: str | None, encoding: str, header: str | None) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    content = declaration + rss(CHINESE).partition("?>")[2]
    (entry,) = read(content.encode(encoding), content_type=header).entries
    assert (entry.title, entry.address) == ("临岚港开通新航线镕", f"{HOME}a/1")


def test_one_damaged_character_costs_no_other() -> None:
    content = rss(
        CHINESE * 1 + "<item><title>第二条新闻</title><link>https://harbour.example/a/2</link></item>"
    ).encode()
    feed = read(content.replace("航".encode(), "航".encode()[:2]))
    assert [entry.title for entry in feed.entries] == ["临岚港开通新\ufffd线镕", "第二条新闻"]
    assert feed.note == "utf-8, 1 place unreadable"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Tea &amp; cake", "Tea & cake"),
        ("Tea & cake, AT&T", "Tea & cake, AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("Caf&eacute;&nbsp;open", "Café open"),
        ("A &lt;b&gt;bold&lt;/b&gt; move", "A bold move"),
        ("<![CDATA[A <b>bold</b> move & more]]>", "A bold move & more"),
        ("Bridge&lt;script&gt;alert(1)&lt;/script&gt;", "Bridge"),
        ("&lt;img src=x onerror=alert(1)&gt;Bridge", "Bridge"),
        ("1 &lt; 2 and 3 &gt; 2", "1 < 2 and 3 > 2"),
        ("two\n   lines\x07", "two lines"),
    ],
)
def test_titles_are_text(written: str, title: str) -> None:
    assert item(f"<title>{written}</title><link>/a/1</link>").title == title


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ('<title type="text">The &lt;b&gt; tag</title>', "The <b> tag"),
        ('<title type="html">A &lt;b&gt;bold&lt;/b&gt; move</title>', "A bold move"),
        (
            '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <b>bold</b> move</div></title>',
            "A bold move",
        ),
    ],
)
def test_titles_of_atom_say_what_they_are(written: str, title: str) -> None:
    (entry,) = read(f'<feed {ATOM}><entry>{written}<link href="/a/1"/></entry></feed>').entries
    assert entry.title == title


@pytest.mark.parametrize(
    ("inside", "address"),
    [
        ("<link>/a/1?x=1&y=2</link>", f"{HOME}a/1?x=1&y=2"),
        ("<link>a/1</link>", "https://harbour.example/news/a/1"),
        ("<link> \n https://harbour.example/a/1\n</link>", f"{HOME}a/1"),
        ("<link>/a/1?utm_source=rss&amp;id=3</link>", f"{HOME}a/1?id=3"),
        (f"<guid>{HOME}a/1</guid>", f"{HOME}a/1"),
        ('<link>/a/1</link><guid isPermaLink="false">https://harbour.example/?p=9</guid>', f"{HOME}a/1"),
        # a link that is there and empty
        (f"<link></link><guid>{HOME}a/1</guid>", f"{HOME}a/1"),
        (f'<guid isPermaLink="true">{HOME}a/1</guid><link/>', f"{HOME}a/1"),
        ("<guid>abc-1</guid><link>/a/1</link>", f"{HOME}a/1"),
        ("<link>/a/1</link><link>/a/2</link>", f"{HOME}a/1"),
        # a host without a scheme
        ("<link>harbour.example/a/1</link>", f"{HOME}a/1"),
        ("<link><![CDATA[ www.harbour.example/a/1?x=1&y=2 ]]></link>", "https://www.harbour.example/a/1?x=1&y=2"),
        ("<link>www.other.example:8080</link>", "https://www.other.example:8080/"),
        ("<link type='text/html'>News.Harbour.example?a=1</link>", "https://news.harbour.example/?a=1"),
        ('<l:link xmlns:l="http://www.w3.org/2005/Atom" href = "harbour.example/a/1"/>', f"{HOME}a/1"),
        ("<link>story.html/1</link>", f"{HOME}news/story.html/1"),
        ("<link>harbour.example.html</link>", f"{HOME}news/harbour.example.html"),
        # the address of the feed itself is no article's
        (f"<link>#</link><guid>{HOME}a/1</guid>", f"{HOME}a/1"),
        (f"<link>{ADDRESS}?utm_source=x</link><guid>{HOME}a/1</guid>", f"{HOME}a/1"),
        # a host that counts readers
        ("<link>https://count.example/~r/1</link><guid>https://harbour.example/?p=17</guid>", f"{HOME}?p=17"),
        ("<link>https://count.example/~r/1</link><guid>https://harbour.example/</guid>", "https://count.example/~r/1"),
        ("<link>https://count.example/~r/1</link><guid>https://harbour.example/a/1</guid>", f"{HOME}a/1"),
        ("<link>https://count.example/?to=https%3A%2F%2Fharbour.example%2Fa%2F1</link>", f"{HOME}a/1"),
        ("<link>https://count.example/go/https://harbour.example/a/1</link>", f"{HOME}a/1"),
        (
            "<link>https://count.example/~r/1</link>"
            '<o:origLink xmlns:o="http://rssnamespace.org/feedburner/ext/1.0">https://harbour.example/a/1</o:origLink>',
            f"{HOME}a/1",
        ),
        # another site's article stays that
        ("<link>https://other.example/b/2</link>", "https://other.example/b/2"),
        (
            "<link>https://other.example/b/2?q=https://harbour.example/</link>",
            "https://other.example/b/2?q=https://harbour.example/",
        ),
    ],
)
def test_the_address_is_that_of_the_article(inside: str, address: str) -> None:
    assert item(inside).address == address


@pytest.mark.parametrize(
    "inside",
    [
        "<title>no link</title>",
        "<guid>abc-1</guid>",
        '<guid isPermaLink="false">https://harbour.example/?p=9</guid>',
        '<link/><guid isPermaLink="false">https://harbour.example/?p=9</guid>',
        "<link>javascript:alert(1)</link>",
        "<link>http://[broken/</link>",
        "<link>#item-1</link>",
    ],
)
def test_what_has_no_address_is_counted(inside: str) -> None:
    feed = read(rss(f"<item>{inside}</item>"))
    assert (feed.entries, feed.left_out) == ((), {"no address of the web": 1})


@pytest.mark.parametrize(
    ("links", "address"),
    [
        ('<link href="/en/1"/><link hreflang="fr" href="/fr/1"/>', "en/1"),
        ('<link hreflang="fr" href="/fr/1"/><link hreflang="en-GB" href="/en/1"/>', "en/1"),
        ('<link type="application/json" href="/1.json"/><link type="text/html" href="/en/1"/>', "en/1"),
        (
            '<link rel="self" href="/self/1"/><link rel="enclosure" href="/1.mp3"/><link href="/en/1"/>',
            "en/1",
        ),
        ('<link rel="enclosure" href="/1.mp3"/><id>https://harbour.example/en/1</id>', "en/1"),
        # a page in another language before what is no page
        ('<link hreflang="en" type="application/json" href="/1.json"/><link hreflang="fr" href="/fr/1"/>', "fr/1"),
    ],
)
def test_of_several_links_that_of_the_page_counts(links: str, address: str) -> None:
    (entry,) = read(
        f'<feed {ATOM} xml:lang="en"><title>T</title><link href="{HOME}"/><entry>{links}</entry></feed>'
    ).entries
    assert entry.address == HOME + address


def test_a_base_counts() -> None:
    content = f'<feed {ATOM} xml:base="https://harbour.example/x/"><entry xml:base="y/"><link href="1"/></entry></feed>'
    assert read(content).entries[0].address == "https://harbour.example/x/y/1"


@pytest.mark.parametrize(
    ("written", "language", "time"),
    [
        ("Wed, 04 Mar 2026 10:00:00 +0800", "en", "2026-03-04T02:00:00"),
        ("Wed, 04 Mar 2026 10:00:00 CST", "zh-CN", "2026-03-04T02:00:00"),
        ("Wed, 04 Mar 2026 10:00:00 CST", "en-us", "2026-03-04T16:00:00"),
        ("2026-03-04T10:00:00Z", "en", "2026-03-04T10:00:00"),
        ("2026-03-04T10:00:00+01:00", "de", "2026-03-04T09:00:00"),
        ("2026年03月04日 10:00", "zh", "2026-03-04T02:00:00"),
        ("2026/03/04 10:00", "zh", "2026-03-04T02:00:00"),
        ("1772589600", "en", "2026-03-04T02:00:00"),
        ("04 März 2026 10:00:00 +0100", "de", "2026-03-04T09:00:00"),
        ("yesterday-ish", "en", None),
        ("0000-00-00 00:00:00", "en", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "en", None),
        ("2036-03-04T10:00:00Z", "en", None),
        ("", "en", None),
    ],
)
def test_times_are_aware_or_none(written: str, language: str, time: str | None) -> None:
    head = f"<link>{HOME}</link><language>{language}</language>"
    (entry,) = read(rss(f"<item><link>/a/1</link><pubDate>{written}</pubDate></item>", head)).entries
    found = entry.published and entry.published.astimezone(UTC).replace(tzinfo=None).isoformat()
    assert (found, entry.updated) == (time, None)


MORE = 2_500  # entries than are read


def json_items(items: list[str]) -> str:
    return f'{{"version": "https://jsonfeed.org/version/1", "items": [{", ".join(items)}]}}'


@pytest.mark.parametrize(
    "content",
    [
        rss("".join(f"<item><link>/a/{number}</link></item>" for number in range(MAX_FEED_ENTRIES + MORE))),
        rss("".join(f"<item><link>/a/{number}</link></item>" for number in range(MAX_FEED_ENTRIES + MORE)))[:-40],
        f'<feed {ATOM}><link href="{HOME}"/>'
        + "".join(f'<entry><link href="/a/{number}"/></entry>' for number in range(MAX_FEED_ENTRIES + MORE))
        + "</feed>",
        json_items([f'{{"url": "/a/{number}"}}' for number in range(MAX_FEED_ENTRIES + MORE)]),
    ],
    ids=["rss", "broken off", "atom", "json"],
)
def test_of_too_many_entries_the_first_are_read(content: str) -> None:
    feed = read(content)
    assert [entry.address for entry in feed.entries] == [f"{HOME}a/{number}" for number in range(MAX_FEED_ENTRIES)]
    assert feed.left_out == {TOO_MANY_REASON: MORE}


def test_what_stands_behind_too_many_entries_is_read() -> None:
    assert read(rss("<item/>" * (MAX_FEED_ENTRIES + 1) + "<ttl>30</ttl>")).ttl == 30
    enough = read(rss("<item/>" * MAX_FEED_ENTRIES))
    assert TOO_MANY_REASON not in enough.left_out


@pytest.mark.parametrize(
    "content",
    [
        json_items(["{}"] * 2_000_000),
        rss("<item/>" * 1_000_000),
        rss("<item/>" * (MAX_FEED_ENTRIES + 1) + "<item " * 1_000_000),
    ],
    ids=["json", "rss", "open tags"],
)
def test_a_million_empty_entries_cost_no_million_times_what_one_does(
    content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[FeedEntry] = []
    add = Gathered.add

    def counted(self: Gathered, entry: FeedEntry) -> None:
        looked_at.append(entry)
        add(self, entry)

    monkeypatch.setattr(Gathered, "add", counted)
    assert sum(read(content).left_out.values()) >= 1_000_000
    assert len(looked_at) <= MAX_FEED_ENTRIES


def test_an_article_is_listed_once_and_the_newest_counts() -> None:
    entries = "".join(
        f'<entry><title>{title}</title><link href="{link}"/><updated>2026-03-0{day}T10:00:00Z</updated></entry>'
        for title, link, day in (
            ("old", "/a/1", 1),
            ("other", "/a/2", 2),
            ("new", "http://www.harbour.example/a/1/?utm_medium=rss", 3),
            ("older", "/a/1#top", 1),
        )
    )
    feed = read(f"<feed {ATOM}>{entries}</feed>")
    assert [entry.title for entry in feed.entries] == ["new", "other"]
    assert feed.left_out == {"listed before": 2}


def test_of_two_that_are_as_new_the_first_counts() -> None:
    entry = '<entry><title>{}</title><link href="/a/1"/><updated>2026-03-01T10:00:00Z</updated></entry>'
    feed = read(f"<feed {ATOM}>{entry.format('First')}{entry.format('Second')}</feed>")
    assert [one.title for one in feed.entries] == ["First"]


def test_of_several_texts_the_longest_is_the_content() -> None:
    inside = (
        '<link>/a/1</link><content xmlns="http://www.w3.org/2005/Atom">A part</content><description>Short</description>'
        "<content:encoded>The whole text of the article</content:encoded>"
    )
    namespace = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    assert item(inside.replace("<content:encoded>", f"<content:encoded {namespace}>")).content == (
        "The whole text of the article"
    )


def test_when_an_entry_of_old_atom_was_made_is_its_time() -> None:
    (entry,) = read(
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><link href="/a/1"/>'
        "<created>2026-03-01T10:00:00Z</created><modified>2026-03-02T10:00:00Z</modified></entry></feed>"
    ).entries
    assert entry.published == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_one_guid_for_all_makes_them_no_duplicates() -> None:
    items = "".join(f'<item><link>/a/{n}</link><guid isPermaLink="false">0</guid></item>' for n in range(3))
    assert [entry.guid for entry in read(rss(items)).entries] == ["0", "0", "0"]


def test_the_content_stays_as_it_is() -> None:
    html = '<p style="x">One <img data-src="/i.jpg"><iframe src="/v"></iframe></p>'
    entry = item(
        f'<link>/a/1</link><description>short</description><c:encoded xmlns:c="http://purl.org/rss/1.0/modules/content/">'
        f"<![CDATA[{html}]]></c:encoded>"
    )
    assert (entry.content, entry.base) == (html, ADDRESS)
    assert item("<link>/a/1</link><description>&lt;p&gt;short</description>").content == "<p>short"


def test_what_a_feed_says_of_itself() -> None:
    feed = read(
        rss(
            "",
            f"<link>{HOME}</link><language>en</language><ttl>60</ttl><skipHours><hour>1</hour><hour>24</hour></skipHours>"
            f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="hub" href="https://hub.example/"/>'
            f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="next" href="{ADDRESS}?page=2"/>',
        )
    )
    assert (feed.title, feed.home, feed.language) == ("Harbour Post", HOME, "en")
    assert (feed.ttl, feed.skip_hours) == (60, frozenset({0, 1}))
    assert (feed.hub, feed.next_page) == ("https://hub.example/", f"{ADDRESS}?page=2")


@pytest.mark.parametrize(
    "content",
    [
        "\n\n  " + FORMS["rss20"],
        "<br />\n<b>Warning</b>: something in line 3\n" + FORMS["rss20"],
        FORMS["rss20"].removesuffix("</item></channel></rss>"),
        FORMS["rss20"].replace("Bridge", "Bri\x0bdge"),
        FORMS["rss20"].replace("<title>Bridge", "<media:title>x</media:title><title>Bridge"),
        FORMS["rss20"].replace("</channel>", "</chanel>"),
        "<!-- made by <html> -->" + FORMS["rss20"],
    ],
)
def test_broken_feeds_are_read_as_far_as_they_go(content: str) -> None:
    assert [(entry.address, entry.title) for entry in read(content).entries] == [(f"{HOME}a/1", "Bridge")]


@pytest.mark.parametrize("form", ["rss20", "atom10", "json1", "json11"])
@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress,
        lambda content: gzip.compress(gzip.compress(content)),
        lambda content: content.decode().encode("utf-16"),
        lambda content: content.decode().encode("utf-16-le"),
        lambda content: content.decode().encode("utf-16-be"),
    ],
)
def test_feeds_of_every_kind_in_every_packing(form: str, packed: Any) -> None:
    (entry,) = read(packed(FORMS[form].encode())).entries
    assert entry.address == f"{HOME}a/1"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "before", [" \n" * 100_000, f"<!-- {'made by hand ' * 10_000} -->\n" * 2], ids=["blanks", "comments"]
)
def test_a_feed_may_begin_late(form: str, before: str) -> None:
    if before.isspace() or not form.startswith("json"):  # JSON has no comments
        assert [entry.title for entry in read(before + FORMS[form]).entries] == ["Bridge"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("<!doctype html>\n<p>" + "x" * 20_000, "page"),
        (" " * 20_000 + "<html>", "page"),
        (f"<?xml version='1.0'?><!DOCTYPE rss>{'<!-- x -->' * 2000}<rss>", "feed"),
        ("x" * 16_384 + "<rss>", "nothing"),
        (" " * 16_382 + "<rss>", "feed"),
        (" " * 16_383 + "<rss>", "feed"),
        (" " * 16_382 + "<!-- x --><rss>", "feed"),
    ],
)
def test_what_is_looked_through_for_the_kind(content: str, kind: str) -> None:
    assert kind_of(content.encode()) == kind


def test_a_packed_feed() -> None:
    assert len(read(gzip.compress(FORMS["atom10"].encode())).entries) == 1


def test_an_item_of_rdf_may_say_where_it_is_as_its_name_only() -> None:
    """RSS 1.0, 5.5: what it is about is the address of its page."""
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        f'<item rdf:about="{HOME}a/1"><title>One</title></item><item rdf:about="urn:two"><title>Two</title></item>'
        "</rdf:RDF>"
    )
    feed = read(rdf)
    assert ([one.address for one in feed.entries], feed.left_out) == ([f"{HOME}a/1"], {"no address of the web": 1})


def test_a_json_feed() -> None:
    (feed,) = [
        read(
            json.dumps(
                {
                    "version": "https://jsonfeed.org/version/1.1",
                    "title": "Harbour Post",
                    "home_page_url": HOME,
                    "language": "zh",
                    "next_url": "/news/feed.xml?page=2",
                    "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
                    "items": [
                        {"id": 1, "url": "/a/1", "title": "1 < 2", "date_published": "2026-03-04T10:00:00Z"},
                        {"id": 2, "external_url": "https://other.example/b", "content_text": "One <two>\n\nThree"},
                        {"id": 3, "content_html": "<p>nowhere", "url": 4},
                        "no object",
                    ],
                }
            )
        )
    ]
    first, second = feed.entries
    assert (first.address, first.title, first.guid) == (f"{HOME}a/1", "1 < 2", "1")
    assert first.published == datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert (second.address, second.content) == ("https://other.example/b", "<p>One &lt;two&gt;</p><p>Three</p>")
    assert (feed.left_out, feed.hub) == ({"no address of the web": 1}, "https://hub.example/")
    assert feed.next_page == f"{ADDRESS}?page=2"


@pytest.mark.parametrize(
    ("written", "items"),
    [
        ('{"version": "VERSION", "items": [ITEM, ITEM]}\n<!-- from the cache -->', 2),
        ('{"version": "VERSION", "items": [ITEM, ITEM,],}', 2),
        ('{"version": "VERSION", /* made by hand */ "items": [ITEM, ITEM]}', 2),
        ('{"version": "VERSION", "items": [ITEM, ITEM, {"url": "/a/', 2),
        ('{"version": "VERSION", "items": [ITEM, ITEM', 2),
        ('{"version": "VERSION", "items": [ITEM, {"url": "/a/2", "title": "cut off \\', 1),
        ('{"version": "VERSION", "items": [ITEM], "extra": ' + "[" * 100_000, 1),
        ('\ufeff \n{"version": "VERSION", "items": [ITEM]}', 1),
    ],
)
def test_broken_json_feeds_are_read_as_far_as_they_go(written: str, items: int) -> None:
    text = written.replace("VERSION", "https://jsonfeed.org/version/1.1")
    for number in range(items):
        text = text.replace("ITEM", json.dumps({"url": f"/a/{number}"}), 1)
    assert [one.address for one in read(text).entries] == [f"{HOME}a/{number}" for number in range(items)]


@pytest.mark.parametrize("cut", ["", "[", "[{", '[{"url": "', "[9, 9", "[" * 100_000])
def test_a_json_feed_that_breaks_off_before_its_items_is_none(cut: str) -> None:
    with pytest.raises(DiscoveryError, match="its JSON cannot be read"):
        read(f'{{"version": "https://jsonfeed.org/version/1.1", "items": {cut}')


@pytest.mark.parametrize("moment", [1795860000, 1795860000.5, 1795860000000, "1795860000"])
def test_a_time_of_a_json_feed_may_be_a_number(moment: object) -> None:
    item = {"url": "/a/1", "date_published": moment, "date_modified": moment}
    (entry,) = read(json.dumps({"version": "https://jsonfeed.org/version/1", "items": [item]})).entries
    assert entry.published == entry.updated == datetime(2026, 11, 28, 10, tzinfo=UTC)


@pytest.mark.parametrize("place", ["id", "_views", "url", "tags"])
def test_a_number_of_any_length_costs_a_json_feed_nothing(place: str) -> None:
    digits = "9" * 5_000  # more than Python converts
    items = f'[{{"url": "/a/1", "id": "1", "{place}": {digits}}}, {{"url": "/a/2"}}]'
    feed = read(f'{{"version": "https://jsonfeed.org/version/1.1", "views": -{digits}, "items": {items}}}')
    assert f"{HOME}a/2" in [one.address for one in feed.entries]
    assert len(feed.entries) == 1 + (place != "url")


NOON = datetime(2026, 11, 2, 12, 30, tzinfo=UTC)  # a Monday


@pytest.mark.parametrize(
    ("said", "max_age", "until"),
    [
        (UpdateSchedule(), 0, None),
        (UpdateSchedule(3600), 0, "2026-11-02T13:24"),
        (UpdateSchedule(3600), 7200, "2026-11-02T14:18"),
        (UpdateSchedule(10**9), 10**9, "2026-11-02T17:54"),  # six hours at most
        (UpdateSchedule(hours=(12, 13)), 0, "2026-11-02T14:00"),
        (UpdateSchedule(3600, hours=(13, 14)), 0, "2026-11-02T15:00"),
        (UpdateSchedule(days=(0, 1)), 0, "2026-11-04T00:00"),
        (UpdateSchedule(hours=tuple(range(24))), 0, None),  # never, it says: then it says nothing
        (UpdateSchedule(3600, days=tuple(range(7))), 0, "2026-11-02T13:24"),
    ],
)
def test_when_a_feed_is_asked_again(said: UpdateSchedule, max_age: int, until: str | None) -> None:
    found = said.until(NOON, max_age)
    assert (found and found.isoformat()[:16]) == until


@pytest.mark.parametrize(
    ("cache_control", "age", "seconds"),
    [
        ("max-age=300", "", 300),
        ('public, MAX-AGE = "300"', "100", 200),
        ("s-maxage=900, max-age=300", "x", 300),
        ("max-age=300, no-store", "", 0),
        ('max-age=300, no-cache="set-cookie"', "", 300),
        ("max-age=300", "400", 0),
        ("", "", 0),
    ],
)
def test_how_long_an_answer_is_good(cache_control: str, age: str, seconds: int) -> None:
    assert max_age(cache_control, age) == seconds


def test_days_of_rest_are_read() -> None:
    feed = read(
        "<rss version='2.0'><channel><title>T</title><skipDays><day>Saturday</day><day> sunday</day><day>Feast</day>"
        "</skipDays><item><title>A</title><link>https://a.example/1</link></item></channel></rss>"
    )
    assert feed.skip_days == {5, 6}


@pytest.mark.parametrize("texts", [False, True])
def test_what_is_listed_of_an_entry(*, texts: bool) -> None:
    said = "<description>&lt;p&gt;The text&lt;/p&gt;</description>"
    changed = '<a:updated xmlns:a="http://www.w3.org/2005/Atom">2026-03-04T10:00:00Z</a:updated>'
    (one,) = articles_of_feed([item(f"<title>Bridge</title><link>/a/1</link>{changed}{said}")], texts=texts)
    moment = datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert (one.published, one.modified, one.time) == (moment, moment, moment)
    assert (one.content, one.base) == (("<p>The text</p>", ADDRESS) if texts else ("", ""))


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ({"url": "www.harbour.example/a/1"}, "https://www.harbour.example/a/1"),
        ({"external_url": "harbour.example/a/1"}, f"{HOME}a/1"),
        ({"url": "#", "id": f"{HOME}a/1"}, f"{HOME}a/1"),
    ],
)
def test_addresses_of_a_json_feed_are_as_those_of_others(said: dict[str, str], address: str) -> None:
    feed = read(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"title": "Bridge", **said}]}))
    assert [entry.address for entry in feed.entries] == [address]


def test_titles_and_languages_of_a_json_feed_are_what_they_say() -> None:
    items = [{"url": "/a/1", "title": "Tea < <b>cake</b> &amp; jam", "language": "de"}, {"url": "/a/2", "title": "x"}]
    head = {"version": "https://jsonfeed.org/version/1.1", "title": "A <b>Post</b>", "language": "fr"}
    feed = read(json.dumps(head | {"items": items}))
    assert feed.title == "A <b>Post</b>"
    assert [(one.title, one.language) for one in feed.entries] == [("Tea < <b>cake</b> &amp; jam", "de"), ("x", "fr")]
