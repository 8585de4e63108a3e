"""Pages: the feeds that they name, and which links look like articles, and why."""

from __future__ import annotations

from typing import Any

import pytest
from lxml.html import fromstring

from archiver.discovery import ListedFeed, PageLink, Shapes, read_links, read_opml, write_opml
from archiver.discovery.addresses import address_of
from archiver.discovery.places import place_of
from archiver.discovery.shapes import likeness, shape_of
from archiver.errors import DiscoveryError

SITE = "https://harbour.example/"
HEADLINE = "Council of the harbour town votes to rebuild the bridge"


def links(body: str, known: tuple[str, ...] = (), **options: Any) -> list[PageLink]:
    page = f"<!doctype html><html><head><title>Harbour Post</title></head><body>{body}</body></html>"
    return read_links(page.encode(), SITE, known=Shapes(known), **options)[1]


def feeds(head: str, body: str = "") -> list[ListedFeed]:
    return read_links(f"<html><head>{head}</head><body>{body}</body></html>".encode(), SITE)[0]


@pytest.mark.parametrize(
    ("head", "address"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/feed" title="All">', "feed"),
        ('<LINK REL=Alternate TYPE="application/atom+xml; charset=utf-8" HREF=atom.xml>', "atom.xml"),
        ('<link rel="alternate feed" type="application/feed+json" href="/feed.json">', "feed.json"),
        (
            '<link rel="alternate" type="text/xml" href="/x.xml"><link rel="alternate" href="/feed.xml">',
            "",
        ),
        ('<link rel="alternate" type="application/json" href="/feed.json">', "feed.json"),
        ('<link rel="feed" href="/news.php">', "news.php"),
        ('<link rel="feed" href="harbour.example/news.php">', "news.php"),
        ('<link rel="alternate" type="application/rss+xml" href="feed:https://harbour.example/feed">', "feed"),
        ('<base href="/sub/"><link rel="alternate" type="application/rdf+xml" href="index.rdf">', "sub/index.rdf"),
    ],
)
def test_the_feeds_that_a_page_names(head: str, address: str) -> None:
    assert [feed.address for feed in feeds(head)] == ([SITE + address] if address else [])


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="alternate" hreflang="fr" href="/fr/">',
        '<link rel="alternate" type="application/json+oembed" href="/oembed?url=1">',
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">',
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">',
        '<link rel="stylesheet" type="text/css" href="/feed.css">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:x">',
        '<link rel="alternate" type="application/rss+xml">',
        '<link type="application/rss+xml" href="/feed">',
    ],
)
def test_what_is_no_feed_of_the_site(head: str) -> None:
    assert feeds(head) == []


def test_a_feed_that_is_linked_is_found_once() -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/feed/" title="All news">'
    found = feeds(
        head, '<a href="/feed">RSS</a> <a href="/sport/rss.xml">Sport</a> <a href="https://x.example/rss">X</a>'
    )
    assert [(feed.address, feed.title, feed.why) for feed in found] == [
        (f"{SITE}feed/", "All news", "named by the page"),
        (f"{SITE}sport/rss.xml", "Sport", "linked as a feed"),
    ]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://feeds.counter.example/harbour.rss", True),
        ("https://news.harbour.example/rss.xml", True),
        ("https://other.example/harbour.rss", False),
    ],
)
def test_a_feed_that_is_linked_elsewhere_is_the_sites_where_feeds_are_kept(address: str, *, found: bool) -> None:
    assert [feed.address for feed in feeds("", f'<a href="{address}">All news</a>')] == [address] * found


@pytest.mark.parametrize(
    ("href", "place"),
    [
        ("/2026/03/04/bridge-to-be-rebuilt", "<h2>{}</h2>"),
        ("/news/council-of-harbour-town-votes.html", "<article>{}</article>"),
        ("/privacy-bill-passes-after-long-debate", "<h2>{}</h2>"),
        ("/archives/54321", "<h2>{}</h2>"),
        ("/weather/2026/03/storm-hits-the-coast", "<h2>{}</h2>"),
        ("/a/202603041234567.html", "<li>{}</li>"),
        ("/view.php?articleid=3112", "<div class=teaser>{}</div>"),
        ("https://www.harbour.example/story/8f3c2a1b9d", "<h3>{}</h3>"),
        ("/politik/bruecke-wird-neu-gebaut-a-1234567.html", "<p>{}</p>"),
        ("/2026-03/04/c_1131234567.htm", "<ul><li>{}</ul>"),
        ("/新闻/临岚港首条全自动航线开通", "<h2>{}</h2>"),
    ],
)
def test_links_that_look_like_articles(href: str, place: str) -> None:
    (link,) = links(place.format(f'<a href="{href}">{HEADLINE}</a>'))
    assert link.is_article, link.reason
    assert link.reason


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (
            '<h2><a href="/terms-of-use">The terms on which you may use our pages</a></h2>',
            "a page of the site itself (terms-of-use)",
        ),
        (
            '<nav><a href="/politics">Politics</a></nav>',
            "in the navigation",
        ),
        (
            '<footer><a href="/2026/03/how-we-work-at-the-post">Terms of service</a></footer>',
            "in the foot of the page",
        ),
        (
            '<div class="main-menu"><a href="/news/world-and-local-affairs">World</a></div>',
            "in a menu or the like",
        ),
        (
            '<h2><a href="/tag/bridge-of-the-harbour-town">All of the bridge of the harbour town</a></h2>',
            "a page of the site itself (tag)",
        ),
        (
            '<h2><a href="/author/jane-doe-of-harbour">Jane Doe, who writes of the harbour</a></h2>',
            "a page of the site itself (author)",
        ),
        (
            '<h2><a href="/2026/03/04/bridge-plan.pdf">The plan for the bridge as it was voted on</a></h2>',
            "a file (.pdf)",
        ),
        (
            '<p><a href="/sport">Sport</a></p>',
            "its address says too little",
        ),
        (
            '<p><a href="/sport">All of the sport of the harbour town at once</a></p>',
            "its address says too little",
        ),
        (
            '<p><a href="/login?articleid=123">Log in to read all of this article now</a></p>',
            "a page of the site itself (login)",
        ),
    ],
)
def test_links_that_do_not(html: str, reason: str) -> None:
    (link,) = links(html)
    assert (link.is_article, link.reason) == (False, reason)


def test_what_is_no_link_to_another_page_of_the_site_is_left_out() -> None:
    html = "".join(
        f'<a href="{href}">x</a>'
        for href in (
            "#top",
            "/",
            "",
            "javascript:x",
            "mailto:a@b.example",
            "https://other.example/1",
            "/#x",
            "http://[",
        )
    )
    assert links(html + "<a name=x>x</a>") == []


def test_of_several_links_to_one_page_the_one_that_says_most_counts() -> None:
    address = "/2026/03/04/bridge-to-be-rebuilt"
    html = (
        f'<a href="{address}#c">3</a><h2><a href="{address}?utm_source=front">{HEADLINE}</a></h2><a href="{address}">'
    )
    (link,) = links(html)
    assert (link.is_article, link.text) == (True, HEADLINE)
    assert link.reason == "a day in the address, in a heading, a headline's length"


STORY = "/2026/03/04/bridge-to-be-rebuilt"


def test_links_that_a_script_makes_count_where_the_page_has_no_others() -> None:
    made = (
        f'<div class=teaser data-href="{STORY}">{HEADLINE}</div><script data-href="/2026/03/04/by-a-script">1</script>'
    )
    assert [(link.address, link.is_article) for link in links(made)] == [(SITE + STORY[1:], True)]
    plain = '<a href="/2026/03/04/ferry-is-sunk-again">Ferry</a>'
    assert [link.address for link in links(made + plain)] == [f"{SITE}2026/03/04/ferry-is-sunk-again"]
    assert len(links(made + '<a href="#top">Top</a><a href="https://other.example/">Other</a>')) == 1


@pytest.mark.parametrize(
    "entry",
    [
        f'"{STORY}"',
        f'{{"@type": "ListItem", "position": 1, "url": "{SITE[:-1]}{STORY}", "name": "Bridge"}}',
        f'{{"@type": "ListItem", "item": "{STORY}"}}',
        f'{{"@type": "ListItem", "name": "1", "item": {{"@type": "NewsArticle", "@id": "{STORY}", "name": "Bridge"}}}}',
        f'{{"@type": "NewsArticle", "url": "{STORY}", "@id": "#1", "headline": "Bridge"}}',
    ],
)
def test_a_list_in_the_data_of_a_page_is_one_of_links(entry: str) -> None:
    entries = f'{entry}, {{"url": "/politics"}}, {{"url": ["https://other.example{STORY}"]}}, 7, {{"item": 7}}'
    listed = f'{{"@graph": [{{"@type": "ItemList", "itemListElement": [{entries}]}}]}}'
    found = links(f'<script type="application/ld+json">{listed}</script><a href="/sport">Sport</a>')
    assert {link.address: link.is_article for link in found} == {
        f"{SITE}sport": False,
        SITE + STORY[1:]: True,
        f"{SITE}politics": False,
    }


def test_breadcrumbs_are_no_list_of_links() -> None:
    crumbs = f'{{"@type": "BreadcrumbList", "itemListElement": [{{"@type": "ListItem", "item": "{STORY}"}}]}}'
    assert links(f'<script type="application/ld+json">{crumbs} </script><!-- ItemList -->') == []


def test_shapes_that_are_known_decide() -> None:
    html = '<p><a href="/s/quay">Quay</a> <a href="/s/mole">Mole</a> <a href="/t/mole">Mole</a></p>'
    assert [link.is_article for link in links(html)] == [False, False, False]
    found = links(html, known=(f"{SITE}s/pier", f"{SITE}s/dock", "https://other.example/t/x"))
    assert [link.is_article for link in found] == [True, True, False]
    assert found[0].reason == "the shape of 2 known articles"
    (one,) = links('<p><a href="/a/1.html">A</a></p>', known=(f"{SITE}a/2.html",))
    assert one.reason == "the shape of 1 known article"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("/2026/03/04/one-more-title", "/2019/12/31/and-another-one", True),
        ("/news/123456", "/news/98765", True),
        ("/news/123456", "/sport/123456", False),
        ("/news/a-bridge-is-rebuilt-12345", "/news/a-ferry-is-sunk-again-54321", True),
        ("/news/a-bridge-is-rebuilt-12345", "/news/a-ferry-is-sunk-again", False),
        ("/news/12", "/news/123", False),
        ("/news/bridge-rebuilt", "/news/ferry-sunk", True),
        ("/news/bridge", "/news/ferry-sunk", False),
        ("/a/1.html", "/a/2.html", True),
        ("/a/1.html", "/a/1.php", False),
        ("/view?id=12&utm_source=x", "/view?id=345", False),
        ("/view?id=123&utm_source=x", "/view?id=345", True),
        ("/view?id=123", "/view?tag=123", False),
        ("https://m.harbour.example/news/123456", "https://www.harbour.example/news/1234", True),
        ("https://blog.harbour.example/news/123456", "https://www.harbour.example/news/1234", False),
        ("/", "/news", False),
    ],
)
def test_shapes(one: str, other: str, alike: bool) -> None:
    first, second = (shape_of(address if "//" in address else SITE + address[1:]) for address in (one, other))
    assert (first == second) == alike


def test_a_page_of_many_links_takes_no_time_without_end() -> None:
    html = "<div>" * 300 + "".join(f'<a href="/2026/03/04/bridge-{n}-of-town">{HEADLINE}</a>' for n in range(20_000))
    assert len(links(html)) == 2000


@pytest.mark.parametrize(
    "named",
    [
        '<link rel="alternate" type="application/rss+xml" href="/feeds/{}.rss">',
        '<a href="/feeds/{}.rss">News</a>',
        '<a href="https://elsewhere.example/feeds/{}.rss">News</a>',
    ],
)
def test_a_page_of_many_feeds_takes_no_time_without_end(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolved: list[str] = []

    def counted(written: str, base: str) -> str:
        resolved.append(written)
        return address_of(written, base)

    monkeypatch.setattr("archiver.discovery.pages.address_of", counted)
    found = feeds("".join(map(named.format, range(20_000))))
    assert len(resolved) == 2000
    assert len(found) == (0 if "elsewhere" in named else 2000)


OPML = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<opml version="1.0"><head><title>Mine</title></head><body>
<outline text="Harbour"><outline type="rss" text="Post &x;" title="Harbour Post &amp; more" xmlUrl="https://harbour.example/feed?a=1&b=2"
 htmlUrl="https://harbour.example/"/><outline text="Caf\xe9" xmlurl="HTTPS://Cafe.example/rss"/></outline>
<outline text="again" xmlUrl="https://www.harbour.example/feed?a=1&amp;b=2"/>
<outline text="none" xmlUrl="javascript:x"/><outline text="Old" xmlUrl="feed://old.example/rss"/>
<outline text="Bare" xmlUrl="www.bare.example/rss"/><outline text="Odd" xmlUrl="feed:https://odd.example/"/>
<outline text="folder"/></body>"""


def test_a_list_of_feeds() -> None:
    assert [(feed.address, feed.title, feed.home) for feed in read_opml(OPML.encode("latin-1"), "my.opml")] == [
        ("https://harbour.example/feed?a=1&b=2", "Harbour Post & more", SITE),
        ("https://cafe.example/rss", "Café", ""),
        ("http://old.example/rss", "Old", ""),
        ("https://www.bare.example/rss", "Bare", ""),
        ("https://odd.example/", "Odd", ""),
    ]


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"<rss/>", b"a list", b"\xff\xfe\x00"])
def test_what_is_no_list_of_feeds_is_said(content: bytes) -> None:
    with pytest.raises(DiscoveryError, match=r"my\.opml: no list of feeds \(OPML\)"):
        read_opml(content, "my.opml")


def test_a_list_that_is_written_can_be_read() -> None:
    feeds = [
        ListedFeed("https://harbour.example/feed?a=1&b=2", 'Harbour <Post> & "more"\x07', SITE),
        ListedFeed("https://cafe.example/rss"),
    ]
    content = write_opml(feeds, "Mine & yours")
    assert [(feed.address, feed.title, feed.home) for feed in read_opml(content, "x")] == [
        ("https://harbour.example/feed?a=1&b=2", 'Harbour & "more"', SITE),
        ("https://cafe.example/rss", "https://cafe.example/rss", ""),
    ]
    assert b"<title>Mine &amp; yours</title>" in content


@pytest.mark.parametrize(
    ("address", "like"),
    [
        ("/2026/03/04/bridge-rebuilt", 2),
        ("/2026/03/04/bridge", 2),
        ("/2026-03-04/bridge.html", 2),
        ("/2026/03/04/bridge/", 2),
        ("/2026/03/bridge", 0),
        ("/2026/03/04/", 1),
        ("/2026/03/04/index.html", 0),
        ("/2026/03/04/b", 0),
        ("/2026/03/04/politics/index.html", 0),
        ("/2026/03/04/123", 2),
        ("/bridge-rebuilt-after-years", 2),
        ("/bridge-rebuilt-after", 1),
        ("/bridge-rebuilt", 1),
        ("/bridge", 0),
        ("/12", 1),
        ("/1234", 1),
        ("/12345", 2),
        ("/bridge-4fa39b2c1", 2),
        ("/4fa39b2c1", 2),
        ("/4fa39b2", 1),
        ("/view?id=12", 2),
        ("/view?id=1", 0),
        ("/临岚港开通新", 2),
        ("/临岚港开通", 0),
    ],
)
def test_how_much_an_address_alone_looks_like_an_article(address: str, like: int) -> None:
    assert likeness(f"{SITE}{address[1:]}")[0] == like


@pytest.mark.parametrize(("unit", "like"), [("x", 0), ("ü", 0), ("x1", 2), ("/x", 0), ("x-", 0), ("桥", 2)])
def test_a_long_address_takes_no_time_without_end(unit: str, like: int) -> None:
    assert likeness(f"{SITE}{unit * 1_000_000}")[0] == like


@pytest.mark.parametrize(
    ("html", "place"),
    [
        ("<div class=teaser>{}</div>", (1, "in a teaser")),
        ("<div><div class=teaser><p>{}</p></div></div>", (1, "in a teaser")),
        ("<nav><div class=teaser>{}</div></nav>", (1, "in a teaser")),
        ("<div class=teaser><nav>{}</nav></div>", (-1, "in the navigation")),
        ("<div class=mainMenu><p>{}</p></div>", (-1, "in a menu or the like")),
        ("<div class=menuTeaser>{}</div>", (-1, "in a menu or the like")),
        ("<div role=NAVIGATION>{}</div>", (-1, "in the navigation")),
        ("<div class=text>{}</div>", (0, "")),
        ("<h3>{}</h3>", (1, "in a heading")),
        ("<footer><h3>{}</h3></footer>", (1, "in a heading")),
        ("<article><p>{}</p></article>", (1, "in an article")),
    ],
)
def test_where_a_link_stands(html: str, place: tuple[int, str]) -> None:
    tree = fromstring(f"<body>{html.format('<a href=/>A</a>')}</body>")
    (link,) = tree.iter("a")
    assert place_of(link) == place
