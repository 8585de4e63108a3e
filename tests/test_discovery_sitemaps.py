"""Sitemaps: bytes in, entries out, one by one; robots.txt names them."""

from __future__ import annotations

import gzip
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archiver.discovery import MAX_ENTRIES, MAX_SITEMAP_BYTES, Sitemap, SitemapEntry, kind_of, listed_sitemaps
from archiver.discovery.articles import articles_of_sitemap
from archiver.discovery.unpacking import PIECE_BYTES
from archiver.errors import DiscoveryError

FETCHED = datetime(2026, 3, 5, 12, tzinfo=UTC)
ADDRESS = "https://harbour.example/maps/sitemap.xml"
SITE = "https://harbour.example/"
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
IMAGE = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'


def packed(content: bytes) -> bytes:
    """Return it packed, the same each time: a name of a test is made of it."""
    return gzip.compress(content, 1, mtime=0)


def sitemap(content: str | bytes) -> Sitemap:
    return Sitemap(content.encode() if isinstance(content, str) else content, ADDRESS, fetched=FETCHED)


def addresses(content: str | bytes) -> list[str]:
    return [entry.address for entry in sitemap(content)]


def urlset(urls: str, attributes: str = NAMESPACE) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {attributes}>{urls}</urlset>'


def url(number: int, more: str = "") -> str:
    return f"<url><loc>{SITE}{number}</loc>{more}</url>"


TWO = urlset(url(1) + url(2))


@pytest.mark.parametrize(
    "content",
    [
        TWO,
        urlset(url(1) + url(2), ""),
        urlset(url(1) + url(2), 'xmlns="https://www.sitemaps.org/wrong"'),
        "\n\n \ufeff" + TWO,
        "<br /><b>Notice</b>: something\n" + TWO,
        TWO.removesuffix("</urlset>"),
        TWO.removesuffix("</url></urlset>"),
        TWO.replace("<url>", "<sm:url>").replace("</url>", "</sm:url>").replace("loc>", "sm:loc>"),
        TWO.replace("url>", "Url>").replace("loc>", "Loc>"),
        TWO + "<!-- cached -->trailing",
        TWO.replace("</url><url>", "<changefreq>daily</changefrq></url><url>"),
        TWO.replace("1</loc>", "1\x0b</loc>"),
        TWO.upper().replace("HTTPS://HARBOUR.EXAMPLE", SITE[:-1]).replace("HTTP://WWW.SITEMAPS.ORG/", ""),
        TWO.replace("<loc>", "<loc><![CDATA[").replace("</loc>", "]]></loc>"),
        TWO.replace("<loc>", "<loc>\n   ").replace("</loc>", "\n </loc>"),
        TWO.replace("<loc>https://harbour.example", "<loc>"),
        TWO.replace("<loc>https:", "<loc>"),
        TWO.replace("urlset", "sm:urlset")
        .replace("xmlns=", "xmlns:sm=")
        .replace("url>", "sm:url>")
        .replace("loc>", "sm:loc>"),
        f"{SITE}1\n{SITE}2\n",
        f"\ufeff{SITE}1\r\n\r\n  {SITE}2",
        f"{SITE}1 2026-03-04 the bridge\n{SITE}2\tdaily\n",
        f"# The pages of\n#\n  # {SITE}3\n\n{SITE}1\n# {SITE}4\nSee {SITE}5\n{SITE}2 # new > old",
        f"<!-- {'made by hand ' * 20_000} -->\n{TWO}",
        " " * 100_000 + TWO,
        "# made by hand\n" * 20_000 + f"{SITE}1\n{SITE}2\n",
        TWO.encode("utf-32"),
        TWO.encode("utf-32-le"),
        b"\0\0\xfe\xff" + TWO.encode("utf-32-be"),
        f"{SITE}1\n{SITE}2\n".encode("utf-32"),
        TWO.encode("utf-16"),
        TWO.encode("utf-16-le"),
        ("\n" + TWO).encode("utf-16-be"),
        f"{SITE}1\n{SITE}2\n".encode("utf-16-le"),
        TWO.replace("UTF-8", "utf-16").encode(),
        packed(TWO.encode()),
        packed(packed(TWO.encode())),
        packed(TWO.encode()) + b"\0" * 9,
        packed(TWO[:80].encode()) + packed(TWO[80:].encode()),
    ],
)
def test_sitemaps_as_they_are(content: str | bytes) -> None:
    assert addresses(content) == [f"{SITE}1", f"{SITE}2"]
    assert kind_of(content.encode() if isinstance(content, str) else content) == "sitemap"


@pytest.mark.parametrize(
    "content",
    [
        "",
        " " * 20_000,
        f"<!-- {SITE} " * 20_000,
        "<?" * 100_000,
        f"# {SITE}1\n" * 20_000,
        "<html><body>Not found</body></html>",
        "nothing",
        "<rss><channel/></rss>",
        packed(b"<html></html>"),
        b"\x1f\x8b broken",
        b"\x1f",
    ],
)
def test_what_is_no_sitemap_is_said(content: str | bytes) -> None:
    with pytest.raises(DiscoveryError, match=f"{ADDRESS}: no sitemap"):
        addresses(content)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("/a?x=1&y=2", "a?x=1&y=2"),
        ("/a?x=1&amp;y=2", "a?x=1&y=2"),
        ("/a?copy=1&copy=2", "a?copy=1&copy=2"),
        ("<![CDATA[/a?x=1&y=2]]>", "a?x=1&y=2"),
        ("<![CDATA[/a?x=1&amp;y=2]]>", "a?x=1&amp;y=2"),
        ("/caf&eacute;", "caf%C3%A9"),
        ("/a?utm_source=map&amp;id=1", "a?id=1"),
    ],
)
def test_an_ampersand_costs_nothing(written: str, address: str) -> None:
    assert addresses(urlset(f"<url><loc>{written}</loc></url>")) == [SITE + address]


@pytest.mark.parametrize("attributes", [f"{NAMESPACE} {IMAGE}", NAMESPACE])
def test_the_address_of_a_picture_is_not_that_of_the_page(attributes: str) -> None:
    picture = f"<image:image><image:loc>{SITE}i.png</image:loc></image:image>"
    loose = f"<image:loc>{SITE}i.png</image:loc>"
    content = urlset(f"<url>{loose}{picture}<loc>{SITE}1</loc>{picture}{loose}</url>", attributes)
    assert addresses(content) == [f"{SITE}1"]


@pytest.mark.parametrize("attributes", [f"{NAMESPACE} {NEWS}", NAMESPACE])
def test_a_news_sitemap(attributes: str) -> None:
    news = (
        "<news:news><news:publication><news:name>Harbour Post</news:name></news:publication>"
        "<news:publication_date>2026-03-04T10:00:00+01:00</news:publication_date>"
        "<news:title>Tea &amp; cake in Caf&eacute; <![CDATA[<b>One</b>]]></news:title></news:news>"
    )
    (entry,) = sitemap(urlset(url(1, f"<lastmod>2026-03-05</lastmod>{news}"), attributes))
    assert (entry.address, entry.title) == (f"{SITE}1", "Tea & cake in Café One")
    assert entry.published == datetime(2026, 3, 4, 9, tzinfo=UTC)
    assert entry.modified == datetime(2026, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2026-03-04T10:00:00+08:00", datetime(2026, 3, 4, 2, tzinfo=UTC)),
        ("2026-03-04T10:00+08:00", datetime(2026, 3, 4, 2, tzinfo=UTC)),
        ("2026-03-04T10:00:00.123Z", datetime(2026, 3, 4, 10, 0, 0, 123000, tzinfo=UTC)),
        ("2026-03-04 10:00:00", datetime(2026, 3, 4, 10, tzinfo=UTC)),
        ("Wed, 04 Mar 2026 10:00:00 GMT", datetime(2026, 3, 4, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59Z", None),
        ("2026-02-30T10:00:00Z", None),
        ("soon", None),
    ],
)
def test_when_a_page_changed(written: str, time: datetime | None) -> None:
    (entry,) = sitemap(urlset(url(1, f"<lastmod> {written} </lastmod>")))
    assert entry.modified == time


def test_an_index_and_a_file_that_is_both() -> None:
    content = f"<sitemapindex {NAMESPACE}><sitemap><loc>{SITE}s.xml.gz</loc><lastmod>2026-03-04</lastmod></sitemap>"
    (entry,) = sitemap(f"{content}</sitemapindex>")
    assert (entry.address, entry.is_sitemap, entry.modified) == (
        f"{SITE}s.xml.gz",
        True,
        datetime(2026, 3, 4, tzinfo=UTC),
    )
    both = f"{content}{url(1)}</sitemapindex>"
    assert [(entry.address, entry.is_sitemap) for entry in sitemap(both)] == [
        (f"{SITE}s.xml.gz", True),
        (f"{SITE}1", False),
    ]


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("harbour.example/1", f"{SITE}1"),
        ("www.harbour.example/1", "https://www.harbour.example/1"),
        ("NEWS.Harbour.example:8080/1", "https://news.harbour.example:8080/1"),
        ("//harbour.example/1", f"{SITE}1"),
        ("/1", f"{SITE}1"),
        ("1.html", f"{SITE}maps/1.html"),
        ("other.example/1", f"{SITE}maps/other.example/1"),  # a directory, as far as anybody knows
    ],
)
def test_a_host_needs_no_scheme(written: str, address: str) -> None:
    assert addresses(urlset(f"<url><loc>{written}</loc></url>")) == [address]
    assert listed_sitemaps(f"Sitemap: {written}".encode(), f"{SITE}maps/robots.txt") == [address]


@pytest.mark.parametrize("loc", ["", "<loc/>", "<loc>javascript:alert(1)</loc>", "<loc>http://[/</loc>"])
def test_what_has_no_address_gives_no_entry(loc: str) -> None:
    assert addresses(urlset(f"<url>{loc}</url>{url(1)}")) == [f"{SITE}1"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "shift_jis"])
def test_titles_in_other_encodings(encoding: str) -> None:
    title = "開港" * 2
    news = f"<news:news><news:title>{title}</news:title></news:news>"
    content = urlset(url(1, news), f"{NAMESPACE} {NEWS}").replace("UTF-8", encoding)
    (entry,) = sitemap(content.encode(encoding))
    assert entry.title == title


def test_a_character_in_two_pieces_stays_one() -> None:
    news = "<news:news><news:title>临岚港开通新航线</news:title></news:news>"
    titles = {
        entry.title for entry in sitemap(urlset("".join(url(n, news) for n in range(3000)), f"{NAMESPACE} {NEWS}"))
    }
    assert titles == {"临岚港开通新航线"}


@pytest.mark.parametrize("is_packed", [False, True])
def test_memory_is_flat_however_large_it_is(is_packed: bool) -> None:
    def content(entries: int) -> bytes:
        padding = "<news:news><news:title>" + "x" * 700 + "</news:title></news:news>"
        text = urlset("".join(url(number, padding) for number in range(entries)), f"{NAMESPACE} {NEWS}").encode()
        return gzip.compress(text, 1) if is_packed else text

    def peak(entries: int) -> int:
        read = sitemap(content(entries))
        tracemalloc.start()
        try:
            assert sum(1 for _ in read) == entries
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    # What is kept of addresses, the last 4,096, takes up to a million bytes; 5,000 entries are 4.5 million.
    small, large = peak(5000), peak(10_000)
    assert large < small + 2_000_000


def test_what_has_been_read_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory of the parser itself, which Python does not count."""
    kept: list[int] = []
    read = Sitemap._entry

    def entry(self: Sitemap, element: Any) -> SitemapEntry | None:
        kept.append(len(element.getroottree().getroot()))
        return read(self, element)

    monkeypatch.setattr(Sitemap, "_entry", entry)
    assert len(addresses(urlset("".join(map(url, range(20_000)))))) == 20_000
    assert max(kept) < 3_000  # in a piece there are fewer than 1,500


def test_the_limits_of_the_protocol() -> None:
    read = sitemap("".join(f"{SITE}{number}\n" for number in range(MAX_ENTRIES + 1)))
    assert sum(1 for _ in read) == MAX_ENTRIES
    assert read.cut == "it has more than 50,000 entries"


def test_a_bomb_goes_off_within_limits() -> None:
    read = sitemap(
        packed(
            TWO.removesuffix("</urlset>").encode()
            + (b"<!--" + b"x" * 99_993 + b"-->") * (MAX_SITEMAP_BYTES // 100_000 + 1)
        )
    )
    assert [entry.address for entry in read] == [f"{SITE}1", f"{SITE}2"]
    assert read.cut == "it is larger than 52,428,800 bytes"


def test_what_is_packed_twice_has_the_same_limit_at_each_step() -> None:
    nothing = packed(b"")
    read = sitemap(packed(nothing * (MAX_SITEMAP_BYTES // len(nothing) + 1) + packed(TWO.encode())))
    with pytest.raises(DiscoveryError, match="no sitemap"):
        list(read)
    many = "".join(map(url, range(100)))
    twice = packed(packed((urlset(many).removesuffix("</urlset>") + " " * MAX_SITEMAP_BYTES).encode()))
    read = sitemap(twice)
    assert (len(list(read)), read.cut) == (100, "it is larger than 52,428,800 bytes")


def test_tags_without_end_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.discovery.sitemaps.MAX_TAGS", 20_000)
    read = sitemap(urlset(url(1)).removesuffix("</urlset>") + "<x/>" * 50_000)
    assert ([entry.address for entry in read], read.cut) == ([f"{SITE}1"], "it has more than 20,000 tags")


def test_what_breaks_off_is_read_as_far_as_it_goes() -> None:
    half = packed(urlset("".join(map(url, range(20_000)))).encode())
    read = sitemap(half[: len(half) // 2])
    found = [entry.address for entry in read]
    assert found[:2] == [f"{SITE}0", f"{SITE}1"]
    assert 5000 < len(found) < 20_000
    assert read.cut == "its gzip data break off"


@pytest.mark.parametrize("urls", [2, 20_000])
@pytest.mark.parametrize("damage", [-8, -4])  # the sum of the bytes, and how many they are, are written at the end
def test_damage_costs_nothing_that_stands_before_it(urls: int, damage: int) -> None:
    content = bytearray(packed(urlset("".join(map(url, range(urls)))).encode()))
    content[damage] ^= 1
    read = sitemap(bytes(content))
    assert kind_of(bytes(content)) == "sitemap"
    assert (len(list(read)), read.cut) == (urls, "its gzip data are damaged")


@pytest.mark.parametrize("inside", ["<x>1 < 2</x>", "<x>I <3 it</x>", "<x a='<'/>", "<", "<<", "<x>a <= b << c</x>"])
def test_a_bare_mark_costs_nothing(inside: str) -> None:
    assert addresses(urlset(url(1, inside) + url(2))) == [f"{SITE}1", f"{SITE}2"]


def test_a_bare_mark_in_a_title_is_a_part_of_it() -> None:
    news = "<news:news><news:title>5 < 6 &#xD800;</news:title></news:news>"
    first, second = sitemap(urlset(url(1, news) + url(2)))
    assert (first.title, second.address) == ("5 < 6 �", f"{SITE}2")


def test_a_line_in_two_pieces_stays_one() -> None:
    lines = [f"{SITE}{number} > {SITE}more" for number in range(9000)]
    assert addresses("\n".join(lines)) == [f"{SITE}{number}" for number in range(9000)]
    assert addresses(f"{SITE}1\n{SITE}{'x' * 3_000_000}\n{SITE}2") == [f"{SITE}1", f"{SITE}2"]


def test_entities_that_grow_give_nothing() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 50}">' for n in range(12))
    found = list(sitemap(f"<!DOCTYPE urlset [{entities}]>{urlset(url(1, '<lastmod>&e11;</lastmod>'))}"))
    assert [entry.address for entry in found] == [f"{SITE}1"]


@pytest.mark.parametrize("junk", ["<![CDATA[", "<" * 100_000, "&" * 100_000, "<a>" * 50_000, "<!--"])
def test_junk_ends_it_in_time(junk: str) -> None:
    assert addresses(urlset(url(1) + junk))[:1] == [f"{SITE}1"]


def test_the_sitemaps_of_a_robots_txt() -> None:
    content = (
        "User-agent: *\nDisallow: /x\nSitemap: https://harbour.example/s1.xml\r\n  SITEMAP : /s2.xml  # new\n"
        "sitemap:https://cdn.example/s3.xml\rSite-map: s4.xml\nSitemap: https://harbour.example/s1.xml\nSitemap:\n"
        "Sitemap: ftp://harbour.example/s5.xml\n# Sitemap: /s6.xml\n"
    )
    assert listed_sitemaps(content.encode(), "https://harbour.example/robots.txt") == [
        "https://harbour.example/s1.xml",
        "https://harbour.example/s2.xml",
        "https://cdn.example/s3.xml",
        "https://harbour.example/s4.xml",
    ]


@pytest.mark.parametrize(("now", "before", "believed"), [(4, 0, True), (5, 5, True), (5, 4, False), (6, 5, False)])
def test_a_sitemap_that_says_when_it_was_made_is_not_believed(now: int, before: int, *, believed: bool) -> None:
    times = [FETCHED] * now + [FETCHED - timedelta(days=2)] * before
    entries = [SitemapEntry(f"{SITE}2026/03/04/bridge-number-{n}", modified=time) for n, time in enumerate(times)]
    assert [one.modified for one in articles_of_sitemap(entries, FETCHED)] == (
        times if believed else [None] * len(times)
    )


def test_only_what_looks_like_an_article_is_one_unless_news_say_so() -> None:
    entries = [SitemapEntry(f"{SITE}about"), SitemapEntry(f"{SITE}bridge", title="A bridge"), SitemapEntry(f"{SITE}1")]
    assert [one.address for one in articles_of_sitemap(entries, FETCHED)] == [f"{SITE}bridge"]


def test_of_what_an_entry_says_twice_the_first_counts() -> None:
    said = "".join(f"<news:news><news:title>{title}</news:title></news:news>" for title in ("First", "Second"))
    (entry,) = sitemap(urlset(url(1, f"<loc>{SITE}2</loc>{said}"), f"{NAMESPACE} {NEWS}"))
    assert (entry.address, entry.title) == (f"{SITE}1", "First")


def test_a_section_that_lies_in_two_pieces_is_read_as_one() -> None:
    """What stands in CDATA is no markup: an ampersand there is one already."""
    named = "<url><loc><![CDATA[/a?x=>&to=the-other-side-of-the-river]]></loc></url>"
    for gap in range(100, 400, 4):
        filler = "x" * (PIECE_BYTES - gap)
        assert addresses(urlset(f"<!--{filler}-->{named}")) == [f"{SITE}a?x=%3E&to=the-other-side-of-the-river"]


@pytest.mark.parametrize("behind", [b"", b"\0" * 100, b"\0" * (2 * PIECE_BYTES), b"more"])
def test_what_stands_behind_a_packed_sitemap_is_no_damage(behind: bytes) -> None:
    read = sitemap(packed(TWO.encode()) + behind)
    assert (len(list(read)), read.cut) == (2, "")
