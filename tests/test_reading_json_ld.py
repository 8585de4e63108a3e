"""JSON-LD as pages really write it."""

from __future__ import annotations

import json
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.reading.metadata.json_ld import json_values
from archiver.reading.metadata.nodes import nodes, texts

WANTED = [{"headline": "Bridge", "author": [{"name": "Ann"}]}]
PLAIN = '{"headline": "Bridge", "author": [{"name": "Ann"}]}'
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        f"\n<!-- {PLAIN} -->",
        f"//<![CDATA[\n{PLAIN}\n//]]>",
        f"/*<![CDATA[*/{PLAIN}/*]]>*/",
        f"{PLAIN};",
        f"{PLAIN}}}",
        '{"headline": "Bridge", "author": [{"name": "Ann"},],}',
        '{"headline": "Bridge", // as the desk has it\n "author": [{"name": "Ann"}]}',
        '{"headline": "Bridge", /* nobody */ "author": [{"name": "Ann"}]}',
        PLAIN.replace('"', "&quot;"),
    ],
)
def test_what_pages_get_wrong_around_and_between_values_is_read(text: str) -> None:
    assert json_values(text) == WANTED


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ('{"headline": "The "bridge" is open", "x": 1}', 'The "bridge" is open'),
        ('{"headline": "Line\none", "x": 1}', "Line\none"),
        ('{"headline": "See http://a.example/b", "x": 1,}', "See http://a.example/b"),
        ('{"headline": "A \\"word\\" //not a comment", "x": 1,}', 'A "word" //not a comment'),
        ('{"headline": "Caf\\u00e9", "x": 1,}', "Café"),
    ],
)
def test_what_pages_get_wrong_within_a_text_is_read(text: str, headline: str) -> None:
    assert json_values(text) == [{"headline": headline, "x": 1}]


def test_a_number_of_any_length_costs_nothing() -> None:
    assert json_values(f'{{"headline": "Bridge", "x": {"9" * 5_000}, "y": 1}}') == [
        {"headline": "Bridge", "x": inf, "y": 1}
    ]


def test_several_values_in_one_script_are_all_read() -> None:
    assert json_values('{"a": 1}{"b": 2}[{"c": 3}]') == [{"a": 1}, {"b": 2}, [{"c": 3}]]


def test_of_a_script_that_is_cut_off_the_texts_of_the_article_are_read() -> None:
    cut = (
        '{"@type": "NewsArticle", "headline": "Caf\\u00e9 opens", "datePublished": "2026-11-01T09:30:00Z", "author": {'
    )
    assert json_values(cut) == [{"@type": "Article", "headline": "Café opens", "datePublished": "2026-11-01T09:30:00Z"}]


@pytest.mark.parametrize(
    "text", ["", "null", "window.x = 1", "[" * 100_000, '{"a":' * 100_000, '"' * 1000, "/*" * 1000]
)
def test_a_script_that_is_none_says_nothing(text: str) -> None:
    assert [value for value in json_values(text) if isinstance(value, dict)] == []


@given(JSON)
def test_what_is_right_is_read_as_it_is(value: object) -> None:
    assert json_values(json.dumps({"value": value})) == [{"value": value}]


@given(st.text(alphabet='{}[]",:\\/*\n a1', max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert isinstance(json_values(text), list)


def test_nodes_are_found_however_deep_and_those_in_lists_are_others() -> None:
    graph = {
        "@graph": [
            {"@type": "WebPage", "mainEntity": {"@type": ["Article", "NewsArticle"], "headline": "Ours"}},
            {"@type": "ItemList", "itemListElement": [{"item": {"@type": "NewsArticle", "headline": "Another's"}}]},
        ]
    }
    found = [node for node in nodes([graph], "json-ld") if node.types >= {"NewsArticle"}]
    assert [(node.values["headline"], node.is_article) for node in found] == [("Ours", True), ("Another's", False)]


def test_nodes_nested_deeper_than_any_stack_are_read() -> None:
    value: object = {"@type": "NewsArticle"}
    for _ in range(5_000):
        value = [{"inner": value}]
    assert sum(node.is_article for node in nodes([value], "json-ld")) == 1


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("Ann", ["Ann"]),
        (["Ann", {"name": "Ben"}, {"@value": "Cem", "name": "x"}], ["Ann", "Ben", "Cem"]),
        ({"@id": "#a"}, ["#a"]),
        ([[[[[["deep"]]]]]], []),
        (["", None, True, 7], ["7"]),
    ],
)
def test_texts_of_a_value(value: object, wanted: list[str]) -> None:
    assert texts(value) == wanted
