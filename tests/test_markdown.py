"""Markdown: text that shows as it is, and addresses that stay whole. What Jekyll makes of it: test_jekyll."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.posts import markdown
from archiver.text import one_line
from tests.jekyll.traps import words

lines = st.builds(one_line, st.text(st.characters()) | st.lists(st.sampled_from(words), max_size=4).map("".join))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("厦门日报", "厦门日报"),
        (
            "ITA国际机械(中国) A-B, C&D 5% #1 +2 a~b x=y! $9 E.T.",
            "ITA国际机械(中国) A-B, C&D 5% #1 +2 a~b x=y! $9 E.T.",
        ),
        ("甲|乙", r"甲\|乙"),
        ("[甲](乙)*丙*_丁_`戊`\\", r"\[甲\](乙)\*丙\*\_丁\_\`戊\`" + "\\\\"),
        ("[甲]: 乙", r"\[甲\]\: 乙"),
        ("<b>甲 < 乙", "&lt;b>甲 &lt; 乙"),
        ("&lt; &#60; & &甲", "&amp;lt; &amp;#60; & &甲"),
        ("{{ 甲 }} {% 乙 %} {丙}", "&#123;{ 甲 }} &#123;% 乙 %} {丙}"),
        ("甲{:.a}{::comment}", r"甲\{:.a}\{::comment}"),
        ('"甲" it\'s', r"\"甲\" it\'s"),
        ("-- --- .. ... ~~ >> $$", r"\-\- \-\-\- .. \.\.\. \~\~ \>\> \$\$"),
    ],
)
def test_text_is_escaped_where_it_means_something(value: str, written: str) -> None:
    assert markdown.text(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("甲，乙。", "> 甲，乙。"),
        ("# 甲", r"> \# 甲"),
        ("- 甲 - 乙", r"> \- 甲 - 乙"),
        ("---", r"> \-\-\-"),
        ("+1%", r"> \+1%"),
        ("2021. 甲", r"> 2021\. 甲"),
        ("1.5亿元", "> 1.5亿元"),
        (">> 甲", r"> \>> 甲"),
        ("^", "> &#94;"),
        ("{{甲}}", "> &#123;{甲}}"),
    ],
)
def test_a_quote_is_one_paragraph(value: str, written: str) -> None:
    assert markdown.quote(value) == written


@given(lines)
def test_nothing_is_a_template_or_a_tag(value: str) -> None:
    for written in (markdown.text(value), markdown.quote(value), markdown.address(value), markdown.link_target(value)):
        assert not re.search(r"\{\{|\{%|<", written)
        assert "\n" not in written


@given(lines)
def test_an_address_is_whole_and_stays_the_same_address(value: str) -> None:
    for written in (markdown.address(value), markdown.link_target(value)):
        assert not set(written) & set(' \t|<>{}"\\^`')
        assert not re.search(r"&#?\w+;", written)
        assert unquote(written) == unquote(value)


@given(st.text("()a"))
def test_brackets_within_a_link_pair(value: str) -> None:
    depth = 0
    for character in markdown.link_target(value):
        depth += {"(": 1, ")": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0


def test_brackets_that_pair_stay() -> None:
    assert markdown.link_target("jixie(zhongguo)") == "jixie(zhongguo)"
    assert markdown.link_target("jixie)zhongguo(") == "jixie%29zhongguo%28"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("http://a.example/1.html?a=1&b=2#c", "<http://a.example/1.html?a=1&b=2#c>"),
        ("HTTPS://a.example/", "<https://a.example/>"),
        ("http://a.example/甲|{{乙}} <c>", "<http://a.example/甲%7C%7B%7B乙%7D%7D%20%3Cc%3E>"),
        ("http://a.example/?a&lt;&#60;", "<http://a.example/?a&lt%3B&#60%3B>"),
        ("http://a.example/a;jsessionid=1", "<http://a.example/a;jsessionid=1>"),
    ],
)
def test_a_link_shows_its_address(value: str, written: str) -> None:
    assert markdown.link(value) == written


@pytest.mark.parametrize(
    "value",
    ["", "甲", "a.example", "//a.example/", "/1.html", "javascript:a()", "ftp://a.example/", "http://", "http:///a"],
)
def test_what_is_no_address_is_no_link(value: str) -> None:
    with pytest.raises(ValueError, match="not the address of a web page"):
        markdown.link(value)
