"""Reading pages that nobody meant: any bytes give an answer, and what it costs grows with the size, no faster."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.documents import read_document
from archiver.encoding import page_label
from archiver.errors import NotAnArticleError
from archiver.reading import explain_page, read_page
from tests.counting import calls_of
from tests.web import story

ADDRESS = "https://news.example/2026/01/02/a-story-of-a-bridge"
SENTENCE = "The town council has voted to restore the old swing bridge, ending a dispute that lasted eleven years. "
PIECES = [
    "<div>",
    "<div><p>x",
    f"<p>{SENTENCE}",
    SENTENCE,
    "<a href=/x>word and</a> ",
    f"{SENTENCE}<br>",
    "<h2>Related articles</h2><p>abc def.",
    '<span class="share ad">x</span>',
    f"<div class=article-body><p>{SENTENCE}</div>",
    "<table><tr><td>",
    "<img src=x data-srcset='a 1w, b 2w'>",
    "<section class=comments><p>Well said.",
]


def outcome(content: bytes) -> str:
    try:
        return read_page(content, ADDRESS).text
    except NotAnArticleError as error:
        return str(error)


@pytest.mark.parametrize("piece", PIECES)
def test_steps_grow_no_faster_than_the_page(piece: str) -> None:
    few = calls_of(lambda: outcome((piece * 400).encode()))
    many = calls_of(lambda: outcome((piece * 1600).encode()))
    assert many <= 4 * few + 1000


@pytest.mark.parametrize("piece", ["<div>", "<a href=x>", "<table><tr><td>", "<"])
def test_sixteen_megabytes_of_tags_are_refused_unread(piece: str) -> None:
    with pytest.raises(NotAnArticleError, match="larger than any article"):
        read_page((piece * (16_000_000 // len(piece))).encode(), ADDRESS)


@pytest.mark.parametrize(
    "page",
    [f"<h1>A bridge</h1><p>{SENTENCE * 21_000}", f"<p>{SENTENCE * 5}<a href='http://a.example/{'x&' * 700_000}'>x</a>"],
)
def test_a_body_longer_than_any_article_is_refused(page: str) -> None:
    with pytest.raises(NotAnArticleError, match="larger than any article"):
        read_page(page.encode(), ADDRESS)
    refused = explain_page(page.encode(), ADDRESS).refused
    assert refused
    assert "larger than any article" in str(refused)


RSS = "<?xml version='1.0'?><!DOCTYPE rss PUBLIC 'a' 'b' [<!ENTITY c '>'>]><!-- d --><rss></rss>"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (RSS.encode(), "a feed"),
        (b"\xff\xfe" + RSS.encode("utf-16-le"), "a feed"),
        (b"\xfe\xff" + RSS.encode("utf-16-be"), "a feed"),
        (b"<atom:feed xmlns:atom='http://www.w3.org/2005/Atom'></atom:feed>", "a feed"),
        (b'{"title": "x", "version": "https:\\/\\/jsonfeed.org\\/version\\/1.1", "items": []}', "a feed"),
        (b"<s:urlset xmlns:s='x'>", "a sitemap"),
        (b"<?xml version='1.0'?><svg:svg xmlns:svg='x'>", "a picture (SVG)"),
        (b"\0\0\0\x20ftypavif", "a picture (AVIF or HEIC)"),
        (b"\0\0\0\x20ftypmp42", "a video (MP4)"),
    ],
)
def test_what_is_no_web_page_is_called_what_it_is(content: bytes, what: str) -> None:
    with pytest.raises(NotAnArticleError) as raised:
        read_page(content, ADDRESS, content_type="text/html")
    assert raised.value.reason == what


@given(st.binary(max_size=300))
def test_any_bytes_give_an_answer(content: bytes) -> None:
    assert isinstance(outcome(content), str)


@given(st.lists(st.sampled_from([*PIECES, "</div>", "</p>", "<h1>A story of a bridge</h1>", "</table>", "<frameset>"])))
def test_any_tags_give_an_answer(pieces: list[str]) -> None:
    assert isinstance(outcome("".join(pieces).encode()), str)


@pytest.mark.parametrize(
    ("content", "label"),
    [
        (b'<meta charset="gbk">', "gbk"),
        (b"<META http-equiv=Content-Type content='text/html; charset=GB2312'>", "GB2312"),
        (b"<!-- <meta charset=koi8-r> --><meta charset=big5>", "big5"),
        (b'<?xml version="1.0" encoding="windows-1251"?><html>', "windows-1251"),
        (b"<meta charset=utf-16>", "utf-8"),
        (b"<meta name=description content='charset=koi8-r'>", None),
        (b"<body><meta charset=koi8-r>", None),
    ],
)
def test_a_page_says_its_encoding(content: bytes, label: str | None) -> None:
    assert page_label(content) == label


def test_one_bad_byte_spoils_one_character() -> None:
    page = "<meta charset=gb2312><p>青溪镇昨天举行了新石桥的通车仪式".encode("gb18030")
    text = read_document(page.replace("昨".encode("gb18030"), b"\xff")).tree.text_content()
    assert text.startswith("青溪镇")
    assert text.endswith("举行了新石桥的通车仪式")


def test_the_base_of_a_page_counts_for_its_links() -> None:
    document = read_document(b"<base href='/a/'><p>x", None, "http://h.example/b/c")
    assert document.base == "http://h.example/a/"


@pytest.mark.parametrize(
    "markup",
    [
        *(
            "<img src=/a.jpg width={0} height={0}>",
            "<img srcset='/a.jpg {0}w, /b.jpg {0}x'>",
            "<font size={0}>a</font>",
        ),
        *("<ol start={0}><li value=-{0}>a</ol>", "<table><td colspan={0} rowspan={0}>a</table>", "&#{0};&#x{0};&#{0}"),
        *(
            "<time datetime={0}>{0}</time>",
            "<p class=date>{0}小时前</p>",
            "<p style='font-size:{0}em;opacity:{0}'>a</p>",
        ),
        '<script type="application/ld+json">{{"@type":"NewsArticle","datePublished":{0},"wordCount":{0}}}</script>',
        '<script type="application/ld+json">{{"@type":"NewsArticle","datePublished":"2026-11-01T00:00+{0}"}}</script>',
        "<meta property='article:published_time' content='/Date({0})/'><meta name=date content='{0}-01-01'>",
    ],
)
def test_numbers_of_any_length_are_read(markup: str) -> None:
    """Python makes no integer of some thousand digits."""
    page = story(text=f"{markup.format('9' * 5000)} A bridge has been built over the river, and {{n}} people came.")
    reading = read_page(page.encode(), "http://paper.example/2026/11/01/a-bridge-opens")
    assert reading.title == "A bridge opens over the Merrow"
