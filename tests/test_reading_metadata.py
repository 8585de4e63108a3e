"""The metadata of a page: title, language, site, addresses; any bytes; time that grows with size alone."""

from __future__ import annotations

import pickle
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from archiver.documents import read_document
from archiver.identity import normalise, same_site
from archiver.languages import language_tag, sure_language
from archiver.reading.metadata import Metadata, read_metadata
from tests.reading_pages import ADDRESS, FETCHED, ld, meta, page, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

GERMAN = "<p>Die Brücke ist seit heute offen, und das freut die Stadt, die auf sie nicht mehr gehofft hatte.</p>" * 5
ENGLISH = "<p>The bridge is open as of today, and that is a joy to the town, which had not hoped for it.</p>" * 5


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (
            "<title>Bridge opens at last - Morning Paper</title>",
            "<h1>Bridge opens at last</h1>",
            "Bridge opens at last",
        ),
        (
            "<title>Bridge opens | City | Morning Paper</title>"
            + meta(og__site_name="Morning Paper", article__section="City"),
            "",
            "Bridge opens",
        ),
        (
            "<title>大桥今天通车_城市_晨报</title>" + meta(og__site_name="晨报", article__section="城市"),
            "",
            "大桥今天通车",
        ),
        ("<title>大桥今天上午正式通车了_晨报网</title>", "<h2>大桥今天上午正式通车了</h2>", "大桥今天上午正式通车了"),
        (
            "<title>Morning Paper: Bridge opens at last</title>" + meta(og__title="Bridge opens at last"),
            "",
            "Bridge opens at last",
        ),
        (ld(headline="Tom &amp;amp; Eva"), "", "Tom & Eva"),
        (ld(headline="The <em>new</em> bridge"), "", "The new bridge"),
        (ld(headline="Rates < 3 % and > 1 %"), "", "Rates < 3 % and > 1 %"),
        ("<title>Bridge opens at last</title>", "", "Bridge opens at last"),
        (meta(og__title="Bridge opens"), "<h1>Morning Paper</h1><h1>The new bridge opens</h1>", "The new bridge opens"),
        (meta(og__title="Bridge opens", og__site_name="Paper"), "<h1>Paper</h1>", "Bridge opens"),
        ("", "<h1>Bridge</h1>", "Bridge"),
        (
            "<title>Le maire s’inquiète de « l’état du pont »</title>",
            "<h1>Le maire s’inquiète de « l’état du pont »</h1>",
            "Le maire s’inquiète de « l’état du pont »",
        ),
        (
            "<title>Le maire s’inquiète de « l’état du pont » » Le Journal</title>" + meta(og__site_name="Le Journal"),
            "",
            "Le maire s’inquiète de « l’état du pont »",
        ),
        ("<title>Bridge opens | Paper</title>" + meta(og__site_name="Paper | All the news"), "", "Bridge opens"),
    ],
)
def test_title(head: str, body: str, title: str) -> None:
    assert read(head, body).title.value == title


@pytest.mark.parametrize(
    ("address", "written", "title"),
    [
        ("https://morgenblatt.example/1", "The new bridge opens | Morgenblatt Online", "The new bridge opens"),
        ("https://unser-morgenblatt.example/1", "The new bridge opens | Morgenblatt", "The new bridge opens"),
        ("https://news.harbourtown.example/1", "The new bridge opens | Harbour Blog", "The new bridge opens"),
        ("https://mph.example/letters-page/1", "The new bridge opens | Letters Page | MPH", "The new bridge opens"),
        ("https://mph.example/bridge", "The new bridge opens | Bridge", "The new bridge opens | Bridge"),
        ("https://mph.example/letters-page/1", "The new bridge opens - Letters page", None),
        ("https://harbourtown.example/1", "Opinion | Harbour bridges must open", None),
        ("https://mph.example/1", "The new bridge opens | What it costs", None),
        ("https://mph.example/1", "The new bridge opens | It is the last one that the town can pay for", None),
    ],
)
def test_names_that_only_the_address_knows_are_no_part_of_the_title(
    address: str, written: str, title: str | None
) -> None:
    head = f"<title>{written}</title>" + meta(og__title=written)
    assert read(head, address=address).title.value == (title or written)


def test_a_heading_that_a_newspaper_wrote_for_search_engines_gives_way_to_the_share_title() -> None:
    same = "Bridge: when it opens, what it costs"
    head = f"<title>{same} - Paper</title>" + ld(headline=same) + meta(og__title="The bridge nobody wanted")
    found = read(head, f"<h1>{same}</h1>").title
    assert (found.value, found.rule) == ("The bridge nobody wanted", "meta og:title")
    assert {lost.rule for lost in found.lost} == {"json-ld headline", "heading", "title element"}


def test_on_pages_that_are_no_newspapers_the_heading_is_the_title() -> None:
    same = "Bridge: when it opens, what it costs"
    head = (
        f"<title>{same} - Paper</title>" + ld(headline=same, **{"@type": "BlogPosting"}) + meta(og__title="Not wanted")
    )
    assert read(head, f"<h1>{same}</h1>").title.value == same


def test_without_a_share_title_the_heading_of_a_newspaper_is_the_title() -> None:
    head = "<title>The new bridge: what it costs</title>" + ld(headline="What the bridge costs us all")
    assert read(head, "<h1>The new bridge</h1>").title.value == "The new bridge"


def test_a_third_statement_decides_between_headline_and_share_title() -> None:
    same = "Bridge: when it opens, what it costs"
    head = (
        f"<title>{same}</title>" + ld(headline=same) + meta(og__title="The bridge nobody wanted", twitter__title=same)
    )
    assert read(head, f"<h1>{same}</h1>").title.value == same


def test_a_share_title_that_is_cut_off_gives_way_to_the_headline() -> None:
    same = "The bridge nobody wanted and when it opens"
    head = f"<title>{same}</title>" + ld(headline=same) + meta(og__title="The bridge nobody wanted")
    assert read(head, f"<h1>{same}</h1>").title.value == same
    told_twice = head + meta(twitter__title="The bridge nobody wanted")
    assert read(told_twice, f"<h1>{same}</h1>").title.value == "The bridge nobody wanted"


def test_a_newspaper_that_writes_an_alternative_headline_has_thought_about_the_headline() -> None:
    told = "Traffic: what the bridge costs"
    head = f"<title>{told}</title>" + meta(og__title=told) + ld(headline="The bridge nobody wanted")
    assert read(head, f"<h1>{told}</h1>").title.value == told
    thought = head.replace('"headline"', '"alternativeHeadline": "Nobody wants it", "headline"')
    found = read(thought, f"<h1>{told}</h1>").title
    assert (found.value, found.rule) == ("The bridge nobody wanted", "json-ld headline")


def test_what_a_page_calls_itself_everywhere_but_in_its_heading_is_its_title() -> None:
    told = "The bridge nobody wanted"
    head = f"<title>{told}</title>" + meta(og__title=told)
    assert read(head, "<h1>The bridge that nobody wanted opens</h1>").title.value != told
    head += meta(twitter__title=told)
    assert read(head, "<h1>The bridge that nobody wanted opens</h1>").title.value == told


def test_a_kicker_belongs_to_the_headline() -> None:
    whole = "Traffic: The new bridge opens"
    head = f"<title>{whole}</title>" + ld(headline=whole) + meta(og__title="The new bridge opens")
    assert read(head, f"<h1>{whole}</h1>").title.value == whole


def test_words_that_only_stand_apart_to_the_eye_are_apart_in_the_title() -> None:
    head = meta(og__title="Traffic / The new bridge opens")
    found = read(head, "<h1><span>Traffic</span><span>The new bridge opens</span></h1>").title
    assert found.value == "Traffic / The new bridge opens"


def test_a_heading_that_nothing_speaks_of_gives_way_to_the_share_title() -> None:
    head = meta(og__title="The new bridge opens") + ld(headline="The new bridge opens")
    assert read(head, "<h1>All about everything in our town</h1>").title.value == "The new bridge opens"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (GERMAN.replace("<p>", "").replace("</p>", ""), "de"),
        (ENGLISH.replace("<p>", "").replace("</p>", ""), "en"),
        (
            "Le conseil a voté jeudi la construction d'un pont sur la rivière, et les élus sont d'accord pour dire que "
            * 2,
            "fr",
        ),
        (
            "Il consiglio ha votato per la costruzione di un ponte che è una novità della città, e con il denaro del "
            * 2,
            "it",
        ),
        ("央行今日开展逆回购", "zh"),
        ("一家公司の新闻", ""),
        ("これは新聞です", "ja"),
        ("A股", ""),
        # Danish and Norwegian, Spanish and Galician are too much alike.
        (
            "Byrådet besluttede at bygge en bro over floden, og det er første gang, at alle er enige om det for byen "
            * 2,
            "",
        ),
        (
            "El ayuntamiento aprobó la construcción de un puente sobre el río y los concejales de la ciudad que no "
            * 2,
            "",
        ),
        ("Words, words, words.", ""),
        ("1 2 3 " * 100, ""),
    ],
)
def test_a_language_is_told_beyond_doubt_or_not_at_all(text: str, language: str) -> None:
    assert sure_language(text) == language


@pytest.mark.parametrize(
    ("said", "text", "language"),
    [
        ("de", GERMAN, "de"),
        ("de-AT", GERMAN, "de-AT"),
        ("en", GERMAN, "de"),
        ("", GERMAN, "de"),
        ("", ENGLISH, "en"),
        ("en", "<p>大桥今天上午正式通车，市民表示十分高兴。</p>" * 10, "zh"),
        ("zh_CN", "<p>大桥今天上午正式通车，市民表示十分高兴。</p>" * 10, "zh-CN"),
        ("zh", "<p>大きな橋が今日ようやく開通しました。市民はとても喜んでいます。</p>" * 10, "ja"),
        ("nn", GERMAN, "de"),
        ("gsw", GERMAN, "gsw"),
        ("en", "<p>Short.</p>", "en"),
        ("english please", "", None),
    ],
)
def test_the_language_is_what_the_page_says_unless_its_text_is_plainly_another(
    said: str, text: str, language: str | None
) -> None:
    assert read("", text, lang=said).language.value == language


@pytest.mark.parametrize(
    ("text", "tag"),
    [("en_US", "en-US"), ("zh-hans-cn", "zh-Hans-CN"), ("DE", "de"), ("es-419", "es-419"), ("x", ""), ("", "")],
)
def test_language_tags(text: str, tag: str) -> None:
    assert language_tag(text) == tag


def test_the_source_is_the_name_of_the_site_or_else_its_host() -> None:
    assert read(meta(og__site_name="Morgenblatt")).source.value == "Morgenblatt"
    assert read(meta(og__site_name="Morgenblatt | Was die Stadt bewegt")).source.value == "Morgenblatt"
    assert read(ld(publisher={"@type": "Organization", "name": "Morgenblatt"})).source.value == "Morgenblatt"
    assert read().source.value == "morgenblatt.example"


SITE = "https://www.morgenblatt.example"


@pytest.mark.parametrize(
    ("said", "address", "canonical"),
    [
        (f"{SITE}/stadt/neue-bruecke", ADDRESS, f"{SITE}/stadt/neue-bruecke"),
        ("/stadt/neue-bruecke#top", ADDRESS, f"{SITE}/stadt/neue-bruecke"),
        (f"{SITE}/a-1?utm_source=rss&id=7&fbclid=x", ADDRESS, f"{SITE}/a-1?id=7"),
        ("https://morgenblatt.example/a-1", "https://m.morgenblatt.example/a-1/amp", "https://morgenblatt.example/a-1"),
        ("https://other.example/a-1", ADDRESS, ADDRESS),
        (f"{SITE}/", ADDRESS, ADDRESS),
        (f"{SITE}/index.html", ADDRESS, ADDRESS),
        (f"{SITE}/stadt", ADDRESS, ADDRESS),
        (f"{SITE}/stadt", f"{SITE}/stadt/", f"{SITE}/stadt"),
        (f"{SITE}/2041-bruecke", f"{SITE}/2041-bruecke/druck", f"{SITE}/2041-bruecke"),
        ("javascript:void(0)", ADDRESS, ADDRESS),
        ("http://[", ADDRESS, ADDRESS),
        (f"{SITE}/a-1", None, f"{SITE}/a-1"),
        (f"{SITE}/", None, None),
    ],
)
def test_the_canonical_address_is_believed_if_it_is_sensible(
    said: str, address: str | None, canonical: str | None
) -> None:
    assert read(f'<link rel="canonical" href="{said}">', address=address).canonical.value == canonical


def test_other_ways_to_say_the_canonical_address() -> None:
    assert read(meta(og__url=f"{SITE}/a-1")).canonical.rule == "meta og:url"
    assert read(ld(mainEntityOfPage={"@id": f"{SITE}/a-1"})).canonical.value == f"{SITE}/a-1"


def test_other_addresses_of_the_page_are_aliases() -> None:
    head = (
        f'<link rel="canonical" href="{SITE}/a-1"><link rel="amphtml" href="/a-1/amp">'
        '<link rel="shortlink" href="/?p=1"><link rel="shortlink" href="https://short.example/x">'
    )
    found = read(head + meta(og__url=f"{SITE}/a-1?utm_source=x"))
    assert found.aliases == (ADDRESS, f"{SITE}/a-1/amp", f"{SITE}/?p=1")


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("HTTPS://WWW.Example.com:443/A?utm_medium=x#b", "https://www.example.com/A"),
        ("http://example.com:80", "http://example.com/"),
        ("http://example.com/a?b=%20c", "http://example.com/a?b=%20c"),
        ("", ""),
        ("mailto:a@b.example", ""),
    ],
)
def test_addresses_are_normalised(address: str, same: str) -> None:
    assert normalise(address) == same


@pytest.mark.parametrize(
    ("host", "other", "same"),
    [
        ("127.0.0.1", "10.0.0.1", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("[::1]", "[::1]", True),
        ("www.paper.example", "amp.paper.example", True),
        ("news.paper.co.uk", "www.paper.co.uk", True),
        ("paper.co.uk", "other.co.uk", False),
        ("paper.example", "paper.test", False),
        ("paper.example", "paper.example", True),
        ("ann.github.io", "ben.github.io", False),
        ("ann.github.io", "github.io", False),
        ("", "paper.example", False),
    ],
)
def test_hosts_of_one_site(host: str, other: str, same: bool) -> None:
    assert same_site(host, other) is same


def test_what_the_body_is_judged_by() -> None:
    found = read(ld(articleBody="Text of it.", isAccessibleForFree="False") + meta(og__type="article"))
    assert (found.article_body, found.free, found.paywalled) == ("Text of it.", False, True)
    assert found.types == {"NewsArticle", "og:article"}


def test_a_text_of_structured_data_is_read_however_often_it_was_escaped() -> None:
    assert (
        read(ld(articleBody="&lt;p&gt;K&amp;amp;ouml;pr&amp;uuml; a&ccedil;ıldı.&lt;/p&gt;")).article_body
        == "Köprü açıldı."
    )


@pytest.mark.parametrize(
    ("head", "free", "paywalled"),
    [
        (ld(isAccessibleForFree=True), True, False),
        (ld(isAccessibleForFree="http://schema.org/False"), False, True),
        (ld(hasPart={"@type": "WebPageElement", "isAccessibleForFree": False}), None, True),
        (ld(hasPart={"@type": "WebPageElement", "isAccessibleForFree": True}), None, False),
        (meta(article__content_tier="metered"), None, True),
        (meta(article__content_tier="free"), None, False),
        (ld(), None, False),
    ],
)
def test_whether_the_article_is_for_those_who_pay(head: str, free: bool | None, paywalled: bool) -> None:
    found = read(head)
    assert (found.free, found.paywalled) == (free, paywalled)


def test_description_and_image() -> None:
    found = read(meta(og__description="It is  open &amp;amp; free.", og__image="/p/1.jpg"))
    assert (found.description.value, found.image.value) == ("It is open & free.", f"{SITE}/p/1.jpg")


def test_a_page_that_says_nothing_has_no_metadata_but_its_address() -> None:
    found = read()
    assert (found.title.value, found.published.value, found.authors.value, found.language.value) == (None,) * 4
    assert found.canonical.value == ADDRESS


def test_it_travels_between_processes_and_the_tree_is_as_it_was() -> None:
    document = read_document(page(ld(headline="Bridge", datePublished="2026-11-01"), GERMAN), None, ADDRESS)
    before = etree.tostring(document.tree)
    found = read_metadata(document, FETCHED)
    assert pickle.loads(pickle.dumps(found)) == found
    assert etree.tostring(document.tree) == before


PIECES = st.sampled_from(
    [
        *(
            "<h1>",
            "</h1>",
            "<title>",
            "</title>",
            '<meta property="og:title" content="',
            '">',
            "<time datetime='",
            "'>",
        ),
        *(
            '<script type="application/ld+json">',
            "</script>",
            '{"@type":"NewsArticle","headline":',
            '"author":',
            "[",
            "]",
            "}",
        ),
        *(
            '<div itemscope itemprop="author">',
            "</div>",
            '<a rel="author" href="',
            '<link rel="canonical" href="',
            "By ",
            "，",
        ),
        *(
            "2026-11-01",
            "01/02/2026 25:61",
            "99999999999999",
            "今天 12:00",
            "5分钟前",
            "\x00",
            "\ud800",
            "记者 王小明",
            "&quot;",
            "\n",
        ),
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=40), st.sampled_from([None, ADDRESS, "http://[", "x"]))
def test_any_page_has_metadata(pieces: list[str], address: str | None) -> None:
    found = read_metadata(read_document("".join(pieces).encode("utf-8", "replace"), None, address), FETCHED)
    assert isinstance(found, Metadata)
    assert found.published.value is None or found.published.value < datetime(2026, 11, 22, tzinfo=UTC)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_have_metadata(content: bytes) -> None:
    assert isinstance(read_metadata(read_document(content, None, ADDRESS), None), Metadata)


HOSTILE: dict[str, Callable[[int], str]] = {
    "meta elements": lambda n: meta(og__title="Bridge opens 2026-11-01") * n,
    "JSON-LD": lambda n: ld(headline="Bridge", author=[{"name": f"Ann {i}"} for i in range(n)]),
    "deep JSON-LD": lambda n: f'<script type="application/ld+json">{"[" * n}</script>',
    "quotation marks": lambda n: f'<script type="application/ld+json">{{"a": "{chr(34) * n}}}</script>',
    "comments": lambda n: f'<script type="application/ld+json">{"/*" * n}</script>',
    "values": lambda n: f'<script type="application/ld+json">{"{}" * n}</script>',
    "deep elements": lambda n: '<div itemscope itemprop="a" class="author">' * n,
    "bylines": lambda n: '<p class="byline">By Ann Bee and ' * n,
    "headings": lambda n: "<h1>Bridge opens - at | last</h1>" * n,
    "datelines": lambda n: "<p>1 November 2026, 14:05</p>" * n,
    "digits": lambda n: f"<p>{'2026-11-01 12:30 ' * n}</p>",
    "one word": lambda n: f"<title>{'a' * n}</title><h1>{'a-' * n}</h1><p>{'1' * n}</p>",
    "separators": lambda n: f"<title>{'a | ' * n}</title>" + meta(og__title="x - " * n),
    "scripts": lambda n: f"<script>{'publish_time = 2026-11-01 ' * n}</script>",
}


def calls_for(content: bytes) -> int:
    """Return how many calls it takes to read the metadata of a page."""
    document = read_document(content, None, ADDRESS)
    calls = 0

    def count(_frame: FrameType, _event: str, _argument: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        read_metadata(document, FETCHED)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_work_grows_with_the_size_of_the_page(kind: str) -> None:
    small, large = (calls_for(page(HOSTILE[kind](size))) for size in (500, 2_000))
    assert large < 5 * small + 5_000
