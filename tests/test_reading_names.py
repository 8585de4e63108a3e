"""Authors: names out of bylines and structured data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.reading.metadata.names import names_in
from tests.reading_pages import ld, meta, read


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("By Ann Bee", ["Ann Bee"]),
        ("Ann Bee @annbee", ["Ann Bee"]),
        ("Ann Bee <ann@paper.example>", ["Ann Bee"]),
        ("ann@paper.example (Ann Bee)", ["Ann Bee"]),
        ("ann@paper.example", []),
        ("http://twitter.com/annbee", []),
        ("Ann Bee, Cem Dal, ann bee", ["Ann Bee", "Cem Dal"]),
        ("By Ann Bee and Cem Dal", ["Ann Bee", "Cem Dal"]),
        ("Ann Bee, Cem Dal and Eva Fox", ["Ann Bee", "Cem Dal", "Eva Fox"]),
        ("Von Anna Biene und Cem Dal, dpa", ["Anna Biene", "Cem Dal", "dpa"]),
        ("par Anne Abeille", ["Anne Abeille"]),
        ("Written by Ann Bee", ["Ann Bee"]),
        ("Author: Ann Bee", ["Ann Bee"]),
        ("Автор: Анна Пчёлкина", ["Анна Пчёлкина"]),
        ("记者 王小明", ["王小明"]),
        ("作者：王小明、李大", ["王小明", "李大"]),
        ("김벌 기자", ["김벌"]),
        ("Ann Bee (abe)", ["Ann Bee"]),
        ("Ann Bee, City Editor", ["Ann Bee"]),
        ("Ann Bee, Ph.D.", ["Ann Bee, Ph.D."]),
        ("Ann Bee, Content Coordinator, Garden Educator", ["Ann Bee"]),
        ("Ana Abeja, periodista", ["Ana Abeja"]),
        ("Contributors: Ann Bee, Cem Dal", ["Ann Bee", "Cem Dal"]),
        ("Articles by Ann Bee", ["Ann Bee"]),
        ("Ann Bee on behalf of the harbour team", ["Ann Bee"]),
        ("page.head.extra.author", []),
        ("ann.m.bee", ["ann.m.bee"]),
        ("See all of Ann Bee's reviews", []),
        ("Last update", []),
        ("Ann Bee 7 hours ago", ["Ann Bee"]),
        ("Ann Bee | Morning Paper", ["Ann Bee", "Morning Paper"]),
        ("Maria & Anna", ["Maria & Anna"]),
        ("Sorriso & Figli", ["Sorriso & Figli"]),
        ("Di Battista", ["Di Battista"]),
        ("Davon Byrne", ["Davon Byrne"]),
        ("Zeitung.at", ["Zeitung.at"]),
        ("dpa", ["dpa"]),
        ("Ann&nbsp;Bee &amp; Cem Dal", ["Ann Bee", "Cem Dal"]),
        ("https://news.example/people/ann", []),
        ("@annbee", []),
        ("ann.bee@news.example", []),
        ("admin", []),
        ("5 min read", []),
        ("Last", []),
        ("Sat", []),
        ("Jun 2", []),
        ("June Day", ["June Day"]),
        ("Authored by Ann Bee", ["Ann Bee"]),
        ("Insights from", []),
        ("关注", []),
        ("Seguir", []),
        ("( Image: An Agency)", []),
        ("", []),
    ],
)
def test_names_in_a_byline(text: str, names: list[str]) -> None:
    assert list(names_in(text)) == names


@given(st.text(max_size=300))
def test_any_text_is_read_and_no_name_is_empty_or_twice(text: str) -> None:
    names = names_in(text)
    assert all(name.strip() == name and name for name in names)
    assert len(set(names)) == len(names)


def authors(head: str = "", body: str = "", **of_page: object) -> tuple[str, ...] | None:
    return read(head, body, **of_page).authors.value  # type: ignore[arg-type]


def test_structured_data_names_them() -> None:
    assert authors(ld(author=[{"@type": "Person", "name": "Ann Bee"}, {"name": "Cem Dal"}])) == ("Ann Bee", "Cem Dal")


def test_an_author_that_is_only_referred_to_is_looked_up() -> None:
    graph = ld(author={"@id": "#ann"}, about={"@type": "Person", "@id": "#ann", "name": "Ann Bee"})
    assert authors(graph) == ("Ann Bee",)


def test_microdata_and_rdfa_name_them() -> None:
    micro = (
        '<div itemscope itemtype="https://schema.org/NewsArticle"><span itemprop="author" itemscope '
        'itemtype="https://schema.org/Person"><b itemprop="name">Ann Bee</b></span></div>'
    )
    assert authors("", micro) == ("Ann Bee",)
    rdfa = (
        '<div vocab="https://schema.org/" typeof="NewsArticle"><span property="author" typeof="Person">'
        '<b property="name">Cem Dal</b></span></div>'
    )
    assert authors("", rdfa) == ("Cem Dal",)


def test_an_item_is_more_than_its_text() -> None:
    micro = (
        '<div itemscope itemtype="https://schema.org/NewsArticle"><span itemprop="author" itemscope '
        'itemtype="https://schema.org/Person"><i itemprop="jobTitle">Star</i> <b itemprop="name">Ann Bee</b></span>'
    )
    assert authors("", micro) == ("Ann Bee",)


def test_a_byline_with_a_person_wins_over_the_name_of_the_site() -> None:
    head = ld(author={"name": "Morgenblatt"}) + meta(og__site_name="Morgenblatt")
    assert authors(head, '<h1>Bridge</h1><p class="byline">Von Anna Biene</p>') == ("Anna Biene",)
    assert authors(head, "<h1>Bridge</h1>") == ("Morgenblatt",)


def test_only_full_names_win_over_the_name_of_the_site() -> None:
    head = ld(author={"name": "Morgenblatt"}) + meta(og__site_name="Morgenblatt")
    assert authors(head, '<h1>Bridge</h1><p class="byline">abe</p>') == ("Morgenblatt",)
    assert authors(head, '<h1>Bridge</h1><p class="byline">Morgenblatt with agencies</p>') == ("Morgenblatt",)


def test_names_that_are_links_beside_each_other_are_several() -> None:
    assert authors("", '<h1>B</h1><p class="byline"><a>Ann Bee</a> <a>Cem Dal</a></p>') == ("Ann Bee", "Cem Dal")


def test_bylines_of_others_are_none() -> None:
    assert authors("", '<h1>Bridge</h1><aside><p class="author">Ann Bee</p></aside>') is None
    assert authors("", '<h1>Bridge</h1><div class="comments"><b class="author">Cem Dal</b></div>') is None


def test_a_line_that_begins_as_a_byline_is_one() -> None:
    assert authors("", "<h1>Bridge</h1><p>By Ann Bee</p><p>By noon, the bridge was open.</p>") == ("Ann Bee",)


def test_a_chinese_paragraph_names_its_reporter() -> None:
    assert authors("", "<h1>大桥通车</h1><p>晨报讯（记者 王小明 李大）大桥今天通车。</p>", lang="zh") == (
        "王小明",
        "李大",
    )


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ('<p class="byline">Written by <b>Ann Bee</b><i>City editor</i><span>Cem Dal</span></p>', ("Ann Bee",)),
        ('<p class="byline"><span>Ann Bee</span><span>Cem Dal</span></p>', ("Ann Bee", "Cem Dal")),
        ('<p class="byline"><span>Ann</span> <span>Bee</span></p>', ("Ann Bee",)),
        ('<p class="byline">By<span>Ann Bee</span><time>1 November 2026</time></p>', ("Ann Bee",)),
        ('<p class="author">By Ann Bee on 1 November 2026</p>', ("Ann Bee",)),
        ('<p class="author">1 November 2026 Ann Bee</p>', ("Ann Bee",)),
        ("<p><span>By</span><a>Ann Bee</a></p>", ("Ann Bee",)),
        ('<a href="/authors/ann">Ann Bee</a>', ("Ann Bee",)),
        ('<i itemprop="author">Ann Bee</i>', ("Ann Bee",)),
        ("<h3>Author</h3><p>Ann Bee</p>", ("Ann Bee",)),
        ('<p class="byline"><i>AB</i> <b>Ann Bee</b></p>', ("Ann Bee",)),
        ('<p class="byline"><i>CD</i> <b>Ann Bee</b></p>', ("CD", "Ann Bee")),
        ('<p class="byline"><i>Guide</i> by <b>Ann Bee</b></p>', ("Ann Bee",)),
        ('<p class="byline"><b>Ann Bee</b> by <b>Cem Dal</b></p>', ("Ann Bee", "Cem Dal")),
        ('<p class="byline">Ann Bee, bridges, rivers</p>', ("Ann Bee",)),
        ('<p class="byline">ann</p>', ("ann",)),
        ("<p>By <a>Ann Bee</a></p>", ("Ann Bee",)),
        ("<p>Text: Ann Bee</p>", ("Ann Bee",)),
        ("<p>Text of it all.</p>", None),
        ("<p>By noon it was over.</p>", None),
        ('<aside><a rel="author">Ann Bee</a></aside>', ("Ann Bee",)),
        ('<p class="comment-author">Ann Bee</p>', None),
        ('<footer><a rel="author">Ann Bee</a></footer>', None),
        ('<p class="author"><b>Ann Bee</b><span>Last updated: </span><span>Feb 4</span></p>', ("Ann Bee",)),
        ('<p class="author"><b>Insights from</b><span>Ann Bee</span></p>', ("Ann Bee",)),
        ('<p class="author-bio">Ann Bee writes about all that is new in the town.</p>', None),
    ],
)
def test_names_that_the_page_shows(byline: str, names: tuple[str, ...] | None) -> None:
    assert authors("", f"<h1>Bridge opens at last</h1>{byline}") == names


@pytest.mark.parametrize(
    ("inner", "names"),
    [
        ('<footer><a rel="author">Ann Bee</a></footer>', ("Ann Bee",)),
        ('<aside><p class="author">Written by Ann Bee</p></aside>', ("Ann Bee",)),
        ('<aside><p class="author">Ann Bee</p></aside>', None),
    ],
    ids=["footer", "aside", "no sign that it is a byline"],
)
def test_a_byline_at_the_edge_of_the_article_is_its_own(inner: str, names: tuple[str, ...] | None) -> None:
    assert authors("", f"<article><h1>Bridge opens at last</h1>{inner}</article>") == names


@pytest.mark.parametrize("medium", ["网易", "晨城早报", "晨城新闻", "晨城网", "晨城电视台"])
def test_a_chinese_medium_is_named_only_where_no_reporter_is(medium: str) -> None:
    head = f'<meta name="author" content="{medium}">'
    told = "<p>晨报讯（记者 王小明）大桥今天通车。</p>"
    others = '<p class="author">大桥之子</p>'
    assert authors(head, f"<h1>大桥通车</h1>{others}{told}", lang="zh") == ("王小明",)
    assert authors(head, "<h1>大桥通车</h1>", lang="zh") == (medium,)
    assert authors('<meta name="author" content="李大">', f"<h1>大桥通车</h1>{told}", lang="zh") == ("李大",)


def test_what_begins_as_a_byline_before_the_heading_is_none() -> None:
    assert authors("", "<p>By Ann Bee</p><h1>Bridge opens at last</h1>") is None


def test_the_byline_within_which_the_heading_stands_is_the_articles_whatever_it_is_called() -> None:
    body = '<div class="teaser"><h1>Bridge opens at last</h1><p class="byline">By Ann Bee</p></div>'
    assert authors("", body) == ("Ann Bee",)


def test_of_several_meta_elements_the_one_with_the_name_of_the_site_is_left_out() -> None:
    head = '<meta name="author" content="Morgenblatt"><meta name="author" content="Ann Bee">'
    assert authors(head + meta(og__site_name="Morgenblatt")) == ("Ann Bee",)


def test_names_that_stand_with_the_last_name_first_are_turned_round() -> None:
    assert authors('<meta name="citation_author" content="Bee, Ann">') == ("Ann Bee",)


def test_articles_that_a_page_leads_to_do_not_name_its_author() -> None:
    others = "".join(ld(headline=f"Another story {i}", author={"name": f"Eva Fox {i}"}) for i in range(3))
    assert authors("<title>Bridge opens at last</title>" + others) is None
    own = ld(headline="Bridge opens at last", author={"name": "Ann Bee"})
    assert authors("<title>Bridge opens at last</title>" + others + own) == ("Ann Bee",)


@pytest.mark.parametrize(
    "said", ["他对记者表示，大桥很美。", "她告诉记者：大桥很美。", "记者了解到，大桥很美。", "记者获悉。"]
)
def test_what_is_said_to_reporters_names_none(said: str) -> None:
    assert authors("", f"<h1>大桥通车</h1><p>{said}</p>", lang="zh") is None
