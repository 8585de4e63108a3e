"""Rules of pages that nothing else holds: bodies, changes from version to version, names and colours, headers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from archiver.cleaning import cleaned
from archiver.exports.entry import Version
from archiver.site import articles
from archiver.site.articles import article_values, steps
from archiver.site.body import Bodies
from archiver.site.record import Row
from archiver.site.words import WORDS
from tests.adopting import good, put
from tests.exported import entry
from tests.sites import DAY, build, fill, page
from tests.test_site_search import served

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Archive

ZH = WORDS["zh"]
TINY = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
PLAIN = "<p>文字，文字，文字，文字，文字。</p>"


def body(html: str) -> str:
    """The body of an article's page."""
    return str(Bodies({}, ZH).html(entry(html=f"{PLAIN}{html}"), "a/2024/01/01/x.html"))


def test_a_picture_that_is_in_the_page_itself_is_shown() -> None:
    assert f'<img src="{TINY}" alt="点" loading="lazy">' in body(f'<p><img src="{TINY}" alt="点"></p>')


def test_a_picture_in_a_link_is_no_second_link() -> None:
    html = body('<p><a href="https://a.example/"><img src="https://p.example/a.jpg" alt="桥"></a></p>')
    assert html.count("<a ") == 1
    assert 'role="img" aria-label="图片: 桥"' in html


@pytest.mark.parametrize(
    ("levels", "shown"), [("14", "25"), ("23", "23"), ("66", "22"), ("3456", "2345"), ("16", "26")], ids=str
)
def test_headings_begin_below_that_of_the_page(levels: str, shown: str) -> None:
    html = body("".join(f"<h{level}>题{place}</h{level}><p>字</p>" for place, level in enumerate(levels)))
    assert "".join(re.findall(r"<h(\d)", html)) == shown


def test_a_body_that_is_too_long_to_be_cleaned_is_shown_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaned, "MAX_BODY_CHARACTERS", 30)
    assert body("<p>一 <b>&lt;二&gt;</b></p>").endswith("<p>一 &lt;二&gt;</p>")


def of_versions(archive: Path, *texts: str) -> list[tuple[str, object, str]]:
    """What the page says of the versions of an article: what changed, and why nothing is said."""
    versions = []
    for number, text in enumerate(texts, 1):
        path = f"{number}.md"
        if text:
            (archive / path).write_bytes(good(title="题", digest="", body=text)[1])
        versions.append(Version(number, path, "", DAY, None))
    one = entry(title="题", quote="", written="<p>现在。</p>", versions=tuple(versions))
    return [
        (step.file, step.changes and [(change.sign, change.text) for change in step.changes], step.why)
        for step in steps(one, archive, ZH)
    ]


def test_a_version_says_what_changed_or_why_it_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles, "MAX_SENTENCES", 3)
    found = of_versions(tmp_path, "<p>先。</p>", "", f"<p>{'句。' * 9}</p>", "<p><b>现在。</b></p>")
    assert found == [
        ("4.md", None, ZH["no_changes"]),
        ("3.md", None, ZH["too_many"]),
        ("2.md", None, ZH["missing"]),
        ("1.md", None, ZH["missing"]),
    ]
    assert of_versions(tmp_path, "<p>先。</p>") == [("1.md", [("-", "先。"), ("+", "现在。")], "")]


def test_a_page_lists_so_many_words_of_changes_and_no_more(tmp_path: Path) -> None:
    whole = f"<p>{'字' * (articles.MAX_CHANGE_CHARACTERS // 3)}"
    found = of_versions(tmp_path, "<p>初。</p>", "<p>始。</p>", f"{whole}一。</p>", f"{whole}二。</p>", "<p>先。</p>")
    assert [(file, bool(changes), why) for file, changes, why in found] == [
        ("5.md", True, ""),
        ("4.md", True, ""),
        ("3.md", False, ZH["too_many"]),
        ("2.md", True, ""),
        ("1.md", True, ""),
    ]


@pytest.mark.parametrize(
    ("url", "linked"),
    [("HTTPS://a.example/", True), ("httpx://a.example/", False), ("javascript:x", False), ("ftp://a.example/", False)],
)
def test_only_an_address_of_the_web_is_a_link_to_the_original(tmp_path: Path, url: str, linked: bool) -> None:
    row = Row(1, "", "", "", "", "a.html", 0, "", "", "", "", "", "")
    assert bool(article_values(entry(url=url), row, tmp_path, ZH)["original"]) == linked


def test_a_category_says_what_else_its_source_is_called(archive: Archive) -> None:
    fill(archive, 2)
    for number in range(7):
        name, content = good(f"20220125{number:010}", source=f"名{number}", body=f"<p>{number}{'字' * 60}</p>")
        put(archive, name, content.replace(f"categories: ming{number}".encode(), b"categories: cailianshe"))
    archive.invoke("adopt", str(archive.output))
    build(archive)
    assert page(archive, "category/cailianshe.html").cssselect("h1")[0].text_content() == "财联社"
    said = page(archive, "category/cailianshe.html").cssselect(".sub")[0].text_content()
    assert said == "9 篇 · 又名：名0、名1、名2、名3、名4"


@pytest.mark.parametrize("target", ["/", "/nothing", "/search/index.json", "/style.css"])
def test_every_answer_says_what_it_is_and_tells_nobody_who_reads(archive: Archive, target: str) -> None:
    fill(archive, 1)
    build(archive)
    with served(archive) as connection:
        connection.request("GET", target)
        answer = connection.getresponse()
        answer.read()
        said = (answer.getheader("X-Content-Type-Options"), answer.getheader("Referrer-Policy"))
        assert said == ("nosniff", "no-referrer")
