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
