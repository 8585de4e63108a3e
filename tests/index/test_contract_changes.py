"""What changed: each article once, in the order of its last change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.clock import SECOND
from tests.index.values import NOW, failed, intent, key, save, saved, seen

if TYPE_CHECKING:
    from archiver.index import Index


def changed(index: Index, since: int = 0) -> list[tuple[str, tuple[str, ...]]]:
    """The articles that changed, and the forms of their posts."""
    return [(one.key.id, tuple(post.form for post in one.posts)) for one in index.posts.changed(since)]


def last(index: Index) -> int:
    """The number of the last change."""
    return max(one.number for one in index.posts.changed())


def test_an_article_without_a_post_is_no_change(index: Index) -> None:
    index.see(seen("a"), NOW, every_form=True)
    index.fail([failed("a")], NOW)
    assert changed(index) == []


def test_posts_are_changes_in_the_order_in_which_they_were_written(index: Index) -> None:
    for name in ("b", "a", "c"):
        save(index, name)
    assert changed(index) == [("b", ("share",)), ("a", ("share",)), ("c", ("share",))]


def test_only_what_changed_later_comes(index: Index) -> None:
    save(index, "a")
    save(index, "b")
    before = last(index)
    assert changed(index, before) == []
    save(index, "a", text="another text")
    assert changed(index, before) == [("a", ("share",))]
    assert changed(index) == [("b", ("share",)), ("a", ("share",))]
    (one,) = index.posts.changed(before)
    assert (one.posts[0].revision, one.text_digest) == (2, "digest of another text")


def test_the_changes_of_articles_can_be_asked_for_again(index: Index) -> None:
    assert index.posts.last_change() == 0
    for name in ("c", "a", "b"):
        save(index, name)
    index.see(seen("d"), NOW, every_form=True)
    asked = [key(name) for name in ("a", "b", "c", "d", "e")]
    assert list(index.posts.changes_of(asked)) == list(index.posts.changed())
    assert [one.key for one in index.posts.changes_of([key("a")])] == [key("a")]
    assert list(index.posts.changes_of([])) == []
    assert index.posts.last_change() == last(index)


def test_a_post_that_is_checked_and_put_on_record_has_not_changed(index: Index) -> None:
    save(index, "a")
    before = last(index)
    index.finish([saved("a", outcome="checked", checked=NOW + SECOND)], NOW)
    index.manifests.list_all(1)
    assert changed(index, before) == []


def test_another_form_is_a_change(index: Index) -> None:
    save(index, "a")
    before = last(index)
    index.begin([intent("a", form="rolling", path="_posts/a-rolling.md")], NOW)
    index.finish([saved("a", form="rolling")], NOW)
    assert changed(index, before) == [("a", ("rolling", "share"))]


def test_to_be_withdrawn_and_to_come_back_are_changes(index: Index) -> None:
    save(index, "a")
    before = last(index)
    index.fail([failed("a", state="withdrawn")], NOW)
    assert changed(index, before) == [("a", ("share",))]
    before = last(index)
    index.finish([saved("a", outcome="checked", checked=NOW + SECOND)], NOW)
    assert changed(index, before) == [("a", ("share",))]
    (one,) = index.posts.changed(before)
    assert (one.key, one.posts[0].state) == (key("a"), "saved")


def test_more_changes_than_are_read_at_a_time(index: Index) -> None:
    names = [f"{number:04}" for number in range(1500)]
    index.begin([intent(name) for name in names], NOW)
    index.finish([saved(name) for name in names], NOW)
    assert [name for name, _ in changed(index)] == names
