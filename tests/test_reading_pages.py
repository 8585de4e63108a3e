"""Whole pages, made up, of every kind: what is read of them, or why they are refused."""

from __future__ import annotations

import json
import pickle
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from archiver.cleaning import Cleaner
from archiver.errors import NotAnArticleError
from archiver.reading import Reading, read_page
from archiver.recipes.recipe import CleanRules

PAGES = Path(__file__).parent / "pages"
TRUTH: list[dict[str, Any]] = [
    json.loads(line) for line in (PAGES / "truth.jsonl").read_text(encoding="utf-8").splitlines()
]
ARTICLES = [truth for truth in TRUTH if "refused" not in truth]
REFUSED = [truth for truth in TRUTH if "refused" in truth]


def read(truth: dict[str, Any]) -> Reading:
    return read_page((PAGES / f"{truth['id']}.html").read_bytes(), truth["url"])


def name(truth: dict[str, Any]) -> str:
    return str(truth["id"])


@pytest.mark.parametrize("truth", ARTICLES, ids=name)
def test_an_article_is_read_word_for_word(truth: dict[str, Any]) -> None:
    reading = read(truth)
    assert reading.text == truth["text"]
    assert reading.title == truth["title"]
    if "published" in truth:
        assert reading.published == datetime.fromisoformat(truth["published"])
    if "authors" in truth:
        assert list(reading.authors) == truth["authors"]
    for picture in truth.get("pictures", ()):
        assert f'<img src="{picture}"' in reading.html
    assert reading.rules["body"]


@pytest.mark.parametrize("truth", ARTICLES, ids=name)
def test_a_body_is_clean_and_a_reading_can_be_sent_to_another_process(truth: dict[str, Any]) -> None:
    reading = read(truth)
    assert Cleaner(CleanRules()).clean(reading.html, truth["url"]).html == reading.html
    assert pickle.loads(pickle.dumps(reading)) == reading


@pytest.mark.parametrize("truth", REFUSED, ids=name)
def test_what_is_no_article_is_refused_with_the_reason(truth: dict[str, Any]) -> None:
    with pytest.raises(NotAnArticleError) as caught:
        read(truth)
    assert truth["refused"] in caught.value.reason
    assert caught.value.evidence
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.reason, again.evidence, str(again)) == (
        caught.value.reason,
        caught.value.evidence,
        str(caught.value),
    )


def test_the_pages_are_of_many_kinds_and_languages() -> None:
    assert len({truth["id"].split("-")[0] for truth in ARTICLES}) >= 6
    assert len(ARTICLES) + len(REFUSED) >= 20


SHORT_NEWS = (
    "<p>The ferry to the island will run again from Monday, the harbour office said.</p>"
    "<p>It had been in the yard since a storm in March damaged its bow.</p>"
)
MENU = "<ul class=top>" + "".join(
    f"<li><a href=/{name}>{name} and more of it</a>" for name in "news sport town".split()
)
HEAD = "<title>Ferry runs again - Isle Post</title>"
NEWS_NODE = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry runs again"}</script>'
OG_ARTICLE = '<meta property="og:type" content="article">'
TIME_AND_AUTHOR = '<p class="byline">By Ann Lee</p><time datetime="2026-04-01T10:00:00Z">1 April</time>'


@pytest.mark.parametrize("address", ["http://isle.example/news/1.html", "http://isle.example/news/ferry"])
@pytest.mark.parametrize(
    ("head", "body"),
    [(NEWS_NODE, MENU), (OG_ARTICLE, MENU), ("", MENU + TIME_AND_AUTHOR), ("", "")],
    ids=["news article", "og:type", "time and author", "no link"],
)
def test_an_article_of_two_sentences_is_one_where_anything_says_so(address: str, head: str, body: str) -> None:
    page = f"<html lang=en><head>{HEAD}{head}</head><body>{body}</ul><h1>Ferry runs again</h1>{SHORT_NEWS}"
    assert "It had been in the yard" in read_page(page.encode(), address).text


def test_two_sentences_of_a_section_are_no_article() -> None:
    page = f"<html lang=en><head>{HEAD}</head><body>{MENU}</ul><h1>Ferry runs again</h1>{SHORT_NEWS}"
    with pytest.raises(NotAnArticleError, match="leads to others"):
        read_page(page.encode(), "http://isle.example/news/ferry")


def test_a_time_without_a_zone_is_refused_since_it_could_be_any() -> None:
    with pytest.raises(ValueError, match=r"fetched: 2026-11-20T12:00:00 has no zone"):
        read_page(b"<title>t</title><p>text", None, fetched=datetime(2026, 11, 20, 12))


def goods(price: str) -> bytes:
    """Return a page that shows goods, each with a sentence and what it costs."""
    each = "".join(
        f"<h3><a href=/{number}>Rope {number}</a></h3><p>Rope number {number} is spun of hemp, and made on the isle."
        f"<p>{price.format(number)}</p>"
        for number in range(12)
    )
    return f"<title>Ropes of the isle</title><h1>Ropes of the isle</h1><main>{each}</main>".encode()


def test_many_prices_make_a_shop() -> None:
    with pytest.raises(NotAnArticleError, match="12 of its lines are prices"):
        read_page(goods("€ {},50"), "http://isle.example/ropes")
    assert "hemp" in read_page(goods("No. {}"), "http://isle.example/ropes").text


def test_prices_in_an_article_do_not() -> None:
    told = "".join(
        f"<p>In the year {year} the ferry asked two pence more than before, and nobody minded.</p>"
        for year in range(1900, 1960)
    )
    costs = "".join(f"<tr><td>{year}<td>$ {year - 1880}</tr>" for year in range(1900, 1920))
    page = (
        f"<title>What the ferry cost</title><article><h1>What the ferry cost</h1>{told}<table>{costs}</table></article>"
    )
    assert "two pence" in read_page(page.encode(), "http://isle.example/what-the-ferry-cost").text
