"""What a reader saw is what comes out: the text of random bodies, as Chromium lays it out before and after."""

from __future__ import annotations

import json
import re
from html import escape
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from archiver.cleaning import Cleaner, noted, source_body, with_gaps
from archiver.exports.plain import plain_text
from archiver.exports.pure_markdown import Dialect, markdown_of
from archiver.recipes.recipe import CleanRules
from tests.chromium import texts_in_chromium
from tests.exported import entry
from tests.trees import Trees

if TYPE_CHECKING:
    from collections.abc import Callable

CLEANER = Cleaner(CleanRules())
COUNT = 600
EXPORTS = ("text", "obsidian", "hugo")
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")
SIGNS = str.maketrans("", "", "“”~^_()")
STRUCK = re.compile("<(?:s|del|strike)\\b|line-through")
CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "api.json"


def clean(html: str) -> str:
    return CLEANER.clean(html, "http://news.example/").html


def source(html: str) -> str:
    """Return a body of the profile `source` as exports and sites have it: in the post, pairs of U+3000 are gone."""
    cleaned = source_body(html)
    return with_gaps(cleaned.html, noted(cleaned.gaps))


def exported(name: str, html: str) -> str:
    """Return a cleaned body as an export has it: as HTML, for the browser."""
    if name == "text":
        return f"<pre>{escape(plain_text(html))}</pre>"
    return str(READER.render(markdown_of(entry(html=html), Dialect(name))))


def words(text: str) -> list[str]:
    """Return the words of a text, without the signs that exports have for what elements say."""
    return text.translate(DIGITS).translate(SIGNS).split()


def run_together(old: str, new: str) -> set[int]:
    """Return after how many words a line of the text `old` ended that goes on in `new`: not even a cell ends there."""
    before, after = (
        set(accumulate(len(words(line)) for line in re.split(ends, text)))
        for ends, text in (("\n", old), ("[\n\t]", new))
    )
    return before - after - {0}


def differences(
    bodies: list[str], profile: Callable[[str], str], folder: Path
) -> list[tuple[str, list[str], list[str]]]:
    """Return the bodies that a browser shows otherwise after cleaning, with their words before and after: with other
    words, or with lines that have run together."""
    before = texts_in_chromium(bodies, folder)
    after = texts_in_chromium([profile(body) for body in bodies], folder)
    assert sum(bool(text.strip()) for text in before) > len(bodies) * 0.8
    return [
        (body, old.split(), new.split())
        for body, old, new in zip(bodies, before, after, strict=True)
        if old.split() != new.split() or run_together(old, new)
    ]


@pytest.mark.parametrize("profile", [clean, source])
def test_text_is_laid_out_as_it_was(profile: Callable[[str], str], tmp_path: Path) -> None:
    trees = Trees(20240315)
    assert differences([trees.body() for _ in range(COUNT)], profile, tmp_path)[:3] == []


@pytest.mark.parametrize("profile", [clean, source])
def test_blocks_that_a_style_puts_into_the_line_are_in_it(profile: Callable[[str], str], tmp_path: Path) -> None:
    bodies = [
        body.replace("BLOCK", name).replace("INLINE", f'style="{style}"')
        for name in ("div", "section", "h3", "center")
        for style in ("display:inline", "color:red; display: contents", "display:block;display:inline !important")
        for body in (
            "2<BLOCK INLINE>3</BLOCK>4<b>5</b>",
            "<BLOCK INLINE>2</BLOCK><BLOCK INLINE>3</BLOCK><p>4</p>",
            "<div>2<BLOCK INLINE>3</BLOCK>4</div><BLOCK INLINE>5</BLOCK>",
            "<div>2 <BLOCK INLINE>3<br>4</BLOCK><span>5</span></div>",
            "<table><tr><td>2<BLOCK INLINE>3</BLOCK><td>4</table>",
        )
    ]
    assert differences(bodies, profile, tmp_path)[:3] == []
    shown = texts_in_chromium([exported("text", profile(body)) for body in bodies], tmp_path)
    before = texts_in_chromium(bodies, tmp_path)
    assert [(body, old, new) for body, old, new in zip(bodies, before, shown, strict=True) if words(old) != words(new)][
        :3
    ] == []


@pytest.mark.skipif(not CORPUS.is_file(), reason=f"the corpus of real articles is not at {CORPUS}")
@pytest.mark.parametrize("profile", [clean, source])
def test_text_of_real_articles_is_laid_out_as_it_was(profile: Callable[[str], str], tmp_path: Path) -> None:
    details = json.loads(CORPUS.read_text(encoding="utf-8"))["details"].values()
    assert differences([answer["text"] for answer in details], profile, tmp_path)[:3] == []


Shown = tuple[str, str, str]  # a body, what a browser shows of it, and what of its export


@pytest.fixture(scope="module", params=[clean, source])
def exports(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Shown]]:
    """Bodies and their exports, by the name of the export: a browser shows all of them at once."""
    trees = Trees(20240316)
    bodies = [request.param(trees.body()) for _ in range(COUNT)]
    # What is struck out, and cannot have marks where it stands, is set apart by blanks.
    chosen = {name: [body for body in bodies if name == "text" or not STRUCK.search(body)] for name in EXPORTS}
    made = [exported(name, body) for name, of_it in chosen.items() for body in of_it]
    shown = iter(texts_in_chromium([*bodies, *made], tmp_path_factory.mktemp("exports")))
    before = {body: next(shown) for body in bodies}
    return {name: [(body, before[body], next(shown)) for body in of_it] for name, of_it in chosen.items()}


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_say_what_the_post_says(exports: dict[str, list[Shown]], name: str) -> None:
    assert len(exports[name]) > COUNT / 6
    differ = [(body, words(old), words(new)) for body, old, new in exports[name] if words(old) != words(new)]
    assert differ[:3] == []


def test_lines_of_a_text_stay_lines(exports: dict[str, list[Shown]]) -> None:
    """Those of headings and cells are one in Markdown."""
    assert [body for body, old, new in exports["text"] if run_together(old, new)][:3] == []
