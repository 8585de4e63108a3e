"""Real articles as their source gave them, and the posts that an existing archive has of them: byte for byte.

The articles are not ours to ship; where they are not there, these tests are skipped.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archiver.answer import Answer, Asked
from archiver.article import Post
from archiver.extraction import ExtractOptions, Unusable
from archiver.extraction.extractor import Extractor
from archiver.recipes import load_recipes
from archiver.replica import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.conftest import Archive

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
REFERENCE = "2021-12-24-NW202112242224680477.md"
SHARE_POSTS = [
    REFERENCE,
    "2022-01-24-NW202201242259229980.md",
    "2022-02-09-NW202202092271136373.md",
    "2022-05-30-NW202205302396506117.md",
]
ROLLING_POST = "2022-05-30-202205302396506117.md"

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"the corpus of real articles is not at {CORPUS}; put it there to run these"
)


@cache
def corpus() -> dict[str, Any]:
    """Return the articles as the source gave them."""
    answers: dict[str, Any] = json.loads((CORPUS / "api.json").read_text(encoding="utf-8"))
    return answers


def expected(name: str) -> bytes:
    """Return the post of the existing archive."""
    return (CORPUS / "expected" / name).read_bytes()


def post_of(infocode: str, profile: str, form: str = "share", known: Mapping[str, str] | None = None) -> Post:
    """Return the post of an article, made as a crawl makes it."""
    body = json.dumps(corpus()["details"][infocode], ensure_ascii=False).encode()
    asked = Asked("eastmoney", infocode.removeprefix("NW"), "text", infocode, (form,), known or {})
    extractor = Extractor(ExtractOptions(load_recipes(), profile))
    extracted = extractor.extract(Answer("http://example.com/", "", body, datetime.now(UTC)), asked)
    assert not isinstance(extracted, Unusable), extracted.reason
    (article,) = extracted
    assert article.post, article.reason
    return article.post


def test_every_expected_post_is_asked_for() -> None:
    assert sorted(file.name for file in (CORPUS / "expected").iterdir()) == sorted([*SHARE_POSTS, ROLLING_POST])


@pytest.mark.parametrize("name", SHARE_POSTS)
def test_share_posts_in_profile_source(name: str) -> None:
    assert post_of(name[11:-3], "source") == Post(name, expected(name))


def test_the_reference_post_in_profile_clean() -> None:
    assert post_of(REFERENCE[11:-3], "clean") == Post(REFERENCE, expected(REFERENCE))


def test_the_rolling_post() -> None:
    (listed,) = corpus()["rolling"]
    known = {"digest": listed["digest"], "url": listed["url_w"], "time": listed["showtime"], "title": listed["title"]}
    assert post_of(listed["infoCode"], "source", "rolling", known) == Post(ROLLING_POST, expected(ROLLING_POST))


def test_end_to_end(archive: Archive) -> None:
    for infocode, answer in corpus()["details"].items():
        archive.replica.add(
            Record(
                id=infocode.removeprefix("NW"),
                title=answer["title"],
                date=answer["date"],
                medianame=answer["medianame"],
                text=answer["text"],
                content=answer["content"],
            )
        )
    result = archive.get("--profile", "source", *corpus()["details"])
    assert (result.returncode, result.stderr) == (0, "")
    assert archive.posts == {name: expected(name) for name in SHARE_POSTS}
