"""What a page offers in `srcset`, as browsers read it, however much of anything is in it."""

from __future__ import annotations

import pytest

from archiver.cleaning import Cleaner, source_body
from archiver.cleaning.srcset import MAX_CANDIDATES, Candidate, candidates
from archiver.cleaning.style import is_harmless
from archiver.recipes.recipe import CleanRules
from tests.counting import calls_of


@pytest.mark.parametrize(
    ("srcset", "found"),
    [
        ("/a.png", [("/a.png", None, "")]),
        ("/a.png 2x, /b.png 300w", [("/a.png", 2.0, "x"), ("/b.png", 300.0, "w")]),
        (" , /a.png,\t/b.png 1.5x ,", [("/a.png", None, ""), ("/b.png", 1.5, "x")]),
        ("/a.png,/b.png", [("/a.png,/b.png", None, "")]),  # a comma may be in an address
        ("/1.webp 1x,/2.webp 2x", [("/1.webp", 1.0, "x"), ("/2.webp", 2.0, "x")]),
        ("/a.png 300w 200h, /b.png", [("/a.png", 300.0, "w"), ("/b.png", None, "")]),
        ("/a.png 200h 300w", [("/a.png", 300.0, "w")]),
        # Of which something is said that no browser knows: a blank in the address, mostly.
        ("/a.png what(1, 2) 2x, /b.png", [("/b.png", None, "")]),
        ("/a.png wide, /b.png -1x", []),
        ("/a b.png 2x, /c.png 1x", [("/c.png", 1.0, "x")]),
        ("/a b.png, /c d.png 300w", []),
        ("data:image/gif;base64,R0lGOD 1x", [("data:image/gif;base64,R0lGOD", 1.0, "x")]),
        ("", []),
        (" , ,", []),
        ("/a.png (", []),
        ("/a.png .5x, /b.png 1e1x", [("/a.png", None, ""), ("/b.png", None, "")]),
    ],
)
def test_what_is_offered(srcset: str, found: list[tuple[str, float | None, str]]) -> None:
    assert candidates(srcset) == [Candidate(*one) for one in found]


def test_no_more_is_looked_at_than_a_page_has() -> None:
    assert len(candidates("/a.png 1x, " * 10_000)) == MAX_CANDIDATES


# What takes for ever if anything is read twice.
@pytest.mark.parametrize(
    "part", ["\t", ",", " ,", "a", "a,", "a b ", "(", "a (", "1x", "margin", "outline:9 ", "left-"]
)
def test_long_attributes_are_read_once(part: str) -> None:
    """A million characters: each reader that looked back over them would take an hour."""
    value = part * (1_000_000 // len(part))
    assert len(candidates(value)) <= MAX_CANDIDATES
    is_harmless(value)


def test_pictures_with_long_offers_are_cleaned_in_no_time() -> None:
    body = f'<p>甲</p><img srcset="{chr(9) * 300_000}"><p style="{"margin" * 50_000}">乙</p>'
    assert Cleaner(CleanRules()).clean(body, "http://news.example/").html == "<p>甲</p><p>乙</p>"
    assert "乙" in source_body(body).html
    assert calls_of(lambda: candidates("a 1x," * 50_000)) < 10 * MAX_CANDIDATES
