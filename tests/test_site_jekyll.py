"""`archiver site jekyll`: a real Jekyll builds the site that `archiver site build` makes, at the same addresses."""

from __future__ import annotations

import os
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

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Archive

SPLIT = "21shijijingjibaodao 21caijingAPP"
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
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
    fill(archive, 3)
    fill(archive, 2, first=10, form="rolling", digest="【题】摘要 {{ x }}")
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
        ["jekyll", "build", "--quiet", "--destination", "_jekyll"],
        cwd=root,
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return root / "_jekyll"


def test_jekyll_makes_the_same_pages_at_the_same_addresses(stocked: Archive) -> None:
    written = stocked.invoke("site", "jekyll", "--output", str(stocked.output))
    assert (written.returncode, written.stderr) == (0, "")
    theirs = jekyll(stocked.output)
    assert build(stocked).returncode == 0
    ours = site_of(stocked)
    there = files(theirs)
    own = ("archive/", "sources/", "about/", "search/")
    pages = [path for path in files(ours) if path.endswith(".html") and not path.startswith(own)]
    assert [path for path in pages if path not in there] == []
    assert len(pages) > 12
    assert dead_links(theirs) == []
    for path in pages:
        if "/2022/" in path:
            one, other = (parse_document((site / path).read_text("utf-8")) for site in (ours, theirs))
            assert one.cssselect("h1")[0].text_content() == other.cssselect("h1")[0].text_content()
            assert visible(other.cssselect(".body")[0]).startswith(visible(one.cssselect(".body")[0])), path
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
