"""Cleaning bodies that nobody meant: what it costs grows with the length of a body, whatever it is made of."""

from __future__ import annotations

import pytest

from archiver.cleaning import Cleaner, source_body
from archiver.recipes import load_recipes
from tests.counting import calls_of
from tests.test_html import IN_ONE_TAG, SHAPES

CLEANER = Cleaner(load_recipes()["eastmoney"].clean)
# More than browsers look back for: what text and attributes alone may hold.
TEXTS = (
    "甲 ",
    "1/2 ",
    "**",
    "[x](y)",
    "{{",
    "{%",
    "http://a.b/ ",
    "<img src=x>",
    "<sup>1",
    "&#1;",
    "\u3000",
    "\u200b",
    "甲\u3000\u3000",
)
NUMBERS = (410, 470, 590)  # beyond the depth that is parsed; the second step is twice the first
SPARE = 2000  # calls that have nothing to do with the length


def steps(html: str, profile: str) -> int:
    """Return how many functions of the package are called to clean `html`."""
    if profile == "clean":
        return calls_of(lambda: CLEANER.clean(html, "http://news.example/"))
    return calls_of(lambda: source_body(html))


@pytest.mark.parametrize("profile", ["clean", "source"])
def test_steps_grow_no_faster_than_the_body(profile: str) -> None:
    shapes = [*(("", part) for part in (*SHAPES, *TEXTS)), *(("<p", part) for part in IN_ONE_TAG)]
    assert len(shapes) >= 112
    faster = []
    for start, part in shapes:
        few, more, most = (
            steps(start + "".join(part.replace("{n}", str(number)) for number in range(count)), profile)
            for count in NUMBERS
        )
        if most - more > 2 * (more - few) + SPARE:
            faster.append((part, few, more, most))
    assert faster == []
