"""Which article a web page is, with what the archive knows: rule by rule, of one page at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from archiver.decide import ArticleResolver, ComparedText, letters
from archiver.identity import article_key, plain_form
from archiver.index import ArticleKey
from tests.test_decide import article as article_of_a_recipe
from tests.test_union import TEXTS, X, Y, Z, page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.article import Article

KEY_X, KEY_Y, KEY_Z = (ArticleKey("web", article_key(address)) for address in (X, Y, Z))
PLAIN_X, PLAIN_Y = plain_form(X), plain_form(Y)
BRIDGE, TRAMS = (ComparedText(title, letters(TEXTS[title])) for title in ("bridge", "trams"))


def resolved(
    one: Article,
    known: Mapping[str, ArticleKey | None],
    posts: Mapping[ArticleKey, ComparedText],
    *,
    believed: bool = False,
) -> Article:
    """Return an article as it is settled. posts: what those say that the archive has."""
    return ArticleResolver(known, posts.keys(), posts.get).resolve(one, believed=believed)


@pytest.mark.parametrize("one", [article_of_a_recipe(), page(X), page(X, Y)], ids=["of a recipe", "plain", "says"])
def test_where_nothing_is_known_an_article_is_what_it_says(one: Article) -> None:
    assert resolved(one, {}, {}) is one


@pytest.mark.parametrize(
    ("known", "posts"),
    [
        ({PLAIN_Y: KEY_Y}, {KEY_Y: TRAMS}),
        ({}, {KEY_Y: TRAMS}),  # its post is there, and nobody has noted by what it is known
        ({PLAIN_Y: None}, {}),
    ],
    ids=["another's", "that of a post", "nobody's"],
)
def test_an_address_that_is_not_its_own_is_not_believed(
    known: dict[str, ArticleKey | None], posts: dict[ArticleKey, ComparedText]
) -> None:
    one = resolved(page(X, Y), known, posts)
    assert (one.id, one.url, one.aliases, one.shared, one.absorbed) == (KEY_X.id, X, (PLAIN_X,), (PLAIN_Y,), ())


@pytest.mark.parametrize("said", [BRIDGE._replace(title="other"), TRAMS._replace(title="bridge ")])
def test_an_address_is_its_own_if_the_other_has_its_title_or_its_text(said: ComparedText) -> None:
    one = resolved(page(X, Y), {PLAIN_Y: KEY_Y}, {KEY_Y: said})
    assert (one.id, one.url, one.shared, one.absorbed) == (KEY_Y.id, Y, (), ())


# 17 letters have 10 runs of eight; with eleven at the beginning that are the same, four of them are.
LETTERS = "abcdefghijklmnopq"


@pytest.mark.parametrize(
    ("text", "other", "is_own"),
    [
        (LETTERS, "abcdefghijk123456", True),
        (LETTERS, "abcdefghij1234567", False),
        (LETTERS, "abcdefgh", True),  # of the shorter one all are
        ("abc", "abc", True),
        ("abc", "abd", False),
    ],
)
def test_two_texts_are_one_if_two_fifths_of_the_shorter_are_in_the_other(text: str, other: str, is_own: bool) -> None:
    one = replace(page(X, Y), body=f"<p>{text}</p>")
    assert (resolved(one, {PLAIN_Y: KEY_Y}, {KEY_Y: ComparedText("another title", other)}).shared == ()) is is_own


def test_one_that_says_the_same_under_another_address_is_absorbed() -> None:
    known = {PLAIN_X: KEY_X, PLAIN_Y: KEY_Y}
    one = resolved(page(X, Y), known, {KEY_X: BRIDGE, KEY_Y: BRIDGE})
    assert (one.id, one.aliases, one.absorbed) == (KEY_Y.id, (PLAIN_Y, PLAIN_X), (KEY_X.id,))
    # Its address leads here now, and its post says something else: that stays its own.
    one = resolved(page(X, Y), known, {KEY_X: TRAMS, KEY_Y: BRIDGE})
    assert (one.id, one.aliases, one.absorbed) == (KEY_Y.id, (PLAIN_Y,), ())
    # There is no post of it: nothing is to be absorbed.
    one = resolved(page(X, Y), known, {KEY_Y: BRIDGE})
    assert (one.id, one.aliases, one.absorbed) == (KEY_Y.id, (PLAIN_Y, PLAIN_X), ())


def test_an_article_keeps_its_key_whatever_its_page_says_now() -> None:
    assert resolved(page(X, Z), {PLAIN_X: KEY_Y}, {KEY_Y: BRIDGE}).id == KEY_Y.id
    assert resolved(page(X), {KEY_X.id: KEY_Y}, {KEY_X: BRIDGE, KEY_Y: BRIDGE}).id == KEY_Y.id  # it was absorbed
    assert resolved(page(X), {}, {KEY_X: BRIDGE}).id == KEY_X.id


def test_what_was_believed_when_it_came_is_believed_in_a_replay() -> None:
    known = {PLAIN_X: KEY_Y, PLAIN_Y: None}
    assert resolved(page(X, Y), known, {}, believed=True).shared == ()
    assert resolved(page(X, Y), known, {}).shared == (PLAIN_Y,)
    assert resolved(page(X, Y), {**known, PLAIN_X: KEY_X}, {}, believed=True).shared == (PLAIN_Y,)


def test_articles_of_one_batch_know_of_each_other() -> None:
    resolver = ArticleResolver({}, (), lambda _: None)
    resolver.resolve(page(Y, text="trams"), believed=False)
    assert resolver.resolve(page(X, Y), believed=False).shared == (PLAIN_Y,)
    assert resolver.resolve(page(Z, Y, text="trams"), believed=False).shared == (PLAIN_Y,)  # nobody's from now on
