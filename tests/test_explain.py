"""`archiver explain`: where each field comes from, for people in a terminal of any width, and for machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.commands.display import width_of
from archiver.commands.wrapping import wrap
from archiver.reading import explain_page, read_page
from archiver.replica.exchange import HTML, typed
from tests.conftest import NO_DELAY, invoke

if TYPE_CHECKING:
    from pathlib import Path

    from archiver.replica import Record
    from tests.conftest import Archive

ADDRESS = "http://isle.example/2026/03/04/ferry-runs-again"
PAGE = """<!doctype html><html lang="en"><head><title>Ferry runs again | Isle Post</title>
<meta property="og:title" content="Ferry runs again"><meta property="og:site_name" content="Isle Post">
<meta property="article:published_time" content="2027-03-04T10:00:00+00:00"></head><body>
<h1>Ferry runs again</h1><p class="byline">By Ann Lee</p><time datetime="2026-03-04T09:30:00+00:00">4 March</time>
<article class="story-body"><p>The ferry to the island will run again from Monday, the harbour office said on
Wednesday, after three weeks in the yard.</p><p>It had been there since a storm in February damaged its bow, and with it
the only way to the mainland that takes cars.</p></article></body></html>"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A file with an article."""
    file = tmp_path / "ferry.html"
    file.write_text(PAGE, encoding="utf-8")
    return file


def fields(text: str) -> dict[str, str]:
    """Return what is shown of each field, by its name."""
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        name = line[:12].strip() or name
        found[name] = f"{found.get(name, '')} {line[12:].strip()}".strip()
    return found


def test_each_field_with_its_rule_and_what_lost(page: Path) -> None:
    result = invoke("explain", str(page), "--address", ADDRESS)
    assert (result.returncode, result.stderr) == (0, "")
    shown = fields(result.stdout)
    assert shown["title"] == "Ferry runs again by heading and meta og:title, title element"
    assert shown["published"].startswith("2026-03-04T09:30:00+00:00 by time element")
    assert (
        "not 2027-03-04 10:00:00+00:00 meta article:published_time: the address says 2026-03-04" in shown["published"]
    )
    assert shown["body"].startswith("The ferry to the island")
    assert "by article: article.story-body, fits " in shown["body"]
    assert shown["(nothing)"] == "is said of modified, description, image"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(page: Path, width: int) -> None:
    result = invoke("explain", str(page), "--address", f"{ADDRESS}-{'x' * 200}", env={"COLUMNS": str(width)})
    widths = [width_of(line) for line in result.stdout.splitlines()]
    assert max(widths) <= width
    assert max(widths) > width - 20


def test_the_same_for_machines(page: Path) -> None:
    result = invoke("explain", "--json", str(page), "--address", ADDRESS)
    told = json.loads(result.stdout)
    assert (told["page"], told["address"]) == (str(page), ADDRESS)
    assert told["fields"]["title"] == {
        "value": "Ferry runs again",
        "rule": "heading",
        "lost": [
            {"value": "Ferry runs again", "rule": "meta og:title", "reason": "says the same"},
            {"value": "Ferry runs again", "rule": "title element", "reason": "says the same"},
        ],
    }
    assert told["fields"]["authors"]["value"] == ["Ann Lee"]


def test_what_is_refused_is_explained_and_costs_the_exit_status(tmp_path: Path) -> None:
    file = tmp_path / "gone.html"
    file.write_text("<html><title>404 Not Found</title><h1>Page not found</h1></html>", encoding="utf-8")
    result = invoke("explain", str(file))
    assert result.returncode == 1
    shown = fields(result.stdout)
    assert shown["refused"] == "an error page because it is headed “Page not found”"
    assert shown["title"].startswith("Page not found by heading")
    told = json.loads(invoke("explain", "--json", str(file)).stdout)
    assert (told["refused"], told["evidence"]) == ("an error page", "it is headed “Page not found”")


def test_what_is_no_web_page_has_no_fields(tmp_path: Path) -> None:
    file = tmp_path / "paper.html"
    file.write_bytes(b"%PDF-1.7 ...")
    told = json.loads(invoke("explain", "--json", str(file)).stdout)
    assert (told["refused"], told["fields"]) == ("a PDF", {})


@pytest.mark.parametrize("word", ["none.html", "202403150009999999"])
def test_what_is_not_there_is_a_mistake(word: str, archive: Archive) -> None:
    result = archive.archiver("explain", word)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"archiver: {word}: no such file, and no article of ")


def test_an_explanation_says_what_the_reading_says() -> None:
    explained = explain_page(PAGE.encode(), ADDRESS)
    assert explained.reading == read_page(PAGE.encode(), ADDRESS)
    assert explained.fields["title"].value == "Ferry runs again"


def test_an_article_of_the_archive_is_explained_from_its_capture(archive: Archive, article: Record) -> None:
    assert archive.get("--warc", article.id).returncode == 0
    archive.asked()
    for name in (article.id, article.infocode, article.url):
        result = archive.archiver("explain", name)
        assert (result.returncode, result.stderr) == (0, "")
        shown = fields(result.stdout)
        assert shown["title"].startswith(article.title[:20])
        assert shown["published"].endswith("by text:date iso")
        assert "not" in shown["body"]
        assert "text:content: less trusted than text:text" in shown["body"]
    assert archive.asked() == []


def test_an_edited_article_is_explained_from_the_capture_of_its_edit(archive: Archive) -> None:
    edited = next(record for record in archive.replica.articles if record.revised)
    assert archive.crawl("eastmoney/market-37").returncode == 0
    archive.replica.edit(edited.id)
    assert archive.crawl("eastmoney/market-37", "--recheck", "2d").returncode == 0
    assert len(list((archive.output / "_versions").glob("*/*.md"))) == 1
    result = archive.archiver("explain", edited.id)
    assert (result.returncode, result.stderr) == (0, "")
    assert fields(result.stdout)["title"]


def test_an_article_that_was_not_captured_cannot_be_explained(archive: Archive, article: Record) -> None:
    assert archive.get("--no-warc", article.id).returncode == 0
    result = archive.archiver("explain", article.id)
    assert (result.returncode, result.stdout) == (1, "")
    assert "its answer was not captured; `archiver get --warc --force`" in result.stderr


def test_another_address_is_fetched_and_nothing_is_written(archive: Archive) -> None:
    archive.replica.routes["/2026/03/04/ferry-runs-again"] = lambda *_: typed(PAGE, HTML)
    result = archive.archiver("explain", ADDRESS, *NO_DELAY)
    assert (result.returncode, result.stderr) == (0, "")
    assert fields(result.stdout)["title"].startswith("Ferry runs again by heading")
    assert [seen.path for seen in archive.replica.requests] == ["/robots.txt", "/2026/03/04/ferry-runs-again"]
    assert not archive.output.exists()


def test_an_address_that_gives_nothing_is_said(archive: Archive) -> None:
    result = archive.archiver("explain", "http://isle.example/none", *NO_DELAY)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("archiver: http://isle.example/none: HTTP status 404")


@given(st.text(alphabet="ab ，。大桥\u3000x-\x1b\n", max_size=200), st.integers(4, 30), st.none() | st.integers(1, 4))
def test_wrapped_text_fits_and_loses_no_word(text: str, width: int, lines: int | None) -> None:
    found = wrap(text, width, lines)
    assert all(width_of(line) <= width + 2 for line in found)  # what closes a clause may stand out
    assert not any("\x1b" in line for line in found)
    if lines is None:
        wanted: Any = text.replace("\x1b", "\ufffd")
        assert "".join("".join(found).split()) == "".join(wanted.split())
    else:
        assert len(found) <= lines
