"""The export `hugo` on a real site: Hugo builds it without a word, and each page says what its article says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html as lxml_html

from archiver.cleaning import Cleaner
from archiver.exports import About, load_format
from archiver.exports.hugo import term
from archiver.exports.shown import summary
from archiver.recipes import load_recipes
from archiver.replica import Replica
from archiver.text import one_line
from tests.conftest import Archive
from tests.exported import SITE, entry
from tests.jekyll.traps import bodies, words
from tests.sites import dead_links

if TYPE_CHECKING:
    from pathlib import Path

    from archiver.exports import Entry

HUGO = os.environ.get("HUGO", "hugo")  # HUGO=…: another version than the one that is installed
CONFIG = 'baseURL = "http://a.example/"\ntitle = "A site"\n'
SINGLE = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><h1 id="title">{{ .Title }}</h1>'
    '<time>{{ .Date.Format "2006-01-02T15:04:05-07:00" }}</time><p id="source">{{ .Params.source }}</p>'
    '<p id="tags">{{ range .Params.tags }}<i>{{ . }}</i>{{ end }}</p>'
    '<div id="content">{{ .Content }}</div></body></html>'
)
LIST = "<ul>{{ range .Site.RegularPages }}<li>{{ .RelPermalink }}</li><p>{{ .Summary }}</p>{{ end }}</ul>"
LINKED = '{{ range .Pages }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}'
SMALL = re.compile("</?su[bp]>")


@dataclass
class Site:
    """A site of entries, as Hugo builds it: its pages by id."""

    root: Path

    def build(self, list_: str = LIST) -> subprocess.CompletedProcess[str]:
        """Build the site of what is in `content`. list_: the layout of its lists."""
        layouts = self.root / "layouts" / "_default"
        layouts.mkdir(parents=True)
        (self.root / "config.toml").write_text(CONFIG, encoding="utf-8")
        (layouts / "single.html").write_text(SINGLE, encoding="utf-8")
        (layouts / "list.html").write_text(list_, encoding="utf-8")
        return subprocess.run([HUGO, "--quiet"], cwd=self.root, capture_output=True, text=True, timeout=60, check=False)

    def page(self, one: Entry) -> Any:
        """The page of an entry."""
        file = self.root / "public" / "news" / one.recipe / one.form / one.id / "index.html"
        return lxml_html.document_fromstring(file.read_text(encoding="utf-8"))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    if not shutil.which(HUGO):
        pytest.skip("Hugo is missing; to have it: apt-get install hugo")
    (tmp_path / "content").mkdir()
    return Site(tmp_path)


def shown(text: str) -> str:
    return "".join(text.split())


def shown_html(html: str) -> str:
    document: Any = lxml_html.document_fromstring(f"<html><body>{html}</body></html>")
    return shown(document.text_content())


def test_every_trap_is_a_page_with_its_title_and_words(site: Site) -> None:
    cleaner = Cleaner(load_recipes()["eastmoney"].clean)
    entries = []
    for number, trap in enumerate(words):
        title, text = one_line(trap), escape(trap, quote=False)
        table = f"<table><tr><td>{text}</td><td>乙</td></tr></table>"
        body = f"<p>{text}</p>{text}<p>甲<b>{text}</b></p>{table}<pre>{text}</pre>"
        html = cleaner.clean(body, "http://a.example/").html
        tags = (title,) if title else ()
        entries.append(entry(id=f"{number}", title=title, source=title, tags=tags, html=html, quote=title))
    for number, body in enumerate(bodies, len(words)):
        html = SMALL.sub("", cleaner.clean(body, "http://a.example/").html)
        entries.append(entry(id=f"{number}", html=html))
    target = site.root / "content" / "news"
    load_format("hugo").write(iter(entries), target, About(site.root, target, SITE, SITE))
    build = site.build()
    assert (build.returncode, build.stdout, build.stderr) == (0, "", "")
    lists: Any = lxml_html.document_fromstring((site.root / "public" / "index.html").read_text(encoding="utf-8"))
    summaries = {item.text: item.getnext().text_content() for item in lists.iter("li")}
    for one in entries:
        page = site.page(one)
        assert shown(summaries[f"/news/{one.recipe}/{one.form}/{one.id}/"]) == shown(summary(one)), one.html
        assert page.get_element_by_id("title").text == (one.title or None)
        assert page.get_element_by_id("source").text == (one.source or None)
        assert [tag.text for tag in page.get_element_by_id("tags")] == list(filter(None, map(term, one.tags)))
        assert page.find(".//time").text == one.published.isoformat()
        content = shown(page.get_element_by_id("content").text_content())
        assert content == shown(one.quote) + shown_html(one.html), one.html


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        *(("甲 乙", "甲 乙"), ("..", ""), ("../甲/乙.", "-甲-乙"), ("A.B.", "A.B"), ("甲" * 90, "甲" * 66)),
        *(
            ("index.html", "index.html-"),
            ("Index.XML.", "Index.XML-"),
            ("%e4b", "-e4b"),
            ("5%", "5%"),
            ("%%41", "%-41"),
        ),
    ],
)
def test_tags_are_names_of_directories(name: str, kept: str) -> None:
    assert term(name) == kept


def test_terms_of_any_name_have_a_page_that_links_lead_to(site: Site) -> None:
    odd = (
        "index.html",
        "INDEX.XML",
        "page",
        "%00",
        "%2e%2e",
        "100%",
        "CON",
        "😀",
        "a b",
        "A-B",
        "javascript:x",
        "#",
        "?",
    )
    entries = (entry(id=f"{number}", category=name, tags=(name,)) for number, name in enumerate(odd))
    target = site.root / "content" / "news"
    load_format("hugo").write(entries, target, About(site.root, target, SITE, SITE))
    build = site.build(LINKED)
    assert (build.returncode, build.stdout, build.stderr) == (0, "", "")
    there = site.root / "public"
    assert len(list(there.glob("tags/*/index.html"))) >= len(odd) - 3  # Hugo keeps nothing of some
    assert dead_links(there) == []


def test_an_archive_is_a_section(site: Site) -> None:
    with Replica() as replica:
        archive = Archive(site.root / "archive", replica)
        archive.get(*(article.id for article in replica.articles))
        exported = archive.archiver("export", "hugo", "-o", str(site.root / "content" / "news"))
        posts = archive.posts
    assert (exported.returncode, len(posts) > 10) == (0, True), exported.stderr
    text = next((site.root / "content" / "news").rglob("202403150001234567.md")).read_text(encoding="utf-8")
    place = "https://finews.withounder.com/linlanwanbao/2024/03/15/NW202403150001234567.html"
    assert f'archive_url: "{place}"\n' in text
    build = site.build()
    assert (build.returncode, build.stdout, build.stderr) == (0, "", "")
    pages = list((site.root / "public" / "news").glob("eastmoney/share/*/index.html"))
    assert len(pages) == len(posts)
    listed = (site.root / "public" / "index.html").read_text(encoding="utf-8").count("<li>/news/eastmoney/share/")
    assert listed == len(posts)
