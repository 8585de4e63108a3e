"""What holds for any articles, in any order, and for any text."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import hypothesis
from hypothesis import given
from hypothesis import strategies as st

from archiver.index.types import Held, Sighting
from tests.index.values import LIST, NOW, RECHECK, answer, capture, due, failed, held, intent, key, saved

if TYPE_CHECKING:
    from collections.abc import Callable

    from archiver.index import Index

NAMES = ("a", "b", "c", "d")
Step = tuple[str, Any]
Life = list[Step]


@st.composite
def lives(draw: st.DrawFn, name: str) -> Life:
    """What becomes of one article, step by step."""
    steps: Life = []
    for number in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["see", "write", "check", "drop", "fail"]))
        at = NOW + number
        text = draw(st.sampled_from(["one", "two"]))
        if kind == "see":
            form = draw(st.sampled_from(["share", "rolling", ""]))
            steps.append((kind, Sighting(key(name), LIST, form, {"title": text})))
        elif kind == "write":
            made = draw(st.sampled_from([None, capture(ord(name) + number)]))
            checked = draw(st.sampled_from([None, at]))
            kept = answer(number) if checked else None
            steps.append(
                (kind, (intent(name, text, saved=at, capture=made), saved(name, checked=checked, answer=kept)))
            )
        elif kind in ("check", "drop"):
            outcome = "checked" if kind == "check" else "dropped"
            steps.append(("finish", saved(name, at, outcome=outcome, recheck=RECHECK)))
        else:
            steps.append((kind, failed(name, state=draw(st.sampled_from(["failed", "quarantined", "withdrawn"])))))
    return steps


def carry_out(index: Index, steps: Life) -> None:
    """Do several things of one kind at once."""
    kind, values = steps[0][0], [value for _, value in steps]
    if kind == "see":
        index.see(values, NOW + 10, every_form=True)
    elif kind == "write":
        index.begin([one for one, _ in values], NOW + 10)
        index.finish([one for _, one in values], NOW + 10)
    elif kind == "finish":
        index.finish(values, NOW + 10)
    else:
        index.fail(values, NOW + 10)


def state(index: Index) -> tuple[dict[Any, Held], list[str]]:
    """All that can be seen of the articles."""
    return index.held(map(key, NAMES)), sorted(due(index, NOW + 10**15, run=1))


def test_articles_do_not_meet(new_index: Callable[[], Index], examples: hypothesis.settings) -> None:
    """In whatever order, one by one or several at once: each article comes to the same."""

    @examples
    @given(articles=st.tuples(*map(lives, NAMES)), data=st.data())
    def try_it(articles: tuple[Life, ...], data: st.DataObject) -> None:
        do_not_meet(new_index, articles, data)

    try_it()


def do_not_meet(new_index: Callable[[], Index], articles: tuple[Life, ...], data: st.DataObject) -> None:
    with closing(new_index()) as one_by_one, closing(new_index()) as mixed:
        for steps in articles:
            for step in steps:
                carry_out(one_by_one, [step])
        left = [list(steps) for steps in articles if steps]
        while left:
            chosen = data.draw(st.sampled_from(left))
            together = [steps for steps in left if steps[0][0] == chosen[0][0]]
            together = together if data.draw(st.booleans()) else [chosen]
            carry_out(mixed, [steps.pop(0) for steps in together])
            left = [steps for steps in left if steps]
        assert state(mixed) == state(one_by_one)


def test_to_finish_twice_changes_nothing(new_index: Callable[[], Index], examples: hypothesis.settings) -> None:
    @examples
    @given(articles=st.tuples(*map(lives, NAMES)))
    def try_it(articles: tuple[Life, ...]) -> None:
        finish_twice(new_index, articles)

    try_it()


def finish_twice(new_index: Callable[[], Index], articles: tuple[Life, ...]) -> None:
    with closing(new_index()) as once, closing(new_index()) as twice:
        for kind, value in (step for steps in articles for step in steps):
            carry_out(once, [(kind, value)])
            carry_out(twice, [(kind, value)])
            if kind in ("write", "finish"):
                finished = value[1] if kind == "write" else value
                twice.finish([finished, finished], NOW + 10)
        assert state(once) == state(twice)


TEXTS = st.text(st.characters(codec=None), max_size=8) | st.sampled_from(["\0", "\ud800", "a\udfffb", "😀", '"\\u0000'])


def stored(text: str) -> str:
    """A text as an index gives it back."""
    return "".join("\ufffd" if one == "\0" or "\ud800" <= one <= "\udfff" else one for one in text)


def test_any_text_can_be_stored(new_index: Callable[[], Index], examples: hypothesis.settings) -> None:
    """NUL and halves of surrogate pairs are stored as U+FFFD; all else as it is."""

    @examples
    @given(name=TEXTS, place=TEXTS, known=st.dictionaries(TEXTS, TEXTS, max_size=3), reason=TEXTS)
    def try_it(name: str, place: str, known: dict[str, str], reason: str) -> None:
        store(new_index, name, place, known, reason)

    try_it()


def store(new_index: Callable[[], Index], name: str, place: str, known: dict[str, str], reason: str) -> None:
    with closing(new_index()) as index:
        sighting = Sighting(key(name), place, "share", known)
        assert index.see([sighting, sighting], NOW, every_form=True) == [True, False]
        found = held(index, name)
        assert found.key == key(name)
        assert found.known == {stored(one): stored(value) for one, value in known.items()}
        (claim,) = index.claim(1, [place], 10, NOW)
        assert (claim.key, claim.places) == (key(stored(name)), (stored(place),))
        index.begin([intent(name, path=f"_posts/{place}", rules=known)], NOW)
        index.finish([saved(name, places=(place,), seen=NOW, answer=answer(etag=reason))], NOW)
        index.fail([failed(name, reason)], NOW)
        (history,) = index.catalogue.history(name)
        assert (history.reason, history.places[0].name) == (stored(reason), stored(place))
        assert history.held.answer == answer(etag=stored(reason))
        assert [post.path for post in history.held.posts] == [f"_posts/{stored(place)}"]
        index.listings.note_unfinished(place, 2)
        assert index.listings.unfinished(place) == 2
        index.hosts.hold(place, NOW)
        assert index.hosts.on_hold(0) == {stored(place): NOW}
        index.runs.end(index.runs.begin(reason, NOW), {reason: [reason]}, NOW)
        (run,) = index.runs.latest(1)
        assert (run.command, run.report) == (stored(reason), {stored(reason): [stored(reason)]})
