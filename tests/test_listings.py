"""Listings: what a user calls one."""

from __future__ import annotations

import pytest

from archiver.errors import UnknownListingError
from archiver.listings import resolve_listings
from archiver.recipes import load_recipes


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("eastmoney/search?title=\udcff", "eastmoney/search?title=\\udcff: expected UTF-8"),
        ("east\udcff", "east\\udcff: expected UTF-8"),
        ("eastmoney/search?title=%ff", "title=%ff: expected UTF-8 in what %XX stands for"),
        ("eastmoney/search?title=a&text=b&title=c", "expected each parameter once, got title again"),
        ("eastmoney/search?titel=a", "no parameter titel; search has: types, title, text, source"),
        ("eastmoney/column", "say which one: eastmoney/column?id=…"),
        ("eastmoney/nothing", "no such listing; eastmoney has: rolling"),
        ("westmoney", "no such source; did you mean eastmoney?; there are: eastmoney"),
    ],
)
def test_a_name_of_nothing_is_refused(name: str, words: str) -> None:
    with pytest.raises(UnknownListingError) as caught:
        resolve_listings([name], load_recipes())
    assert words in str(caught.value)
    assert str(caught.value).encode()


@pytest.mark.parametrize("name", ["eastmoney/search?title=芯片", "eastmoney/search?title=%E8%8A%AF%E7%89%87&text="])
def test_a_parameter_may_be_written_in_two_ways(name: str) -> None:
    (reference,) = resolve_listings([name], load_recipes())
    assert reference.parameters["title"] == "芯片"
    assert reference.label == "eastmoney/search?title=%E8%8A%AF%E7%89%87"
