"""Front matter: any string goes in, and reads back as itself."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from archiver.posts.frontmatter import double_quoted, scalar, tags
from archiver.text import one_line
from tests.jekyll.traps import words

# Strings as pipelines hand them on: of any characters, and of those that mean something to YAML.
lines = st.builds(
    one_line,
    st.text(st.characters())
    | st.text("甲a0 \t\n\\\"'{}[]%#:,&*!|>@`~?.-_+=<\xa0\u2028\u2029\u3000\ufeff😀")
    | st.lists(st.sampled_from(words), max_size=3).map("".join),
)


@given(lines)
def test_a_title_reads_back_on_one_line_and_without_templates(line: str) -> None:
    written = double_quoted(line)
    assert yaml.safe_load(f"title: {written}\nlayout: post\n") == {"title": line, "layout": "post"}
    assert len(written.splitlines()) == 1
    assert "{{" not in written
    assert "{%" not in written


@given(lines)
def test_printable_text_stands_as_it_is(line: str) -> None:
    text = "".join(re.findall(r'[^\\"{]', line))
    if text.isprintable():
        assert double_quoted(text) == f'"{text}"'


@given(st.text(st.characters()))
def test_any_string_at_all_reads_back(text: str) -> None:
    assert yaml.safe_load(double_quoted(text)) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('甲"乙"', r'"甲\"乙\""'),
        ("D:\\甲", r'"D:\\甲"'),
        ("甲\n\t乙", r'"甲\n\t乙"'),
        ("{{ 甲 }} {% 乙 %} {丙}", r'"\x7B{ 甲 }} \x7B% 乙 %} {丙}"'),
        ("{{{", r'"\x7B\x7B{"'),
        ("😀：“甲”〔乙〕", '"😀：“甲”〔乙〕"'),
        ("甲\u2028乙\ufeff", r'"甲\u2028乙\uFEFF"'),
    ],
)
def test_what_is_escaped(text: str, written: str) -> None:
    assert double_quoted(text) == written


@pytest.mark.parametrize(
    "text",
    [
        *(
            "咸宁日报新闻",
            "21世纪经济报道",
            "emnews",
            "shamenribao",
            "ITAguojijixie(zhongguo)",
            "甲·乙",
            "甲（乙）",
            "A股",
            "yesterday",
        ),
        *("甲-乙", "甲&乙", "甲+乙", "甲/乙", "《甲》报新闻", "21shijijingjibaodao", "media163", "甲_乙", "163新闻"),
    ],
)
def test_names_stay_plain_where_that_is_safe(text: str) -> None:
    written = scalar(text)
    assert written == (f'"{text}"' if text.startswith("《") else text)
    assert yaml.safe_load(f"tags: {written}") == {"tags": text}


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "2021",
            "1.5",
            "1,000",
            "1_000",
            "0x1F",
            "0XAB",
            "0o17",
            "0b11",
            "0B1",
            "1e5",
            "2021-12-24",
            "2021-1-1",
            "12:30",
        ),
        *("yes", "yEs", "No", "oN", "off", "y", "N", "true", "FALSE", "null", "nuLL", "~", ".inf", "１２"),
        *(
            "@甲",
            "%甲",
            "*甲",
            "&甲",
            "!甲",
            "-甲",
            "[甲",
            "{甲",
            "'甲",
            '"甲',
            "#甲",
            "?甲",
            ">甲",
            "|甲",
            "`甲",
            "=",
            "<<",
        ),
        *("甲: 乙", "甲 #乙", "甲:", ":甲", " 甲", "甲 ", "甲\t", "甲\xa0乙", "甲{{乙", "---", "..."),
    ],
)
def test_names_that_yaml_would_read_as_something_else_are_quoted(text: str) -> None:
    assert scalar(text) == double_quoted(text)


@given(lines)
def test_a_tag_reads_back_as_one_tag(line: str) -> None:
    value = yaml.safe_load(f"tags: {tags(line)}\n")["tags"]
    # Jekyll splits strings at white space, and only at ASCII's.
    assert value == ([line] if re.search(r"\s", line, re.ASCII) else line)
    assert len(tags(line).splitlines()) == 1


def test_a_tag_with_white_space_is_a_list_with_one_string() -> None:
    assert tags("21世纪经济报道 21财经APP新闻") == '["21世纪经济报道 21财经APP新闻"]'
    assert tags("甲\u3000乙新闻") == '"甲\u3000乙新闻"'
    assert tags("咸宁日报新闻") == "咸宁日报新闻"
