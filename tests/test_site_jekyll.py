"""`archiver site jekyll`: a real Jekyll builds the site that `archiver site build` makes, at the same addresses."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from archiver.article import Article
from archiver.html import parse_document
from archiver.identity import article_key
from archiver.posts import render
from archiver.posts.notice import notice
from archiver.recipes import load_recipes
from tests.adopting import good, put
from tests.jekyll.site import ENVIRONMENT, visible
from tests.sites import build, dead_links, files, fill, site_of
from tests.test_site_browser import HOSTILE
from tests.test_site_names import FILES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Archive

OURS_ALONE = ("archive/", "sources/", "about/", "search/", "category/none.html")
SPLIT = "21shijijingjibaodao 21caijingAPP"
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
# As earlier scripts ended their posts; their text is Markdown. (Two asterisks in it would be emphasis to Jekyll, and
# are what they are on our pages: those scripts escaped nothing, and *ST is the name of a share.)
ADDRESS = "http://choicewzp1.eastmoney.com/html_News/NewsShare.html?infoCode=NW2022012400000002"
TEXT = "央行：*ST 稳中求进，1 &lt; 2。　　第二句\n\n第二段\\*有星号"
LAYOUTS = (
    ("", TEXT),
    ("\n", TEXT),
    ("\n\n[返回财联社新闻](../emnews/)\n[返回首页](../)", TEXT),
    ("\n\n[返回财联社新闻](./)\n\n[返回首页](./)\n", TEXT),
    ("\n\n[返回财联社新闻](//a.example/x.html)｜[返回首页](//a.example/)", f"> 摘要\n\n<p>{TEXT}</p>"),
)
OWN_NAME = "2021-12-30-about-this-site.md"
OWN = """---
layout: post
title: "关于本站 & <其他>"
date: 2021-12-30 20:00:00
categories: sitenews
tags: 站务
---
第一段，*重点*。

- 一
- 二
"""
TRAPS = ('"引号" & <b>', "{{ 7 * 7 }} {% if %}", "反斜杠 \\ 与 | 竖线", "# 井号: 冒号")


@pytest.fixture
def stocked(archive: Archive) -> Archive:
    """An archive with traps for Jekyll."""
    for number, title in enumerate(TRAPS):
        put(archive, *good(f"2022012400000001{number:02}", title=title, source="安信国际证券(香港)"))
    name, content = good("202201240000000005", source="21世纪经济报道 21财经APP")
    put(
        archive,
        name,
        content.replace(f"categories: {SPLIT.replace(' ', '')}".encode(), f"categories: {SPLIT}".encode()),
    )
    for name, post in page_posts().items():
        put(archive, name, post)
    for number, (footer, text) in enumerate(LAYOUTS):
        name, content = good(f"2022012400000002{number:02}", title=f"旧版{number}", body="旧", source="财联社")
        front = content.decode().partition("\n---\n")[0]
        put(archive, name, f"{front}\n---\n{text}（{number}）\n\n<{ADDRESS}{number:02}>{footer}")
    put(archive, OWN_NAME, OWN)
    put(
        archive,
        "2022-01-25-named.html",
        "---\nlayout: post\ntitle: 固定地址\npermalink: /us/:title/\n---\n<p>一段。</p>\n",
    )
    fill(archive, 3)
    fill(archive, 2, first=10, form="rolling", digest="【题】摘要 {{ x }}")
    name, content = good("202201240000000399", title="没有时区", body="<p>没有时区的一篇。</p>")
    put(archive, name, content.replace(b"18:06:02 +0800", b"08:06:02"))
    archive.invoke("adopt", str(archive.output))
    return archive


def address_of(number: int) -> str:
    """Return the address of a page that no recipe knows."""
    return f"http://paper.example/{{{{ 7 }}}}/story-{number}"


def page_posts() -> dict[str, bytes]:
    """Return posts of pages that no recipe knows, with all that their front matter can have, and traps for Jekyll; and
    a notice in the place of one."""
    form, posts = load_recipes()["web"].forms["page"], {}
    for number, title in enumerate((*TRAPS, "A bridge")):
        url = address_of(number)
        article = Article(
            *("web", "page", article_key(url), url, "page", 0, url, NOON),
            title=title,
            source=f"The Daily {title}",
            url=url,
            body=f"<p>Words of story {number}, of which there are enough to tell it from every other story.</p>",
            authors=("yes", f"{title} 甲"),
            language="no",
            description=f"About {title}",
            image="http://paper.example/a.jpg?b={{ c }}",
            modified=NOON,
            paywalled=number == 1,
            published=NOON + timedelta(minutes=number),
        )
        made = render(article, form, "news.example")
        posts[made.name] = made.content
    *_, other, last = posts
    there = notice(posts[last], f"_posts/{other}", posts[other], "site.example")
    assert there
    return {**posts, last: there}


def jekyll(root: Path) -> Path:
    """Build a site with Jekyll, and return where it is."""
    if not shutil.which("jekyll"):
        pytest.skip("Jekyll is missing; to have it: apt-get install jekyll")
    done = subprocess.run(
        ["jekyll", "build", "--quiet"],
        cwd=root,
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return root / "_jekyll"


def test_whatever_sources_and_titles_say_jekyll_builds_the_site(archive: Archive) -> None:
    sources = (*FILES, "Feed.XML", "category", "_posts", *(one.replace("\0", "")[:200] for one in HOSTILE))
    for number, source in enumerate(sources):
        put(archive, *good(f"20220124{number:010}", source=source, title=f"第{number}篇 {source}"))
    archive.invoke("adopt", str(archive.output))
    assert archive.invoke("site", "jekyll", "--output", str(archive.output)).returncode == 0
    there = files(jekyll(archive.output))
    assert sum(b'<div class="body">' in content for content in there.values()) == len(sources)
    assert "index.html" in there


def test_jekyll_makes_the_same_pages_at_the_same_addresses(stocked: Archive) -> None:
    written = stocked.invoke("site", "jekyll", "--output", str(stocked.output))
    assert (written.returncode, written.stderr) == (0, "")
    theirs = jekyll(stocked.output)
    assert build(stocked).returncode == 0
    ours = site_of(stocked)
    there = files(theirs)
    pages = [path for path in files(ours) if path.endswith(".html") and not path.startswith(OURS_ALONE)]
    assert sorted(pages) == sorted(path for path in there if path.endswith(".html"))
    assert dead_links(ours) == []
    relative = [(path, link) for path, link in dead_links(theirs) if not link.startswith((".", "../"))]
    assert relative == []  # what old posts say themselves leads nowhere, and is theirs to say
    articles = [path for path in pages if "/20" in path or path.startswith(("20", "us/"))]
    assert len(articles) == 23
    for path in articles:
        one, other = (parse_document((site / path).read_text("utf-8")) for site in (ours, theirs))
        if one.cssselect("meta[http-equiv=refresh]"):  # a notice
            continue
        assert one.cssselect("h1")[0].text_content() == other.cssselect("h1")[0].text_content()
        mine, his = visible(one.cssselect(".body")[0]), visible(other.cssselect(".body")[0])
        assert his.startswith(mine), path
        assert re.fullmatch(r"(?:https?://\S+?(?:返回\S+?新闻｜?返回首页)?)?", "".join(his[len(mine) :].split())), path
        if "没有时区" not in one.text_content():  # that is eight hours later to Jekyll: `adopt` says so, and mends it
            times = [datetime.fromisoformat(str(page.cssselect("time")[0].get("datetime"))) for page in (one, other)]
            assert times[0] == times[1], path
    for path in pages:
        if path.startswith(("category/", "emnews/")):
            one, other = (parse_document((site / path).read_text("utf-8")) for site in (ours, theirs))
            assert sorted(link.text_content() for link in one.cssselect(".articles .what > a")) == sorted(
                link.text_content() for link in other.cssselect("main li a")
            ), path
    tags = {element.get("id") for element in parse_document(there["index.html"].decode()).iter("h2")}
    ids = {element.get("id") for element in parse_document((ours / "index.html").read_text("utf-8")).iter("li")}
    assert {"财联社新闻", "东财滚动新闻", "站务"} <= tags & ids
    there_is, gone = (article_key(address_of(number))[:8] for number in (3, 4))
    (moved,) = (path for path in pages if gone in path)
    for site in (ours, theirs):
        html = (site / moved).read_text("utf-8")
        assert 'http-equiv="refresh"' in html
        assert there_is in html
    assert [name for name, content in there.items() if f"/a-bridge-{gone}".encode() in content] == []  # no list has it
    traps = [parse_document(there[path].decode()) for path in pages if "/2026/" in path and path != moved]
    assert sorted(page.cssselect("h1")[0].text_content() for page in traps) == sorted(TRAPS)
    for path in ("category/anxinguojizhengquan(xianggang).html", f"category/{SPLIT}.html", "emnews/index.html"):
        listed = [len(parse_document(there[path].decode()).cssselect("li")), len(_articles(ours / path))]
        assert listed[0] == listed[1] > 0, path


def test_jekyll_leaves_the_site_that_archiver_built_as_it_is(archive: Archive) -> None:
    fill(archive, 2)
    assert build(archive).returncode == 0
    assert archive.invoke("site", "jekyll", "--output", str(archive.output)).returncode == 0
    before = site_files(archive)
    there = jekyll(archive.output)
    assert (there / "index.html").is_file()
    assert site_files(archive) == before  # with the record of the pages' places, which only this build has


def site_files(archive: Archive) -> dict[str, bytes]:
    """All files of the site, with those that are hidden."""
    site = site_of(archive)
    return {str(file.relative_to(site)): file.read_bytes() for file in site.rglob("*") if file.is_file()}


def _articles(page: Path) -> list[object]:
    return list(parse_document(page.read_text("utf-8")).cssselect(".articles li"))


def test_what_is_there_stays(stocked: Archive, tmp_path: Path) -> None:
    config, page = stocked.output / "_config.yml", stocked.output / "category" / "cailianshe.html"
    config.write_text("title: mine")
    page.parent.mkdir()
    page.write_text("mine")
    done = stocked.invoke("site", "jekyll", "--output", str(stocked.output))
    assert "2 were there and stay as they are" in done.stdout
    assert (config.read_text(), page.read_text()) == ("title: mine", "mine")
    done = stocked.invoke("site", "jekyll", str(tmp_path), "--output", str(stocked.output))
    assert (done.returncode, "no _posts there" in done.stderr) == (2, True)
    assert "cailianshe" not in "".join(str(one) for one in tmp_path.iterdir())
