"""The profile `clean`, on anything at all: what holds for every input."""

from __future__ import annotations

import re
import unicodedata
from html import escape
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from archiver.cleaning import Cleaner
from archiver.cleaning.cleaned import MAX_BODY_CHARACTERS
from archiver.html import parse_fragment
from archiver.recipes import load_recipes
from tests.soup import BLOCKS, MANY, clean_bodies, mess, shards, sound_bodies, soups

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

BASE = "http://news.example/a/1.html"
RULES = load_recipes()["eastmoney"].clean
CLEANER = Cleaner(RULES)
BY_TREE = Cleaner(RULES)
BY_TREE._clean_already = re.compile("(?!)")

INLINE = frozenset("a strong em sub sup code img del ins s q mark ruby rt rp".split())
ROWS = frozenset("li dt dd caption thead tbody tfoot tr td th figcaption".split())
KEPT = {
    **{name: set[str]() for name in INLINE | ROWS},
    **{name: set[str]() for name in "h1 h2 h3 h4 h5 h6 p pre ul ol dl table blockquote figure br".split()},
    "a": {"href"},
    "img": {"src", "alt", "title"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start", "type", "reversed"},
    "li": {"value"},
}


def tree(cleaned: str) -> ElementTree.Element:
    """Return the tree of a cleaned body, which must be well-formed XML."""
    return ElementTree.fromstring(f"<body>{cleaned}</body>")


def seen(element: ElementTree.Element) -> Iterator[str]:
    """Yield the text of a cleaned body, with a line end where a block begins or ends."""
    edge = "" if element.tag in INLINE else "\n"
    yield edge + (element.text or "")
    for child in element:
        yield from seen(child)
        yield child.tail or ""
    yield edge


def visible(element: HtmlElement) -> Iterator[str]:
    """Yield the visible text of a parsed source, with a line end where a block begins or ends."""
    unseen = {"script", "style", "title", "iframe", "noembed", "noframes", "template", "meta", "link", "input"}
    if not isinstance(element.tag, str):  # a comment
        return
    styles = "".join((element.get("style") or "").lower().split())
    edge = "\n" if element.tag in {*BLOCKS, "hr", "br"} or "float:left" in styles else ""
    yield edge
    if element.tag not in unseen and "display:none" not in styles and element.get("hidden") is None:
        yield element.text or ""
        for child in element:
            yield from visible(child)
            yield child.tail or ""
    yield edge


def holds(element: ElementTree.Element) -> bool:
    """Return whether an element holds a word, a picture or a cell, which may be empty."""
    return bool("".join(element.itertext()).strip()) or any(part.tag in {"img", "td", "th"} for part in element.iter())


def check(cleaned: str) -> None:
    """Check what holds for every cleaned body."""
    root = tree(cleaned)
    for element in list(root.iter())[1:]:
        assert element.tag in KEPT
        assert set(element.attrib) - {"class"} <= KEPT[element.tag]
        assert set(element.get("class", "em_media").split()) <= RULES.keep_classes
        assert element.get("href", "http:").lower().startswith(("http:", "https:", "mailto:"))
        assert element.tag == "br" or holds(element)
    for element in root:
        assert element.tag not in INLINE | ROWS | {"br"}
    assert not "".join([root.text or "", *(element.tail or "" for element in root)]).strip()
    for line in cleaned.split("\n")[1:]:
        assert line.strip(" \t\u3000"), "an empty line"
        assert not line.startswith(("\t", "    ", "\u3000"))
    for text in ("{{", "{%", "\u3000\u3000", "\r", "\ufeff"):
        assert text not in cleaned
    assert {c for c in cleaned if unicodedata.category(c) in ("Cc", "Cs")} <= {"\n", "\t"}
    assert CLEANER.clean(cleaned, BASE).html == cleaned


@given(mess | st.text(), st.sampled_from([BASE, "", "http://[", "x:y"]) | st.text())
@settings(max_examples=MANY, deadline=None)
@example("<p>\u3000\x01\u3000</p>", BASE)
@example("<span hidden>a</span>\x1f<p hidden>a</p>\x1f", BASE)
@example("<td></td>", BASE)
@example("<ol><li><table><tr><th></table><li>1</ol>", BASE)
@example("<pre>a\n\n    b</pre>", BASE)
@example("<ul><li>\n<p>郑重声明</p>\n<p>a</p></li></ul>", BASE)
def test_anything_comes_out_sound_and_stays_as_it_is(html: str, base: str) -> None:
    check(CLEANER.clean(html, base).html)


@given(soups)
@settings(max_examples=MANY, deadline=None)
@example([("<p>", "\n"), ("1", "1"), ('<b style="float : left">', "\n"), ("1", "1"), ("</p>", "\n")])
def test_no_word_is_lost_or_glued_to_its_neighbour(soup: list[tuple[str, str]]) -> None:
    cleaned = CLEANER.clean("".join(markup for markup, _ in soup), BASE).html
    check(cleaned)
    source = re.sub(r"[\s?]*\s[\s?]*", " ", "".join(text for _, text in soup)).strip(" ?")
    expected = "".join({"?": r"\s*", " ": r"\s+"}.get(character, re.escape(character)) for character in source)
    assert re.fullmatch(expected, "".join(seen(tree(cleaned))).strip())


@given(mess)
@settings(max_examples=MANY, deadline=None)
def test_every_word_that_a_parser_sees_is_there(html: str) -> None:
    html = "".join(c for c in html if unicodedata.category(c) not in ("Cc", "Cs") or c in "\n\t")
    assume(
        not re.search(
            r"(?i)body|html|frame|plaintext|声明|下载|&#|\ufeff|select|svg|button|object|textarea|xmp|advert", html
        )
    )
    expected = "".join(visible(parse_fragment(f"<p>.</p>{html}"))).split()
    assert [".", *"".join(seen(tree(CLEANER.clean(html, BASE).html))).split()] == expected


@given(clean_bodies, st.lists(st.tuples(st.integers(0, 200), st.integers(0, 3), shards | st.characters()), max_size=2))
@settings(max_examples=MANY, deadline=None)
@example("<p> a</p>", [])
@example("<p>a<br /> b</p>", [])
@example("<p>a<br /></p>", [])
@example("<p>a<br /> <b></b></p>", [])
@example("<p>a <strong></strong></p>", [])
@example("<p>a</p>\n    <p>b</p>", [])
@example("<p>a</p> <p>b</p>", [])
def test_a_body_that_needs_no_tree_comes_out_as_from_one(html: str, edits: list[tuple[int, int, str]]) -> None:
    for start, length, text in edits:
        html = html[:start] + text + html[start + length :]
    cleaned = CLEANER.clean(html, BASE).html
    assert BY_TREE.clean(html, BASE).html == cleaned
    if CLEANER._clean_already.fullmatch(html) and "声明" not in html:
        assert cleaned == html


@given(sound_bodies)
@settings(max_examples=MANY, deadline=None)
@example("a<p>b</p>\n c<center>d</center>\n <p>e<br /></p>")
@example("<div><p>a</p><span>b</span></div>")
@example("<p>a</p><b><p>b</p></b><p>扫码下载 APP</p><p><b>c</b></p>")
@example("<table><tr><td>a</td></tr></table><table><tbody><tr><td>b</td></tr></tbody></table>")
def test_a_body_that_is_cleaned_in_parts_comes_out_as_a_whole(html: str) -> None:
    # With a `wbr`, which leaves no trace, it is never cleaned in parts.
    assert CLEANER.clean(html, BASE) == BY_TREE.clean(f"{html}<wbr>", BASE)


@given(
    st.lists(st.text(st.sampled_from(" \n\t\r\x07\x1c\u3000a甲{%&<>"), max_size=5), max_size=4),
    st.sampled_from(["", "\n "]),
)
@settings(max_examples=MANY, deadline=None)
def test_a_cell_with_nothing_but_words_is_written_as_one_with_an_element_in_it(words: list[str], gap: str) -> None:
    # A `u` leaves no trace, and keeps a cell from being written in one step.
    plain, other = (gap.join(f"<td>{escape(text)}{inner}</td>" for text in words) for inner in ("", "<u></u>"))
    table = f"<table>{gap}<tr>{gap}{{}}</tr></table>b".format
    assert CLEANER.clean(table(plain), BASE) == CLEANER.clean(table(other), BASE)


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 5000 + "word" + "</div>" * 5000,
        "<div><!--</div>-->" * 5000 + "word",
        "<span><div></span></div>" * 5000 + "word",
        "<ul><li>" * 5000 + "word",
        "<font>" * 5000 + "word",
        "<<b>div>" * 5000 + "<p>word</p>",
        "<table><tr><td>" * 2000 + "<img alt='><div><div>'>word",
    ],
)
def test_depth_costs_no_words(html: str) -> None:
    cleaned = CLEANER.clean(html, BASE).html
    check(cleaned)
    assert "word" in "".join(seen(tree(cleaned))).split()


PARTS = (
    "甲|<p>甲乙</p>|<p>甲|<|<a|<a |<body|</body|<script|<!--|&|&#|\n|\u3000|甲 |<b>|</b>|<b><p>甲|<br>|{{|<p style='|"
    "<img src=x>|<table>|<td>|<li>|<p><i>甲</i>|<span>甲</span>|<a href=/x>甲</a>|扫码|长按下载|<p>点击下载|"
    "<p>a <br />|<strong>|<p> |<br /> |\r|display:|]|<pre>\n"
)


@pytest.mark.parametrize("part", PARTS.split("|"))
def test_much_of_anything_comes_to_an_end(part: str) -> None:
    """What grows with the square of the length would take minutes of so much."""
    cleaned = CLEANER.clean("<p>" + part * (250_000 // len(part)), BASE).html
    if len(cleaned) <= MAX_BODY_CHARACTERS:  # references are longer than what they stand for
        assert CLEANER.clean(cleaned, BASE).html == cleaned
