"""In whose place a notice is left when posts turn out to be of one article, and when none is. Nothing is on a disk."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from archiver.article import Post
from archiver.decide import Candidate, Hold, Keep, Older, Quarantine, Union, Write, unions
from archiver.index import ArticleKey, Held
from tests.test_decide import KEY, PATH, article, content_of
from tests.test_decide import held as held_post

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archiver.article import Article
    from archiver.decide import Decision

OTHER = ArticleKey(KEY.recipe, "other")
OTHER_PATH = "_posts/2024-03-14-NW0.md"
BEFORE, NOW = content_of("旧"), content_of("新")
MADE = article("新", 1, absorbed=(OTHER.id,))


def held(path: str = OTHER_PATH, form: str = "share") -> dict[ArticleKey, Held]:
    """Return what the archive has of the other article."""
    return {OTHER: held_post("旧", path=path, form=form)._replace(key=OTHER)}


def notice(recipe: str, before: bytes, path: str, target: bytes) -> bytes:
    """Return a notice that says all that it was made of."""
    return b"|".join((recipe.encode(), before, path.encode(), target))


def united(
    decisions: Sequence[Decision],
    of: Mapping[ArticleKey, Held] | None = None,
    files: Mapping[str, bytes] | None = None,
) -> list[Union]:
    """Return what is to be done. files: what is on the disk, by path."""
    found = {OTHER_PATH: BEFORE, PATH: NOW} if files is None else files
    return unions(decisions, held() if of is None else of, found.get, notice)


def write(made: Article = MADE, path: str = PATH) -> Write:
    """Return the decision to write a post."""
    return Write(made, Candidate(made), path, None)


def test_a_notice_takes_the_place_of_the_post_of_an_article_that_was_another() -> None:
    decision = write()
    (one,) = united([decision], files={OTHER_PATH: BEFORE})  # what it is to say is not on the disk yet
    assert (one.key, one.into, one.form, one.path) == (OTHER, KEY, "share", OTHER_PATH)
    assert (one.before, one.expected, one.decided) == (BEFORE, sha256(BEFORE).digest(), decision)
    assert one.content == notice(KEY.recipe, BEFORE, PATH, NOW)
    assert one.published == held()[OTHER].posts[0].published


@pytest.mark.parametrize(
    "decision",
    [Keep(MADE, Candidate(MADE), PATH, "unchanged"), Older(MADE, Candidate(MADE), PATH)],
    ids=["kept", "older"],
)
def test_a_post_that_stays_is_pointed_at_as_it_is(decision: Decision) -> None:
    (one,) = united([decision])
    assert one.content == notice(KEY.recipe, BEFORE, PATH, NOW)
    assert united([decision], files={OTHER_PATH: BEFORE}) == []  # it is gone: nothing is pointed at it


@pytest.mark.parametrize("decision", [Quarantine(MADE, Candidate(MADE), "no title"), Hold(MADE, Candidate(MADE))])
def test_what_gives_no_post_takes_no_place(decision: Decision) -> None:
    assert united([decision]) == []


@pytest.mark.parametrize(
    ("of", "files"),
    [
        ({}, {OTHER_PATH: BEFORE}),
        (held(form="page"), {OTHER_PATH: BEFORE}),
        (held(path=PATH), {PATH: BEFORE}),
        (held(), {OTHER_PATH: content_of("手改")}),
        (held(), {}),
    ],
    ids=["no post", "another form", "the same place", "somebody changed it", "it is gone"],
)
def test_where_there_is_nothing_of_ours_nothing_is_left(of: dict[ArticleKey, Held], files: dict[str, bytes]) -> None:
    assert united([write()], of, files) == []


def test_what_leaves_no_notice_is_in_the_way_of_no_other() -> None:
    both = replace(MADE, absorbed=("never", OTHER.id))
    decisions: list[Decision] = [Quarantine(MADE, Candidate(MADE), "no title"), write(both)]
    assert [one.key for one in united(decisions)] == [OTHER]


def test_where_no_notice_can_be_made_the_post_stays() -> None:
    assert unions([write()], held(), {OTHER_PATH: BEFORE}.get, lambda *_: None) == []


def test_a_post_of_the_same_batch_is_taken_as_it_will_be() -> None:
    """First the other article is edited, then the page says that it is this one."""
    edited = article("改", id=OTHER.id)
    (one,) = united([write(edited, OTHER_PATH), write()])
    assert (one.before, one.expected) == (content_of("改"), sha256(content_of("改")).digest())
    kept = Keep(MADE, Candidate(MADE), PATH, "unchanged")
    again = replace(MADE, post=Post("x", content_of("再")))
    (one,) = united([write(again), kept])  # the last decision counts, and what was written before it
    assert (one.decided, one.content) == (kept, notice(KEY.recipe, BEFORE, PATH, content_of("再")))
