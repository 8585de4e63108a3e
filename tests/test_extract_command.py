"""`archiver extract` and `archiver.extract`: any news page that is at hand, without an archive or the network."""

from __future__ import annotations

import io
import json
import pickle
import pkgutil
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

import archiver
from archiver.commands import main
from archiver.errors import NotAnArticleError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ADDRESS = "https://harbour.example/2026/03/04/bridge"
SENTENCE = (
    "The council of the harbour town voted on Wednesday to rebuild the bridge that the flood of last winter closed."
)
PAGE = f"""<!doctype html><html lang="en"><head><title>Council to rebuild the bridge | Harbour Post</title></head><body>
<article><h1>Council to rebuild the bridge</h1><p class="byline">By Jane Doe</p>
<time datetime="2026-03-04T10:00:00+01:00">4 March 2026</time>
{"".join(f"<p>{SENTENCE} It was vote number {number}.</p>" for number in range(5))}</article></body></html>"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[str], str]]:
    """Run `archiver extract`; returns the exit status, the lines that it printed, and what it said of errors."""

    def run_it(*arguments: str) -> tuple[int, list[str], str]:
        status = main(["extract", *arguments])
        printed = capsys.readouterr()
        return status, printed.out.splitlines(), printed.err

    return run_it


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A file with an article."""
    file = tmp_path / "page.html"
    file.write_text(PAGE, encoding="utf-8")
    return file


def test_a_page_is_a_line_of_json(run: Any, page: Path) -> None:
    status, (line,), errors = run(str(page), "--address", ADDRESS)
    found = json.loads(line)
    assert (status, errors) == (0, "")
    assert found["title"] == "Council to rebuild the bridge"
    assert found["published"] == "2026-03-04T10:00:00+01:00"
    assert (found["authors"], found["language"], found["canonical"]) == (["Jane Doe"], "en", ADDRESS)
    assert "vote number 4" in found["text"]
    assert found["rules"].keys() >= {"title", "published", "authors", "body"}


def test_markdown_for_a_person(run: Any, page: Path) -> None:
    status, lines, _ = run("--markdown", str(page))
    assert (status, lines[0]) == (0, "# Council to rebuild the bridge")
    assert lines[2].startswith("Jane Doe · ")


def test_what_is_no_article_is_refused_and_costs_no_other(run: Any, page: Path) -> None:
    (page.parent / "front.html").write_text("<html><body><p>hi</body></html>", encoding="utf-8")
    status, lines, _ = run(str(page.parent))
    refused, read = map(json.loads, lines)
    assert status == 1
    assert refused["refused"]
    assert read["title"] == "Council to rebuild the bridge"


def test_standard_input(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PAGE.encode())))
    status, (line,), _ = run("-")
    assert (status, json.loads(line)["file"]) == (0, "-")


@pytest.mark.parametrize("name", ["missing.html", "empty"])
def test_a_mistake_is_said(run: Any, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    status, lines, errors = run(str(tmp_path / name))
    assert (status, lines) == (2, [])
    assert str(tmp_path / name) in errors


def test_the_python_api() -> None:
    reading = archiver.extract(PAGE.encode(), ADDRESS, fetched=datetime(2026, 3, 5, tzinfo=UTC))
    assert isinstance(reading, archiver.Reading)
    assert pickle.loads(pickle.dumps(reading)) == reading
    with pytest.raises(NotAnArticleError, match="no article"):
        archiver.extract(b"%PDF-1.7 ...", ADDRESS, content_type="application/pdf")


def test_no_part_of_the_package_takes_the_name_of_what_is_offered() -> None:
    """A module that is imported becomes an attribute of its package, and would hide a function of its name."""
    modules = {module.name for module in pkgutil.iter_modules(archiver.__path__)}
    assert modules.isdisjoint(archiver.__all__)
