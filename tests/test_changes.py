"""What changed between two versions of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.views.changes import Change, changes


def shown(old: list[str], new: list[str]) -> list[str]:
    """Each change as a line, with what changed in brackets unless all did."""
    return [_line(change) for change in changes(old, new)]


def _line(change: Change) -> str:
    if not change.is_part:
        return f"{change.sign}{change.text}"
    return change.sign + "".join(f"[{piece.text}]" if piece.changed else piece.text for piece in change.pieces)


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (["新开工项目126个。"], ["新开工项目121个。"], ["-新开工项目[126]个。", "+新开工项目[121]个。"]),
        (
            ["It rose 1.5 % in May."],
            ["It rose 1.8 % in May."],
            ["-It rose [1.5 ]% in May.", "+It rose [1.8 ]% in May."],
        ),
        (["It's one word."], ["It is one word."], ["-[It's ]one word.", "+[It is ]one word."]),
        (["投资超四百亿元"], ["投资近四百亿元（更正）"], ["-投资[超]四百亿元", "+投资[近]四百亿元[（更正）]"]),
        (["会议在北京开。"], ["另一件事情。"], ["-会议在北京开。", "+另一件事情。"]),  # nothing to compare
        (["甲乙丙丁。"], ["甲乙丙丁。", "戊己庚辛。"], ["+戊己庚辛。"]),
        (["甲乙丙丁。", "戊己庚辛。"], ["戊己庚辛。"], ["-甲乙丙丁。"]),
        (["甲乙丙丁。"], ["甲乙丙丁。"], []),
    ],
)
def test_of_a_sentence_that_was_edited_only_what_changed_is_marked(
    old: list[str], new: list[str], lines: list[str]
) -> None:
    assert shown(old, new) == lines


def test_a_sentence_follows_the_one_that_it_was_made_of() -> None:
    old = ["一季度共有126个项目开工。", "高新区有43个项目居首。"]
    new = ["一季度共有121个项目开工。", "编者按。", "高新区有41个项目居首。"]
    assert shown(old, new) == [
        "-一季度共有[126]个项目开工。",
        "+一季度共有[121]个项目开工。",
        "+编者按。",
        "-高新区有[43]个项目居首。",
        "+高新区有[41]个项目居首。",
    ]


TEXTS = st.lists(st.text(st.sampled_from("ab甲乙 12.,。’"), min_size=1, max_size=30).map(str.strip), max_size=6)


@given(TEXTS, TEXTS)
def test_both_versions_can_be_told_from_what_changed(old: list[str], new: list[str]) -> None:
    found = list(changes(old, new))
    for sign, one, other in (("-", old, new), ("+", new, old)):
        texts = [change.text for change in found if change.sign == sign]
        rest = iter(one)
        assert all(text in rest for text in texts), "they are sentences of that version, in its order"
        assert set(one) - set(other) <= set(texts)


@given(TEXTS, TEXTS)
def test_what_is_not_marked_is_the_same_in_both(old: list[str], new: list[str]) -> None:
    parts = [change for change in changes(old, new) if change.is_part]
    assert [change.sign for change in parts] == ["-", "+"] * (len(parts) // 2)
    for before, after in zip(parts[::2], parts[1::2], strict=True):
        left = [
            "".join("".join(piece.text for piece in one.pieces if not piece.changed).split()) for one in (before, after)
        ]
        assert left[0] == left[1] != ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a " * 300, "a b " * 150),  # each pair of equal words is a place where the two may agree
        ("甲" * 300, "甲乙" * 150),
        ("一二三四五六七八九十" * 201, "一二三四五六七八九十" * 202),  # too long
    ],
)
def test_a_sentence_that_takes_long_to_compare_is_shown_as_it_is(old: str, new: str) -> None:
    assert [(change.sign, change.is_part) for change in changes([old], [new])] == [("-", False), ("+", False)]


def test_an_ordinary_sentence_is_not_too_long_to_compare() -> None:
    """Of 170 words, as legal texts have them, of which each tenth is `the` and each tenth a comma."""
    words = [("the", "of,")[place % 2] if place % 5 == 0 else f"word{place}" for place in range(170)]
    edited = [*words[:50], "other", *words[51:]]
    assert all(change.is_part for change in changes([" ".join(words)], [" ".join(edited)]))
