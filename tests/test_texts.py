"""Whether a source has begun to answer everything with one and the same text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.decide import Believe, SameText, Texts, judge_edits
from archiver.index import ArticleKey

ONE = "a text that is long enough"


def key(number: int, recipe: str = "site") -> ArticleKey:
    """Return which article it is."""
    return ArticleKey(recipe, f"{number:04}")


def looked_at(texts: Texts, said: list[str | None]) -> list[bool]:
    """Return for each of some new articles whether its text is believed."""
    return [isinstance(texts.look_at(key(number), text), Believe) for number, text in enumerate(said)]


def test_the_third_in_a_row_is_not_believed() -> None:
    assert looked_at(Texts(), [ONE] * 4) == [True, True, False, False]


def test_two_in_a_row_may_be_an_agencys() -> None:
    assert looked_at(Texts(), [ONE, ONE, "another", ONE, ONE, "another"]) == [True] * 6


def test_the_tenth_of_a_run_is_not_believed() -> None:
    said: list[str | None] = [text for number in range(12) for text in (ONE, f"text {number}")]
    believed = looked_at(Texts(), said)
    assert [number // 2 + 1 for number, one in enumerate(believed) if not one] == [10, 11, 12]


def test_one_article_in_two_forms_is_one() -> None:
    texts = Texts()
    assert all(isinstance(texts.look_at(key(1), ONE), Believe) for _ in range(11))


def test_a_row_may_have_begun_in_an_earlier_run() -> None:
    texts = Texts()
    texts.begin("site", [("b", ONE), ("a", ONE)])
    verdict = texts.look_at(key(1), ONE)
    assert verdict == SameText("the same text as a and others before it")


def test_a_row_that_one_earlier_article_began_goes_on() -> None:
    texts = Texts()
    texts.begin("site", [("b", ONE), ("a", "another")])
    assert looked_at(texts, [ONE, ONE]) == [True, False]


@pytest.mark.parametrize("last", [[("b", ONE), ("a", "another")], [("b", "another"), ("a", ONE)], []])
def test_a_shorter_row_is_none(last: list[tuple[str, str | None]]) -> None:
    texts = Texts()
    texts.begin("site", last)
    assert isinstance(texts.look_at(key(1), ONE), Believe)


def test_sources_do_not_break_each_others_rows() -> None:
    texts = Texts()
    for number in range(2):
        texts.look_at(key(number), ONE)
        texts.look_at(key(number, "other"), "another")
    assert isinstance(texts.look_at(key(9), ONE), SameText)


def test_the_third_of_a_site_is_not_believed_whatever_comes_between() -> None:
    texts = Texts()
    for number in range(20):
        assert isinstance(texts.look_at(key(number), ONE, f"paper{number}.example"), Believe)
        assert isinstance(texts.look_at(key(number + 50), f"text {number}", "wall.example"), Believe)
    assert isinstance(texts.look_at(key(90), ONE, "paper1.example"), Believe)
    verdict = texts.look_at(key(91), ONE, "paper1.example")
    assert verdict == SameText("the same text as 0001 and others of paper1.example")


def test_a_sites_earlier_articles_count() -> None:
    texts = Texts()
    for article_id in ("a", "b", "b"):
        texts.know("wall.example", ONE, article_id)
    assert isinstance(texts.look_at(ArticleKey("web", "b"), ONE, "wall.example"), Believe)
    assert isinstance(texts.look_at(key(1), ONE, "wall.example"), SameText)
    assert isinstance(texts.look_at(key(1), ONE, "other.example"), Believe)


@pytest.mark.parametrize("text", [None, "-short"])
def test_short_texts_say_nothing(text: str | None) -> None:
    assert all(looked_at(Texts(), [text] * 11))


def test_a_recipe_is_begun_once() -> None:
    texts = Texts()
    assert texts.needs("site")
    texts.begin("site", [])
    assert not texts.needs("site")


@pytest.mark.parametrize("site", ["", "paper.example"])
def test_the_first_new_article_with_a_text_is_known(site: str) -> None:
    texts = Texts()
    for number in (2, 1, 3):
        texts.look_at(key(number), ONE, site)
    assert texts.first_with(ONE) == key(2)
    assert texts.first_with("another") is None


def test_an_article_of_any_site_counts_in_the_run() -> None:
    texts = Texts()
    texts.look_at(key(99, "web"), ONE, "paper.example")
    said: list[str | None] = [text for number in range(10) for text in (ONE, f"text {number}")]
    assert looked_at(texts, said)[::2] == [True] * 8 + [False] * 2


def test_an_edit_that_nobody_else_has_is_believed() -> None:
    assert judge_edits([(key(1), ONE, "before")], {}) == {key(1): Believe()}
    assert judge_edits([(key(1), ONE, "before")], {ONE: {key(1)}}) == {key(1): Believe()}


def test_an_edit_to_what_another_article_says_is_not_believed() -> None:
    verdicts = judge_edits([(key(1), ONE, "before")], {ONE: {key(2)}})
    assert verdicts == {key(1): SameText("was edited, and says the same as 0002 now; not believed")}


def test_of_several_that_say_the_same_the_first_by_its_id_is_named() -> None:
    verdicts = judge_edits([(key(1), ONE, "before")], {ONE: {key(number) for number in range(2, 10)}})
    assert verdicts == {key(1): SameText("was edited, and says the same as 0002 now; not believed")}


def test_edits_to_one_text_are_not_believed() -> None:
    verdicts = judge_edits([(key(1), ONE, "before"), (key(2), ONE, "and before")], {})
    assert {type(verdict) for verdict in verdicts.values()} == {SameText}


def test_articles_that_said_the_same_before_may_be_edited_alike() -> None:
    verdicts = judge_edits([(key(1), ONE, "before"), (key(2), ONE, "before")], {})
    assert set(verdicts.values()) == {Believe()}


def test_of_what_nobody_knows_the_text_nothing_was_the_same() -> None:
    verdicts = judge_edits([(key(1), ONE, None), (key(2), ONE, None)], {})
    assert {type(verdict) for verdict in verdicts.values()} == {SameText}


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("abc"), st.sampled_from(["x", "y", None]))), st.randoms())
def test_the_order_of_edits_makes_no_difference(edits: list[tuple[int, str, str | None]], random: Any) -> None:
    by_key = {key(number): (text, before) for number, text, before in edits}
    given_edits = [(one, text, before) for one, (text, before) in by_key.items()]
    expected = judge_edits(given_edits, {"a": {key(9)}})
    random.shuffle(given_edits)
    assert judge_edits(given_edits, {"a": {key(9)}}) == expected
