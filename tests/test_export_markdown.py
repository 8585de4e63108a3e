"""Exports that are directories of notes and texts: names that are safe anywhere, and bodies with all their words."""

from __future__ import annotations

import re
import unicodedata
from html import escape
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from archiver.cleaning import Cleaner, source_body
from archiver.errors import ExportError
from archiver.exports import About, Entry, load_format
from archiver.exports.files import DEVICE_NAMES, name_of, titled_name
from archiver.exports.obsidian import tag
from archiver.exports.plain import plain_text
from archiver.exports.pure_markdown import Dialect, markdown_of
from archiver.recipes import load_recipes
from tests import soup
from tests.exported import SITE, entry, texts
from tests.jekyll.traps import bodies, words
from tests.test_meaning import ELEMENTS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Archive

BASE = "http://a.example/"
CLEANER = Cleaner(load_recipes()["eastmoney"].clean)
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
SMALL = re.compile("</?su[bp]>")


def exported(name: str, target: Path, *entries: Entry) -> dict[str, str]:
    """Return what the format of that name writes of `entries`: texts by path."""
    load_format(name).write(iter(entries), target, About(target.parent, target, SITE, SITE))
    files = (file for file in sorted(target.rglob("*")) if file.is_file())
    return {file.relative_to(target).as_posix(): file.read_bytes().decode() for file in files}


def shown(html: str) -> str:
    """Return the characters that a reader sees, quotes and brackets of readings among them."""
    for mark, sign in (("<q>", "“"), ("</q>", "”"), ("<rt>", "("), ("</rt>", ")")):
        html = html.replace(mark, sign)
    html = re.sub("<rp>.*?</rp>", "", html, flags=re.DOTALL)
    document: Any = lxml_html.document_fromstring(f"<html><body>{html}</body></html>")
    return "".join(document.text_content().split())


def raw(markdown: str) -> list[str]:
    """Return the HTML that is in `markdown`."""
    tokens = [one for token in READER.parse(markdown) for one in (token, *(token.children or ()))]
    return [token.content for token in tokens if token.type in ("html_block", "html_inline")]


def check_words(html: str, dialect: Dialect) -> None:
    """Check that the Markdown of `html` shows what `html` shows, and is Markdown."""
    if dialect is Dialect.HUGO:
        html = SMALL.sub("", html)
    markdown = markdown_of(entry(html=html), dialect)
    assert shown(READER.render(markdown)) == shown(html), (html, markdown)
    allowed = r"</?su[bp]>|<table.*</table>\n?" if dialect is Dialect.OBSIDIAN else r"(?!)"
    assert [one for one in raw(markdown) if not re.fullmatch(allowed, one)] == []
    if dialect is Dialect.HUGO:
        assert not re.search(r"\{\{[<%]|<!--\s*more", markdown)


@pytest.mark.parametrize("dialect", Dialect)
def test_no_trap_breaks_markdown(dialect: Dialect) -> None:
    for word in words:
        text = escape(word, quote=False)
        table = f"<table><tr><td>{text}</td><td><code>{text}</code></td></tr></table>"
        around = f"<p>{text}</p>{text}<p>甲<b>{text}</b>乙<em>{text}</em>{text}<br />{text}</p><ul><li>{text}</li></ul>"
        check_words(CLEANER.clean(f"{around}{table}<h2>{text}</h2><pre>{text}</pre>", BASE).html, dialect)
    for body in [*bodies, "<p>&lt;!--more--&gt;<code>&lt;!--more--&gt;</code></p>"]:
        check_words(CLEANER.clean(body, BASE).html, dialect)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(soup.soups.map(lambda pieces: "".join(piece for piece, _ in pieces)) | soup.mess, st.sampled_from(Dialect))
def test_any_sound_body_keeps_its_words(html: str, dialect: Dialect) -> None:
    check_words(CLEANER.clean(html, BASE).html, dialect)


def same(html: str) -> str:
    return markdown_of(entry(html=html), Dialect.OBSIDIAN)


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>甲<strong>乙：</strong>丙</p>", "甲**乙**：丙\n"),
        ("<p><b>“甲”</b></p>", "**“甲”**\n"),
        ("<p><b>甲</b><b>乙</b></p>", "**甲乙**\n"),
        ("<h2>甲</h2><p>乙<br />丙</p>", "## 甲\n\n乙  \n丙\n"),
        ("<ul><li>甲</li><li>乙<ul><li>丙</li></ul></li></ul>", "- 甲\n- 乙\n  - 丙\n"),
        ('<ol start="3"><li>甲</li></ol>', "3. 甲\n"),
        ("<blockquote><p>甲</p><p>乙</p></blockquote>", "> 甲\n>\n> 乙\n"),
        ('<p><a href="http://a.example/a b_(c">甲</a></p>', "[甲](http://a.example/a%20b_%28c)\n"),
        (
            '<p><a href="/1"><img src="/1.png" alt="甲]" title="&quot;" /></a></p>',
            '[![甲\\]](/1.png "\\"")](/1)\n',
        ),
        ("<p>&#123;{ x }} &#123;% y %}</p>", "\\{\\{ x }} \\{% y %}\n"),
        ("<p>#甲 [[乙]] ==丙== %%丁%% $1$ ^a</p>", "\\#甲 \\[\\[乙\\]\\] \\=\\=丙\\=\\= \\%\\%丁\\%\\% \\$1\\$ \\^a\n"),
        ('<a href="/1"><p>甲</p><p>乙</p></a>', "[甲](/1)\n\n[乙](/1)\n"),
        ("<b><p>甲</p><ul><li>乙</li></ul></b>", "**甲**\n\n- **乙**\n"),
        ("<pre>a\n\n  ```b</pre>", "````\na\n\n  ```b\n````\n"),
        ("<p>m<sup>2</sup>，H<sub>2</sub>O</p>", "m<sup>2</sup>，H<sub>2</sub>O\n"),
        (
            "<table><caption>甲</caption><tr><td>1|</td><td>2</td></tr><tr><td>3</td></tr></table>",
            "甲\n\n| 1\\| | 2 |\n| --- | --- |\n| 3 |  |\n",
        ),
        ("<table><tr><td><p>甲</p><ul><li>乙</li></ul></td></tr></table>", "甲\n\n- 乙\n"),
        (
            '<table>\n<tr><td colspan="2">甲</td></tr>\n\n<tr><td>乙</td><td>丙</td></tr></table>',
            '<table> <tr><td colspan="2">甲</td></tr> <tr><td>乙</td><td>丙</td></tr></table>\n',
        ),
    ],
)
def test_markdown_of(html: str, markdown: str) -> None:
    assert same(html) == markdown


def test_hugo_gets_no_html_and_cells_stay_in_their_columns() -> None:
    row = '<tr><td rowspan="2">甲</td><td colspan="2">乙</td></tr>'
    table = f"<table>{row}<tr><td>1</td><td>10<sup>5</sup></td></tr></table>"
    assert markdown_of(entry(html=table), Dialect.HUGO) == "| 甲 | 乙 |  |\n| --- | --- | --- |\n|  | 1 | 10⁵ |\n"
    assert markdown_of(entry(html="<p>a<sup>甲</sup></p>"), Dialect.HUGO) == "a\\^(甲)\n"
    assert markdown_of(entry(html="<p>2<sup>3<sup>2</sup></sup></p>"), Dialect.HUGO) == "2\\^(3²)\n"


def test_a_body_too_deep_to_walk_keeps_its_words() -> None:
    assert same("<div>" * 5000 + "*甲*<p>乙</p>" + "</div>" * 5000) == "\\*甲\\*\n\n乙\n"


@pytest.mark.parametrize("start", [*ELEMENTS, "ol><li", "ul><li><p", "table><tr><td", "dl><dd", "sup><sub", "b><p"])
def test_no_element_is_too_deep(start: str) -> None:
    """What Markdown is written of may be the body of a post in the profile `source`, which keeps any of them."""
    body = source_body(f"<{start}>" * 1000 + "乙").html
    shown = "乙" in plain_text(body)
    assert shown or start in ("math", "svg", "rp")  # of which browsers show no bare text
    for dialect in Dialect:
        assert ("乙" in markdown_of(entry(html=body), dialect)) == shown


@settings(max_examples=300)
@given(texts, st.text("0123456789abcABC-_/.", min_size=1, max_size=70))
def test_any_title_gives_a_safe_name(title: str, id_: str) -> None:
    name = titled_name(title, f"(share {name_of(id_)}).md")
    assert len(name.encode()) <= 200
    assert not re.search(r'[\[\]#^|\\/:*?"<>\x00-\x1f\x7f]', name)
    assert all(unicodedata.category(one)[0] != "C" for one in name)
    assert name[0] not in ". "
    assert name.endswith(f"(share {name_of(id_)}).md")
    assert name.partition(".")[0].strip().lower() not in DEVICE_NAMES


@settings(max_examples=300)
@given(st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80))
def test_names_of_other_ids_are_others(one: str, other: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name_of(one))
    assert (name_of(one) == name_of(other)) == (one == other)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("A/B: “C”? [D] #1", "A B “C” D 1 (x).md"),
        ("...甲.", "甲 (x).md"),
        ("", "(x).md"),
        ("con.txt", "_con.txt (x).md"),
        ("e\u0301\u200b", "é (x).md"),
        ("甲" * 100, "甲" * 64 + " (x).md"),
    ],
)
def test_titled_name(title: str, name: str) -> None:
    assert titled_name(title, "(x).md") == name


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("21世纪 21财经APP新闻", "21世纪-21财经APP新闻"),
        ("2021", "_2021"),
        ("20/21", "_20/21"),
        ("#甲（乙）", "甲-乙"),
        ("a//b/", "a/b"),
        ("?", ""),
    ],
)
def test_tags_are_what_obsidian_takes(name: str, kept: str) -> None:
    assert tag(name) == kept


@settings(max_examples=60, deadline=None)
@given(texts.filter(lambda text: text.isprintable()), texts.filter(lambda text: text.isprintable()))
def test_any_properties_read_back(tmp_path_factory: pytest.TempPathFactory, title: str, source: str) -> None:
    one = entry(title=title, source=source, tags=(source, "甲 乙"))
    for name in ("obsidian", "hugo"):
        files = exported(name, tmp_path_factory.mktemp("x") / "y", one)
        (text,) = (text for path, text in files.items() if path != "_index.md")
        front: dict[str, Any] = yaml.safe_load(text.split("---\n")[1])
        assert (front.get("title", ""), front.get("source", "")) == (title, source)


def test_a_note(tmp_path: Path) -> None:
    files = exported("obsidian", tmp_path / "notes", entry(title='A "B": {{C}}', quote="D *E*"))
    assert list(files) == ["gazette/A B {{C}} (share 20240315001).md"]
    (note,) = files.values()
    _, front, body = note.split("---\n")
    properties = yaml.safe_load(front)
    assert properties["aliases"] == ['A "B": {{C}}']
    assert properties["published"].isoformat() == "2024-03-15T08:12:36"
    assert (properties["utc_offset"], properties["tags"]) == ("+0800", ["Gazette-news", "gazette"])
    assert properties["url"] == entry().url
    assert body == "\n> D \\*E\\*\n\nOne.\n\nTwo, with ![](http://gazette.example.com/1.png?a=1&b=2).\n"


def test_a_text(tmp_path: Path) -> None:
    files = exported("text", tmp_path / "texts", entry(quote="Q"), entry(form="rolling", source=""))
    assert files == {
        "gazette/share/20240315001.txt": "A plain title\n2024-03-15T08:12:36+08:00\nThe Gazette\n"
        f"{entry().url}\n\nQ\nOne.\nTwo, with .\n",
        "gazette/rolling/20240315001.txt": f"A plain title\n2024-03-15T08:12:36+08:00\n\n{entry().url}\n\n"
        "One.\nTwo, with .\n",
    }


@pytest.mark.parametrize("name", ["hugo", "obsidian", "text"])
def test_nothing_is_written_over(name: str, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="gazette:20240315001:share: another article has the name"):
        exported(name, tmp_path / "x", entry(), entry())


@pytest.mark.parametrize("name", ["hugo", "obsidian", "text"])
def test_an_archive_is_exported_the_same_each_time(name: str, archive: Archive, tmp_path: Path) -> None:
    ids = [article.id for article in archive.replica.articles[:5]]
    assert archive.get(*ids).returncode == 0
    first, second = tmp_path / "first", tmp_path / "second"
    for target in (first, second):
        assert archive.archiver("export", name, "-o", str(target)).stderr.startswith("5 exported")
    files = {file.relative_to(first): file.read_bytes() for file in first.rglob("*.*")}
    assert files == {file.relative_to(second): file.read_bytes() for file in second.rglob("*.*")}
    assert len(files) == 5 + (name == "hugo")


def test_an_edited_note_keeps_its_name(archive: Archive, tmp_path: Path) -> None:
    article = next(record for record in archive.replica.articles if record.revised)
    archive.get(article.id)
    archive.archiver("export", "obsidian", "-o", str(tmp_path / "first"))
    archive.replica.edit(article.id)
    archive.get(article.id)
    archive.archiver("export", "obsidian", "-o", str(tmp_path / "second"))
    (first,), (second,) = (list((tmp_path / name).rglob("*.md")) for name in ("first", "second"))
    assert first.name == second.name
    title = article.revised["title"]
    assert [title in file.read_text(encoding="utf-8") for file in (first, second)] == [False, True]
