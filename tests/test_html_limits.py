"""Where markup costs more than its length: what is left of it, and that it takes no word along."""

from __future__ import annotations

import pytest

from archiver.html.limits import limited

FILLING = "<br>" * 6001  # so many tags that a page is looked at closely


@pytest.mark.parametrize(("written", "left"), [(59, 59), (60, 60), (61, 60), (5000, 60)])
def test_so_many_emphases_are_open_at_once(written: int, left: int) -> None:
    html = limited(FILLING + "".join(f"<b>{number} " for number in range(written)))
    assert html.count("<b>") == left
    assert html.replace("<br>", "").replace("<b>", "").split() == [str(number) for number in range(written)]


def test_emphases_that_were_ended_are_open_no_more() -> None:
    html = FILLING + "<b>a</b>" * 5000
    assert limited(html) == html


@pytest.mark.parametrize(("paragraphs", "left"), [(1666, 60), (1667, 0)])
def test_a_page_of_too_many_copies_of_emphases_loses_all_of_them(paragraphs: int, left: int) -> None:
    """Each paragraph has those anew that nobody has ended: 60 in 1,667 are more than 100,000."""
    html = limited(FILLING + "<b>" * 60 + "".join(f"<p>{number}" for number in range(paragraphs)))
    assert (html.count("<b>"), html.count("<p>")) == (left, paragraphs)


@pytest.mark.parametrize(("written", "left"), [(200, 200), (201, 200), (100_000, 200)])
def test_so_many_attributes_has_a_tag(written: int, left: int) -> None:
    html = limited("<p" + "".join(f" a{number}='>'" for number in range(written)) + ">a</p>" + " " * 20_000)
    assert html.rstrip() == "<p" + "".join(f" a{number}='>'" for number in range(left)) + ">a</p>"


@pytest.mark.parametrize(("between", "whole"), [(59, True), (60, False)])
def test_what_a_tag_ends_is_looked_for_among_the_last_elements_only(between: int, whole: bool) -> None:
    """What is further away counts as open, and soon there are more elements in each other than are let through."""
    html = ("<p>" + "<span>" * between) * 200
    assert (limited(html) == html) is whole


@pytest.mark.parametrize(("between", "whole"), [(59, True), (60, False)])
def test_a_picture_is_looked_for_among_the_last_elements_only(between: int, whole: bool) -> None:
    """In a picture (svg) a script is no raw text, and its tags would be markup: it is left out there."""
    html = FILLING + "<svg>" + "<g>" * between + "<script><b></script>"
    assert ("<script>" not in limited(html)) is whole
