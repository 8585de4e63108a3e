"""Posts that are written, edits that are held back, and what is held in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archiver.clock import SECOND, micros
from archiver.index.types import ArticleKey, EarlierContent, Finished, Held, HeldPost, LastAnswer
from tests.index.values import (
    LIST,
    NOW,
    PUBLISHED,
    answer,
    capture,
    digest,
    due,
    edit,
    failed,
    held,
    intent,
    key,
    save,
    saved,
    seen,
)

if TYPE_CHECKING:
    from archiver.index import Index


def test_what_is_not_known_is_held_empty(index: Index) -> None:
    index.see(seen("a"), NOW, every_form=True)
    found = index.held([key("a"), key("b"), key("a")])
    assert list(found) == [key("a"), key("b")]
    assert found[key("a")].state == "listed"
    assert found[key("b")] == Held(key("b"))
    assert index.held([]) == {}


def test_a_post_is_held_when_it_is_finished(index: Index) -> None:
    index.begin([intent(capture=capture(1))], NOW)
    assert held(index) == Held(key(), "listed")
    index.finish([saved(answer=answer(1))], NOW)
    post = HeldPost("share", "_posts/a.md", digest("text"), PUBLISHED, NOW, 1, {"title": "page"}, capture(1))
    assert held(index) == Held(key(), "saved", "digest of text", {}, (post,), (), answer(1))


def test_an_edit_moves_what_was_there_to_the_earlier_contents(index: Index) -> None:
    for number, text in enumerate(("one", "two", "three")):
        index.begin([intent(text=text, saved=NOW + number, capture=capture(number))], NOW)
        index.finish([saved()], NOW)
    found = held(index)
    (post,) = found.posts
    assert (post.revision, post.sha256, post.saved, post.capture) == (3, digest("three"), NOW + 2, capture(2))
    assert found.earlier == (
        EarlierContent("share", 1, digest("one"), NOW, capture(0)),
        EarlierContent("share", 2, digest("two"), NOW + 1, capture(1)),
    )
    assert found.text_digest == "digest of three"


def test_a_post_that_is_as_it_was_keeps_its_facts(index: Index) -> None:
    save(index)
    index.begin([intent(saved=NOW + 5, rules={"title": "other"}, capture=capture(1))], NOW)
    index.finish([saved()], NOW)
    (post,) = held(index).posts
    assert (post.revision, post.saved, post.rules) == (1, NOW, {"title": "page"})
    assert post.capture == capture(1)  # that was not known before
    index.begin([intent(capture=capture(2))], NOW)
    index.finish([saved()], NOW)
    assert held(index).posts[0].capture == capture(1)
    assert held(index).earlier == ()


def test_a_post_that_moves_is_no_edit(index: Index) -> None:
    save(index)
    index.begin([intent(path="_posts/2027/01/a.md")], NOW)
    index.finish([saved()], NOW)
    found = held(index)
    assert [(post.path, post.revision) for post in found.posts] == [("_posts/2027/01/a.md", 1)]
    assert found.earlier == ()


def test_two_forms_are_two_posts(index: Index) -> None:
    index.begin([intent(), intent(form="rolling", path="_posts/r.md", sha256=digest("r"))], NOW)
    index.finish([saved(), saved(form="rolling")], NOW)
    assert [post.form for post in held(index).posts] == ["rolling", "share"]


@pytest.mark.parametrize("outcome", ["dropped", "checked"])
def test_what_was_not_written_is_not_held(index: Index, outcome: str) -> None:
    save(index)
    before = held(index)
    index.begin([intent(text="another")], NOW)
    index.finish([saved(outcome=outcome)], NOW)
    index.finish([saved()], NOW)  # there is no intent any more
    assert held(index) == before


def test_what_is_not_known_is_not_finished(index: Index) -> None:
    index.finish([saved(places=(LIST,), seen=NOW, answer=answer())], NOW)
    assert held(index) == Held(key())


def test_the_last_answer_is_the_latest(index: Index) -> None:
    save(index)
    index.finish([saved(outcome="checked", answer=answer(2))], NOW + 5)
    index.finish([saved(outcome="checked", answer=answer(1))], NOW + 5)
    assert held(index).answer == answer(2)
    index.finish([saved(outcome="checked", answer=answer(3, fetched=NOW + 99 * SECOND, capture=None))], NOW)
    assert held(index).answer == answer(3, fetched=NOW + 99 * SECOND, capture=None)
    index.finish([saved(outcome="checked", answer=answer(1))], NOW + 5)  # that one was kept when the clock was ahead
    assert held(index).answer == answer(1)


def test_a_capture_is_noted_where_none_is_known(index: Index) -> None:
    for text in ("one", "two"):
        save(index, text=text)
    index.finish([Finished(key(), "share", "dropped", capture=capture(5))], NOW)
    index.finish([Finished(key(), "share", "checked", capture=capture(1), revision=1)], NOW)
    index.finish([Finished(key(), "share", "checked", capture=capture(2))], NOW)
    index.finish([Finished(key(), "share", "checked", capture=capture(3), revision=1)], NOW)
    index.finish([Finished(key(), "share", "checked", capture=capture(4))], NOW)
    found = held(index)
    assert ([one.capture for one in found.earlier], [one.capture for one in found.posts]) == (
        [capture(1)],
        [capture(2)],
    )


def test_a_capture_makes_nothing_due_any_more(index: Index) -> None:
    index.see(seen("a", "b"), NOW, every_form=True)
    index.see(seen("b", form="rolling"), NOW, every_form=True)
    for name in ("a", "b"):
        index.begin([intent(name, capture=capture(1))], NOW)
        index.finish([saved(name, checked=None)], NOW)
    assert held(index).state == "saved"
    assert due(index, NOW, run=1) == ["b"]  # there is no post of the other form yet


def test_a_capture_leaves_what_is_due_and_what_is_withdrawn(index: Index) -> None:
    index.see(seen("a", "b"), NOW, every_form=True)
    for name in ("a", "b"):
        save(index, name)
    index.recheck([LIST], NOW, NOW)
    index.fail([failed("b", state="withdrawn")], NOW)
    for name in ("a", "b"):
        index.begin([intent(name, "another", capture=capture(1))], NOW)
        index.finish([saved(name, checked=None)], NOW)
    assert due(index, NOW, run=1) == ["a"]
    assert held(index, "b").state == "withdrawn"


def test_when_the_source_gave_an_article_is_known_of_captures_too(index: Index) -> None:
    for name, checked in (("a", NOW), ("b", None)):
        index.begin([intent(name, capture=capture(1))], NOW)
        index.finish([saved(name, checked=checked)], NOW)
    times = {one.post.key.id: one.post.checked for one in index.posts.select()}
    assert times == {"a": NOW, "b": micros(capture(1).time)}
    index.begin([intent("a", capture=capture(1))], NOW)
    index.finish([saved("a", checked=None)], NOW)
    assert next(index.posts.select()).post.checked == NOW  # that is later


def test_where_an_article_was_seen(index: Index) -> None:
    address = "http://news.example/a"
    index.begin([intent(saved=NOW)], NOW)
    index.finish([saved(places=(LIST, address), seen=NOW)], NOW)
    index.finish([saved(outcome="dropped", places=(LIST,), seen=NOW - 5)], NOW)
    index.finish([saved(outcome="checked", places=(LIST,), seen=NOW + 5)], NOW)
    (history,) = index.catalogue.history("a")
    assert [tuple(place) for place in history.places] == [(LIST, NOW - 5, NOW + 5), (address, NOW, NOW)]
    assert next(index.posts.select()).post.first_seen == NOW - 5


@pytest.mark.parametrize(("time", "first_seen"), [(NOW - 5, NOW - 5), (NOW + 5, NOW)])
def test_an_article_that_was_not_listed_is_known_since_its_post_is(index: Index, time: int, first_seen: int) -> None:
    index.begin([intent(saved=time)], NOW)
    index.finish([saved()], NOW)
    assert next(index.posts.select()).post.first_seen == first_seen


def test_what_was_not_written_says_nothing_of_the_source(index: Index) -> None:
    save(index)
    index.fail([failed(state="withdrawn")], NOW)
    index.finish([saved(outcome="dropped")], NOW)
    assert held(index).state == "withdrawn"
    index.finish([saved(outcome="checked")], NOW)
    assert held(index).state == "saved"


def test_edits_are_held_back_in_their_order(index: Index) -> None:
    for name in ("a", "b", "c"):
        save(index, name)
    edits = [edit("b"), edit("a", capture=capture(1)), edit("c", run=2)]
    index.hold(edits, NOW)
    assert index.held_back() == edits
    assert index.held_back(1) == edits[:2]
    index.hold([edit("b", "again"), edit("b", form="rolling")], NOW)
    assert index.held_back(1) == [edits[1], edit("b", "again"), edit("b", form="rolling")]


@pytest.mark.parametrize("outcome", ["saved", "checked", "dropped"])
def test_an_edit_that_is_finished_is_held_back_no_more(index: Index, outcome: str) -> None:
    save(index)
    index.hold([edit(), edit(form="rolling")], NOW)
    index.finish([saved(outcome=outcome)], NOW)
    assert index.held_back() == [edit(form="rolling")]


def test_an_article_that_fails_is_held_back_no_more(index: Index) -> None:
    save(index)
    index.hold([edit(), edit(form="rolling")], NOW)
    index.fail([failed()], NOW)
    assert index.held_back() == []


def test_what_articles_say(index: Index) -> None:
    for number, (name, text) in enumerate((("a", "same"), ("b", "other"), ("c", "same"))):
        save(index, name, text, NOW + number)
    save(index, "a", "same", NOW + 9)  # what counts is when there was a post for the first time
    save(index, "a", "same again", NOW + 9)
    save(index, "a", "same", NOW + 9)
    assert index.last_texts("news", 2) == [("c", "digest of same"), ("b", "digest of other")]
    assert index.last_texts("else", 2) == []
    assert (index.has_saved("news"), index.has_saved("else")) == (True, False)
    found = index.articles_saying(["digest of same", "digest of nothing", "digest of same"])
    assert found == {"digest of same": {key("a"): "", key("c"): ""}}


def test_where_those_were_that_say_a_text(index: Index) -> None:
    answer = LastAnswer("page", "http://a.example/1", "", "", NOW, None)
    index.begin([intent("a", "same"), intent("b", "same")], NOW)
    index.finish([Finished(key("a"), "share", "saved", answer=answer, places=("http://z.example/1",), seen=NOW)], NOW)
    places = ("news/all", "http://b.example/2", "http://b.example/1")
    index.finish([Finished(key("b"), "share", "saved", places=places, seen=NOW)], NOW)
    index.see(seen("c", place="http://a.example/0"), NOW, every_form=True)
    found = index.articles_saying(["digest of same"])
    assert found == {"digest of same": {key("a"): "http://a.example/1", key("b"): "http://b.example/1"}}


def test_a_post_at_the_path_of_another_takes_its_place(index: Index) -> None:
    save(index, "a")
    for name in ("b", "c"):
        index.begin([intent(name, "other", path="_posts/a.md")], NOW)
    index.finish([saved("b"), saved("c")], NOW)
    assert [len(held(index, name).posts) for name in "abc"] == [0, 0, 1]


def test_what_is_selected_is_settled_at_the_beginning(index: Index) -> None:
    names = [f"{number:04}" for number in range(1200)]
    index.begin([intent(name) for name in names], NOW)
    index.finish([saved(name) for name in names], NOW)
    posts = index.posts.select()
    assert next(posts).post.key == key(names[0])
    save(index, names[1150], "edited", NOW + 5)
    save(index, "new", at=NOW - 1)
    found = list(posts)
    assert [one.post.key.id for one in found] == names[1:]
    assert (found[1149].post.revision, found[1149].chosen) == (2, NOW)
    assert [one.post.key.id for one in index.posts.select_latest(2)] == ["new", names[-1]]


def test_recipes_are_those_of_posts_that_of_the_most_first(index: Index) -> None:
    assert index.posts.recipes() == []
    others = [ArticleKey("a paper", name) for name in "xyz"]
    index.begin([intent("a"), intent("b"), *(intent(one.id, key=one) for one in others)], NOW)
    index.finish([saved("a"), saved("b"), saved("x", key=others[0])], NOW)
    assert index.posts.recipes() == [key("a").recipe, "a paper"]
