"""Near-duplicates: which articles stand beside which, whatever comes, changes and goes."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from archiver.index.near_duplicates import MAX_LINKED, MAX_OF_A_BAND
from archiver.minhash import Signature, scheme, signature
from bench.syndication import Language
from tests.index.values import NOW, digest, intent, key, saved

if TYPE_CHECKING:
    from archiver.index import ArticleKey, Index

ENGLISH = Language("en")
TEXTS = [ENGLISH.paragraphs(Random(number), 6) for number in range(4)]


def like(number: int, without: int | None = None) -> Signature:
    """The signature of a text, without one of its paragraphs."""
    return signature("\n".join(one for at, one in enumerate(TEXTS[number]) if at != without))


def save(index: Index, **said: Signature | None) -> None:
    """Save articles that say something, in one go."""
    intents = [
        intent(name, text=f"{name} {one and one.content.hex()}", text_digest=f"{name}x", signature=one)
        for name, one in said.items()
    ]
    index.begin(intents, NOW)
    index.finish([saved(name) for name in said], NOW)


def beside(index: Index, name: str) -> list[str]:
    """The articles that stand beside one."""
    return sorted(one.key.id for one in index.signatures.near([key(name)]).get(key(name), ()))


def groups(index: Index) -> list[list[str]]:
    """The groups of articles that say nearly the same."""
    return [sorted(one.key.id for one in group) for group in index.catalogue.duplicates()]


def changed(index: Index, since: int = 0) -> list[str]:
    """The articles that changed."""
    return sorted(one.key.id for one in index.posts.changed(since))


def last_change(index: Index) -> int:
    return max(one.number for one in index.posts.changed())


@pytest.mark.parametrize("together", [True, False])
def test_copies_find_each_other(index: Index, together: bool) -> None:
    said = {"a": like(0), "b": like(1), "c": like(0, without=2), "d": like(1, without=0), "e": like(2)}
    if together:
        save(index, **said)
    else:
        for name, one in said.items():
            save(index, **{name: one})
    assert groups(index) == [["a", "c"], ["b", "d"]]
    (near,) = index.signatures.near([key("c")])[key("c")]
    assert near.key == key("a")
    assert 0.7 < near.similarity < 1
    assert index.signatures.near([key("e"), key("unknown")]) == {}


def test_the_group_has_what_is_known_of_each(index: Index) -> None:
    save(index, b=like(0))
    save(index, a=like(0, without=1))
    ((first, second),) = index.catalogue.duplicates()
    assert (first.key, first.path, first.similarity) == (key("b"), "_posts/b.md", 1.0)
    assert second.similarity is not None
    assert 0.6 < second.similarity < 1


def test_the_same_article_twice_is_noted_once(index: Index) -> None:
    save(index, a=like(0), b=like(0, without=1))
    number = last_change(index)
    index.begin([intent("b", form="other", path="_posts/b2.md", text_digest="bx", signature=like(0, without=1))], NOW)
    index.finish([saved("b", form="other")], NOW)
    assert groups(index) == [["a", "b"]]
    assert changed(index, number) == ["b"]  # its new post; nothing about `a` is new


def test_whoever_shows_what_stands_beside_learns_of_it(index: Index) -> None:
    save(index, a=like(0), z=like(3))
    number = last_change(index)
    save(index, b=like(0, without=1))
    assert changed(index, number) == ["a", "b"]
    number = last_change(index)
    save(index, b=like(2))
    assert changed(index, number) == ["a", "b"]
    assert groups(index) == []


def test_those_that_stood_beside_an_article_that_says_something_else_now_find_each_other(index: Index) -> None:
    """What is noted of copies is who was nearest when they came, which may be one that leaves."""
    names = [f"c{number}" for number in range(MAX_LINKED + 3)]
    for name in ("a", *names):
        save(index, **{name: like(0)})
    save(index, a=like(2))
    assert groups(index) == [names]
    for name in names[:-2]:
        save(index, **{name: None})
    assert groups(index) == [names[-2:]]


def test_another_scheme_is_never_compared(index: Index) -> None:
    other = replace(like(0), scheme="another")
    save(index, a=like(0), b=other)
    assert groups(index) == []
    assert index.signatures.missing(scheme()) == 1
    ((number, *who),) = index.signatures.unsigned(scheme(), 0, 9)
    assert who == [key("b"), "share", "_posts/b.md"]
    assert index.signatures.unsigned(scheme(), number, 9) == []
    index.signatures.forget_others(scheme())
    index.signatures.put({key("b"): like(0), key("unknown"): like(0)})
    assert groups(index) == [["a", "b"]]
    assert index.signatures.missing(scheme()) == 0
    save(index, b=other)
    assert groups(index) == []
    index.signatures.forget_others("another")
    assert index.signatures.missing("another") == 1


def test_what_another_scheme_told_is_forgotten_with_it(index: Index) -> None:
    old = replace(like(0), scheme="another")
    save(index, a=old, b=old)
    assert groups(index) == [["a", "b"]]
    index.signatures.forget_others(scheme())
    assert groups(index) == []
    assert index._database.rows("SELECT count(*) FROM bands") == [(0,)]
    index.signatures.put({key("a"): old, key("b"): old})  # as if they were seen for the first time
    assert groups(index) == [["a", "b"]]


def test_the_nearest_come_first(index: Index) -> None:
    save(index, b=like(0), a=like(0, without=0))
    save(index, c=like(0, without=5))
    found = index.signatures.near([key("c")])[key("c")]
    assert [one.key.id for one in found] == ["b", "a"]
    assert found[0].similarity > found[1].similarity
    save(index, f=like(1), e=like(1), d=like(1))
    assert [one.key.id for one in index.signatures.near([key("d")])[key("d")]] == ["e", "f"]  # both are as near


def test_what_changed_before_stays_a_change(index: Index) -> None:
    save(index, z=like(3))
    save(index, a=like(0))
    save(index, b=like(0, without=1))
    assert changed(index) == ["a", "b", "z"]


def test_a_text_that_comes_again_and_again_costs_no_more(index: Index) -> None:
    names = [f"c{number:03}" for number in range(MAX_OF_A_BAND * 3)]
    save(index, **dict.fromkeys(names, like(0)))
    assert groups(index) == [names]
    sizes = index._database.rows("SELECT count(*) FROM bands GROUP BY band")
    assert {size for (size,) in sizes} == {MAX_OF_A_BAND}
    asked: list[ArticleKey] = [key(name) for name in names]
    found = index.signatures.near(asked)
    assert sum(map(len, found.values())) <= 2 * MAX_LINKED * len(names)


def test_short_texts_stand_beside_none(index: Index) -> None:
    save(index, a=signature("short"), b=signature("short"), c=None)
    assert groups(index) == []
    assert index.signatures.missing(scheme()) == 1  # nothing is known of `c`


def test_what_turns_out_to_be_another_article_is_no_copy(index: Index) -> None:
    save(index, a=like(0), b=like(0))
    index.begin([intent("b", text_digest=None, signature=None, sha256=digest("notice"))], NOW)
    index.finish([saved("b", united=key("a"))], NOW)
    assert groups(index) == []
