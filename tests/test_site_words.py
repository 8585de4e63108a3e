"""What pages of the site say: in its two languages, once, and so that whoever follows it gets there."""

from __future__ import annotations

import shlex
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from archiver.errors import TemplateError
from archiver.site import articles
from archiver.site.articles import host_of
from archiver.site.look import Look
from archiver.site.words import WORDS
from tests.adopting import good, put
from tests.sites import build, files, fill, page, site_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Archive

ENGLISH = ("-s", "ARCHIVER_SITE_LANGUAGE=en")


def texts(archive: Archive, path: str, selector: str) -> list[str]:
    """The texts of elements of a page, with single spaces."""
    return [" ".join(one.text_content().split()) for one in page(archive, path).cssselect(selector)]


def test_all_words_are_there_in_each_language_with_the_same_places() -> None:
    one, other = WORDS.values()
    assert one.keys() == other.keys()
    assert [name for name in one if one[name].count("{") != other[name].count("{")] == []
    assert all(len(words["months"].split("|")) == 12 for words in (one, other))


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("{{ w.search }}", "Search"),
        ("{{ w.with_more.format(w.search, 3) }}", WORDS["en"]["with_more"].format("Search", 3)),
        ("{{ w.search if name else w.archive }}", "Search"),
        ("{% set w = {'search': '<b>'} %}{{ w.search }}", "&lt;b&gt;"),
        ("{% for w in [{'search': 'mine'}] %}{{ w.search }}{% endfor %}", "mine"),
        ("{% macro show(w) %}{{ w.search }}{% endmacro %}{{ show({'search': 'mine'}) }}", "mine"),
        ("{% set a = {'w': {'search': 'mine'}} %}{{ a.w.search }}", "mine"),
    ],
)
def test_a_template_finds_the_words(tmp_path: Path, text: str, becomes: str) -> None:
    (tmp_path / "own.html").write_text(text)
    assert Look("name", "site.example", "en", templates=tmp_path).page("own", "own.html") == becomes


def test_words_of_the_site_are_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(WORDS["en"], "search", "<b>")
    (tmp_path / "own.html").write_text("{{ w.search }}")
    assert Look("name", "site.example", "en", templates=tmp_path).page("own", "own.html") == "&lt;b&gt;"


def test_a_word_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.html").write_text("\n{{ w.serch }}")
    with pytest.raises(TemplateError, match=r"own\.html:2: .*serch"):
        Look("name", "site.example", "en", templates=tmp_path).page("own", "own.html")


def test_the_commands_of_the_about_page_agree(archive: Archive) -> None:
    """They are run where the page says: in the directory of the archive."""
    archive.crawl("eastmoney/market-37")
    put(archive, "2026-11-01-us.md", "---\ntitle: us\n---\nx\n")  # is newer, and has no evidence
    archive.invoke("adopt", str(archive.output))
    assert build(archive).returncode == 0
    (block,) = page(archive, "about/index.html").cssselect("pre")
    *commands, last = block.text_content().splitlines()
    (article, *_) = (archive.output / "_site").rglob("NW202403150001234567.html")
    (of_article,) = page(archive, article.relative_to(archive.output / "_site").as_posix()).cssselect("details pre")
    assert of_article.text_content().splitlines()[-1] == last
    post, recorded, manifest = (
        subprocess.run(shlex.split(one), cwd=archive.output, capture_output=True, text=True, check=True).stdout
        for one in commands
    )
    assert post == recorded
    assert manifest.split()[0] in texts(archive, "about/index.html", "code")
    program, *words = shlex.split(last)
    assert program == "archiver"
    verify = [sys.executable, "-P", "-m", "archiver", *words]
    assert subprocess.run(verify, cwd=archive.output, check=False).returncode == 0


def test_an_archive_without_evidence_says_how_it_gets_some(archive: Archive) -> None:
    put(archive, "2026-11-01-us.md", "---\ntitle: us\n---\nx\n")
    archive.invoke("adopt", str(archive.output))
    build(archive)
    commands = page(archive, "about/index.html").cssselect("pre")[0].text_content()
    assert commands == "archiver manifest --output .\narchiver verify --output ."


def test_names_of_files_are_quoted_for_the_shell(archive: Archive) -> None:
    name, content = good()
    put(archive, f"it's $(here)/{name}", content)
    archive.invoke("adopt", str(archive.output))
    build(archive)
    path = "cailianshe/2022/01/24/NW202201242259229980.html"
    (command, _) = page(archive, path).cssselect("pre")[-1].text_content().splitlines()
    assert shlex.split(command) == ["sha256sum", f"_posts/it's $(here)/{name}"]


def test_numbers_and_months_in_english(archive: Archive) -> None:
    fill(archive, 1)
    build(archive, *ENGLISH)
    assert texts(archive, "archive/2022/index.html", "section h2") == ["January 1 article"]
    assert texts(archive, "archive/2022/01/index.html", "h1") == ["January 2022"]
    fill(archive, 1, first=1)
    build(archive, *ENGLISH)
    assert texts(archive, "category/cailianshe.html", ".sub") == ["2 articles"]
    build(archive)
    assert texts(archive, "archive/2022/01/index.html", "h1") == ["2022 年 1 月"]


def test_the_latest_changes_are_shown_and_how_many_there_were_before(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(articles, "MAX_VERSIONS", 1)
    archive.crawl("eastmoney/market-37")
    first = archive.replica.articles[0]
    for number in (2, 3):
        archive.replica.add(replace(first, title=f"第{number}次的标题"))
        archive.crawl("eastmoney/market-37", "-s", "ARCHIVER_RECHECK=36500d")
    build(archive, *ENGLISH)
    (path,) = (name for name in files(site_of(archive)) if first.id in name)
    assert texts(archive, path, ".changes del, .changes ins") == ["removed第2次的标题", "added第3次的标题"]
    assert texts(archive, path, ".more > details > h2") == ["Version 2 → Version 3 (present version)"]
    assert "Not shown here: 1 earlier, which archiver history has." in texts(archive, path, ".small")


def test_a_list_of_a_source_does_not_name_it_in_each_line(archive: Archive) -> None:
    fill(archive, 2)
    build(archive)
    assert texts(archive, "category/cailianshe.html", ".who") == []
    assert texts(archive, "index.html", ".articles .who") == ["财联社"] * 2


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("http://Paper.example:8080/a?b", "paper.example"),
        ("https://[::1]/a", "::1"),
        ("http://[x/", "http://[x/"),
        ("", ""),
    ],
)
def test_an_article_says_where_the_original_is(address: str, host: str) -> None:
    assert host_of(address) == host
