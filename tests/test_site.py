"""`archiver site build`: every article at its address, lists whose addresses never shift, and only changes written."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from lxml import etree

from archiver.posts.permalink import post_path, segment
from archiver.posts.site_addresses import category_paths, href
from archiver.site import pages
from archiver.site.ranges import ARTICLES_PER_PAGE
from archiver.site.whole import MAX_LATEST
from tests.adopting import good, put
from tests.sites import DAY, build, dead_links, files, fill, page, site_of, titles

if TYPE_CHECKING:
    from archiver.replica import Record
    from tests.conftest import Archive

LISTING = "eastmoney/market-37"


def adopt(archive: Archive) -> None:
    """Take the posts that are there into the index."""
    archive.invoke("adopt", str(archive.output))


@pytest.mark.parametrize(
    ("path", "category", "expected"),
    [
        ("_posts/2022-01-24-NW1.md", "linlanwanbao", "linlanwanbao/2022/01/24/NW1.html"),
        ("_posts/2022/01/2022-01-24-1.md", "emnews", "emnews/2022/01/24/1.html"),
        ("_posts/2022-01-24-NW1.md", "Windzixun", "windzixun/2022/01/24/NW1.html"),
        ("_posts/2022-01-24-NW1.md", "21shiji 21caijingAPP", "21shiji/21caijingapp/2022/01/24/NW1.html"),
        ("_posts/2022-01-24-NW1.md", "axin(xianggang)·a", "axin(xianggang)·a/2022/01/24/NW1.html"),
        ("_posts/2022-01-24-NW1.md", "../../etc/./x", "etc/x/2022/01/24/NW1.html"),
        ("_posts/2022-01-24-NW1.md", "", "2022/01/24/NW1.html"),
        ("_posts/2022-01-24-a b--c?.md", "x", "x/2022/01/24/a-b-c.html"),
    ],
)
def test_an_article_is_where_jekyll_puts_it(path: str, category: str, expected: str) -> None:
    assert post_path(path, category, DAY) == expected


def test_names_are_safe_and_not_too_long() -> None:
    assert [segment(name) for name in ("..", ".", "", " / ", "a/b", "a\nb")] == ["", "", "", "-", "a-b", "a b"]
    long = [segment("词" * 300 + end) for end in ("甲", "乙")]
    assert len(set(long)) == 2
    assert all(len(name.encode()) < 210 for name in long)
    assert category_paths("", ["../.."]) == ["category/none.html", "category/..-...html"]
    assert href("category/a b·(c)?#.html") == "category/a%20b%C2%B7(c)%3F%23.html"


def test_every_link_of_a_whole_site_leads_somewhere(archive: Archive) -> None:
    archive.crawl(LISTING)
    fill(archive, 2 * ARTICLES_PER_PAGE + 10)
    put(archive, *good("202201240000009999", "rolling", title="滚动"))
    adopt(archive)
    assert build(archive).returncode == 0
    assert dead_links(site_of(archive)) == []
    assert len(files(site_of(archive))) > 2 * ARTICLES_PER_PAGE


def test_footers_and_the_old_site_lead_somewhere(archive: Archive) -> None:
    put(archive, *good("202201240000000001", source="Wind资讯"))
    put(archive, *good("202201240000000002", source="安信国际证券(香港)"))
    put(archive, *good("202201240000000003", source="云析证券报·云证网"))
    put(archive, *good("202201240000000004", "rolling"))
    name, content = good("202201240000000005", source="21世纪经济报道 21财经APP")
    split = "21shijijingjibaodao 21caijingAPP"
    put(archive, name, content.replace(b"categories: 21shijijingjibaodao21caijingAPP", f"categories: {split}".encode()))
    adopt(archive)
    assert build(archive).returncode == 0
    there = files(site_of(archive))
    for path in (
        *("index.html", "404.html", "feed.xml", "emnews/index.html", "category/emnews.html", "category/Windzixun.html"),
        *("category/anxinguojizhengquan(xianggang).html", "category/yunxizhengquanbao·yunzhengwang.html"),
        *(f"category/{split}.html", "category/21shijijingjibaodao21caijingAPP.html"),
        "21shijijingjibaodao/21caijingapp/2022/01/24/NW202201240000000005.html",
        "emnews/2022/01/24/202201240000000004.html",
    ):
        assert path in there, path
    assert page(archive, "category/Windzixun.html").cssselect("h1")[0].text_content() == "Wind资讯"
    assert page(archive, "emnews/index.html").cssselect("h1")[0].text_content() == "东财滚动新闻"
    ids = {element.get("id") for element in page(archive, "index.html").iter() if isinstance(element.tag, str)}
    assert {"东财滚动新闻", "Wind资讯新闻", "21世纪经济报道 21财经APP新闻"} <= ids


def test_posts_that_were_moved_away_are_at_their_first_address_again(archive: Archive) -> None:
    put(archive, *good("202201240000000001"))
    name, content = good("202201240000000002", "rolling", title="移走的")
    put(archive, f"../old_post/{name}", content)
    put(archive, "../old_post/2021-12-30-own.md", "---\ntitle: x\n---\n")
    assert "2 posts adopted (2 articles), 0 broken, 1 foreign" in archive.invoke("adopt", str(archive.output)).stdout
    assert archive.archiver("verify").returncode == 0
    assert build(archive).returncode == 0
    first = "emnews/2022/01/24/202201240000000002.html"
    assert page(archive, first).cssselect("h1")[0].text_content() == "移走的"
    moved = page(archive, f"old_post/{name.removesuffix('.md')}.html")
    assert [link.get("href") for link in moved.cssselect("main a")] == [f"../{first}"]
    assert titles(archive, "emnews/index.html") == ["移走的"]
    assert dead_links(site_of(archive)) == []


def test_lists_are_newest_first_in_pages_counted_from_the_oldest(archive: Archive) -> None:
    fill(archive, 2 * ARTICLES_PER_PAGE + 3)
    build(archive)
    category = "category/cailianshe"
    assert titles(archive, f"{category}/1.html") == [f"第{number}篇" for number in reversed(range(ARTICLES_PER_PAGE))]
    assert titles(archive, f"{category}/3.html") == [f"第{2 * ARTICLES_PER_PAGE + number}篇" for number in (2, 1, 0)]
    assert titles(archive, f"{category}.html") == [
        f"第{number}篇" for number in reversed(range(ARTICLES_PER_PAGE, 2 * ARTICLES_PER_PAGE + 3))
    ]
    assert titles(archive, "archive/2022/01/24/1.html") == titles(archive, f"{category}/1.html")
    assert titles(archive, "index.html") == [
        f"第{2 * ARTICLES_PER_PAGE + 2 - number}篇" for number in range(MAX_LATEST)
    ]


def test_a_day_leads_to_its_month_and_that_to_its_year(archive: Archive) -> None:
    fill(archive, ARTICLES_PER_PAGE + 1)
    build(archive)
    for path, target, words in (
        ("archive/2022/01/24/index.html", "archive/2022/01/", "2022 年 1 月"),
        ("archive/2022/01/24/1.html", "archive/2022/01/", "2022 年 1 月"),
        ("archive/2022/01/index.html", "archive/2022/", "2022 年"),
        ("archive/2022/index.html", "archive/", "按日期浏览"),
    ):
        (link,) = page(archive, path).cssselect(".sub a")
        assert (urljoin(f"/{path}", str(link.get("href"))), link.text_content()) == (f"/{target}", words)
    assert not page(archive, "category/cailianshe.html").cssselect(".sub a")


def test_headlines_break_between_phrases_that_a_line_holds(archive: Archive) -> None:
    fill(archive, 1, title=f"{'短' * 18} {'长' * 19} 末")
    english = f"<p>{'The officials said that they still expect it to be so. ' * 5}</p>"
    fill(archive, 1, first=1, title="Words of a language with spaces", body=english)
    build(archive)
    shown = [page(archive, path) for path in sorted(files(site_of(archive))) if path.startswith("cailianshe/")]
    phrases = [[one.text_content() for one in each.cssselect("h1 .phrase")] for each in shown]
    assert phrases == [["短" * 18, "末"], []]
    assert shown[0].cssselect("h1")[0].text_content().split() == ["短" * 18, "长" * 19, "末"]


def test_a_list_is_walked_from_its_newest_article_to_its_oldest(archive: Archive) -> None:
    fill(archive, 3 * ARTICLES_PER_PAGE + 1)
    build(archive)
    seen, path = [], "category/cailianshe.html"
    while path:
        seen += titles(archive, path)
        links = page(archive, path).cssselect("nav.pages a[rel=prev]")
        path = os.path.normpath(f"{Path(path).parent}/{links[0].get('href')}") if links else ""
    assert seen == [f"第{number}篇" for number in reversed(range(3 * ARTICLES_PER_PAGE + 1))]


def test_a_list_leads_to_its_oldest_page_whichever_that_is(archive: Archive) -> None:
    def oldest() -> list[str]:
        links = page(archive, "category/cailianshe.html").cssselect("nav.pages a:not([rel])")
        return [str(link.get("href")) for link in links if link.text_content() == "最早一页"]

    fill(archive, 2 * ARTICLES_PER_PAGE, first=1000)
    build(archive)
    assert oldest() == []  # the next page is the oldest
    fill(archive, ARTICLES_PER_PAGE, first=3000)
    build(archive)
    assert oldest() == ["../category/cailianshe/1.html"]
    fill(archive, 2 * ARTICLES_PER_PAGE, first=500)
    build(archive)
    assert oldest() == ["../category/cailianshe/1-1.html"]
    assert titles(archive, "category/cailianshe/1-1.html")[-1] == "第500篇"


def test_what_comes_later_moves_nothing_to_another_page(archive: Archive) -> None:
    fill(archive, 2 * ARTICLES_PER_PAGE + 1, first=1000)
    build(archive)
    pages = {label: titles(archive, f"category/cailianshe/{label}.html") for label in ("1", "2")}
    fill(archive, 20, first=5000)
    fill(archive, 3 * ARTICLES_PER_PAGE, first=500)  # older than all that is there
    assert build(archive).returncode == 0
    assert dead_links(site_of(archive)) == []
    assert titles(archive, "category/cailianshe/2.html") == pages["2"]
    assert titles(archive, "category/cailianshe/1.html")[: len(pages["1"])] == pages["1"]
    seen = [
        title
        for label in ("3", "2", "1", "1-3", "1-2", "1-1")
        for title in titles(archive, f"category/cailianshe/{label}.html")
    ]
    numbers = [int(re.sub(r"\D", "", title)) for title in seen]
    assert numbers == sorted({*range(500, 650), *range(1000, 1101), *range(5000, 5020)}, reverse=True)


def test_only_what_changed_is_written(archive: Archive) -> None:
    fill(archive, 3 * ARTICLES_PER_PAGE)
    fill(archive, 5, first=9000, source="另一来源")
    build(archive)
    assert "0 files written" in build(archive).stdout
    before = {path: (site_of(archive) / path).stat().st_ino for path in files(site_of(archive))}
    put(archive, *good("202201250000000001", title="新的一篇", published=DAY.replace(day=25), source="另一来源"))
    adopt(archive)
    assert build(archive).returncode == 0
    changed = {
        path for path in files(site_of(archive)) if (site_of(archive) / path).stat().st_ino != before.get(path, 0)
    }
    assert changed == {
        *("index.html", "sources/index.html", "about/index.html", "feed.xml", "sitemap-1.xml"),
        *("archive/index.html", "archive/2022/index.html", "archive/2022/01/index.html", "search/titles-1.json"),
        *("archive/2022/01/25/index.html", "category/lingyilaiyuan.html"),
        "lingyilaiyuan/2022/01/25/NW202201250000000001.html",
    }


def test_a_site_that_was_kept_up_to_date_is_the_one_that_is_built_anew(archive: Archive, tmp_path: Path) -> None:
    for first in (0, 40, 80, 120):
        fill(archive, 40, first=first, source="来源" + "甲乙"[first % 80 > 0])
        build(archive)
    assert build(archive, str(tmp_path / "new")).returncode == 0
    assert files(site_of(archive)) == files(tmp_path / "new")


def test_an_article_shows_where_it_is_from_and_what_changed(archive: Archive, replica_edit: Record) -> None:
    build(archive)
    post = next(path for path in archive.rows("SELECT path, sha256 FROM posts") if replica_edit.id in path[0])
    (path,) = (name for name in files(site_of(archive)) if replica_edit.id in name)
    text = " ".join(page(archive, path).text_content().split())
    captures = archive.rows("SELECT warc, payload FROM captures WHERE key IN (SELECT capture FROM posts)")
    assert f"{replica_edit.date} +0800" in text
    assert post[1].hex() in text
    assert any(warc in text and payload.hex() in text for warc, payload in captures)
    assert "archiver verify" in text
    assert page(archive, path).cssselect("article")[0].get("lang") == "zh"
    removed, added = (
        [one.text_content() for one in page(archive, path).cssselect(f".changes {name}")] for name in ("del", "ins")
    )
    assert removed
    assert added
    assert page(archive, path).cssselect(f'a[href*="{replica_edit.id}"]')


@pytest.fixture
def replica_edit(archive: Archive) -> Record:
    """An article of the archive, which is crawled, that has two versions."""
    archive.crawl(LISTING)
    edited = next(record for record in archive.replica.articles if record.revised)
    archive.replica.edit(edited.id)
    archive.crawl(LISTING, "-s", "ARCHIVER_RECHECK=36500d")
    return edited


def test_a_withdrawn_article_says_so_and_stays(archive: Archive, article: Record) -> None:
    archive.crawl(LISTING)
    build(archive)
    (path,) = (name for name in files(site_of(archive)) if article.id in name)
    assert not page(archive, path).cssselect(".withdrawn")
    archive.replica.withdraw(article.id)
    archive.crawl(LISTING, "-s", "ARCHIVER_RECHECK=36500d")
    build(archive)
    assert page(archive, path).cssselect(".withdrawn")
    assert page(archive, "category/linlanwanbao.html").cssselect(".mark")


def test_articles_with_one_text_name_each_other(archive: Archive) -> None:
    text = "<p>" + "同一段话在两处出现，" * 8 + "</p>"
    fill(archive, 1, body=text)
    build(archive)
    fill(archive, 1, first=1, body=text, source="转载者")
    build(archive)
    first, second = (
        "cailianshe/2022/01/24/NW202201240000000000.html",
        "zhuanzaizhe/2022/01/24/NW202201240000000001.html",
    )
    for one, other in ((first, "第1篇"), (second, "第0篇")):
        assert [link.text_content() for link in page(archive, one).cssselect(".more details li a")] == [other]
    archive.sql("DELETE FROM posts WHERE path LIKE '%0000000001.md'")
    build(archive)
    assert not page(archive, first).cssselect(".more details li a")


def test_an_edit_reaches_the_page_and_its_lists_and_no_other_address(archive: Archive) -> None:
    fill(archive, 3)
    build(archive)
    paths = set(files(site_of(archive)))
    file = next((archive.output / "_posts").glob("*0001.md"))
    file.write_text(
        file.read_text().replace("第1篇", "改过的标题").replace("categories: cailianshe", "categories: elsewhere")
    )
    archive.sql("DELETE FROM posts")
    adopt(archive)
    assert build(archive).returncode == 0
    path = "cailianshe/2022/01/24/NW202201240000000001.html"
    assert page(archive, path).cssselect("h1")[0].text_content() == "改过的标题"
    assert set(files(site_of(archive))) == paths | {"category/elsewhere.html"}
    assert titles(archive, "category/elsewhere.html") == ["改过的标题"]
    assert dead_links(site_of(archive)) == []


def test_a_post_that_is_gone_leaves_the_site(archive: Archive) -> None:
    fill(archive, 3)
    build(archive)
    archive.sql("DELETE FROM posts WHERE path LIKE '%0001.md'")
    assert build(archive).returncode == 0
    assert titles(archive, "category/cailianshe.html") == ["第2篇", "第0篇"]
    assert not [path for path in files(site_of(archive)) if "0000000001" in path]


def test_the_feed_the_sitemaps_and_robots_txt_are_sound(archive: Archive) -> None:
    fill(archive, 60, title="A & B <c>")
    build(archive)
    site = site_of(archive)
    feed = etree.parse(site / "feed.xml")
    links = feed.xpath("//a:entry/a:link/@href", namespaces={"a": "http://www.w3.org/2005/Atom"})
    assert isinstance(links, list)
    assert len(links) == 50
    base = "https://finews.withounder.com/"
    assert all((site / str(link).removeprefix(base)).is_file() for link in links)
    places = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    assert etree.parse(site / "sitemap.xml").xpath("//s:loc/text()", namespaces=places) == [f"{base}sitemap-1.xml"]
    listed = etree.parse(site / "sitemap-1.xml").xpath("//s:loc/text()", namespaces=places)
    assert isinstance(listed, list)
    assert len(listed) == 60
    assert all((site / str(one).removeprefix(base)).is_file() for one in listed)
    assert f"Sitemap: {base}sitemap.xml" in (site / "robots.txt").read_text()


def test_old_posts_that_are_text_become_paragraphs(archive: Archive) -> None:
    name, content = good("202201240000000001", body="第一段\\*有星号 &lt;b&gt;\n\n第二段")
    put(archive, name, content)
    adopt(archive)
    build(archive)
    body = page(archive, "cailianshe/2022/01/24/NW202201240000000001.html").cssselect(".body")[0]
    assert [one.text_content() for one in body.iter("p")] == ["第一段*有星号 <b>", "第二段"]


def test_pictures_of_others_are_links_and_tables_can_be_reached(archive: Archive) -> None:
    body = (
        '<p>文字</p><p><img src="https://pictures.example/a.jpg" alt="桥" /></p><h3>小标题</h3><h4>更小</h4>'
        "<table><tr><td>一</td></tr></table>" + "<p>" + "字" * 60 + "</p>"
    )
    fill(archive, 1, body=body)
    build(archive)
    article = page(archive, "cailianshe/2022/01/24/NW202201240000000000.html").cssselect(".body")[0]
    assert not list(article.iter("img", "h1"))
    assert [one.text_content() for one in article.iter("h2", "h3")] == ["小标题", "更小"]
    assert [one.tag for one in article.iter("h2", "h3")] == ["h2", "h3"]
    (link,) = article.cssselect("a.picture")
    assert (link.get("href"), link.get("aria-label")) == ("https://pictures.example/a.jpg", "图片: 桥")
    assert article.cssselect(".wide > table")[0].getparent().get("tabindex") == "0"


def test_templates_of_the_user_stand_in_for_ours(archive: Archive, tmp_path: Path) -> None:
    fill(archive, 1)
    own = archive.output / "_templates"
    own.mkdir()
    (own / "home.html").write_text('{% extends "base.html" %}{% block main %}<h1>Mine</h1>{% endblock %}')
    (own / "style.css").write_text("body { color: black }")
    assert build(archive).returncode == 0
    assert page(archive, "index.html").cssselect("h1")[0].text_content() == "Mine"
    assert (site_of(archive) / "style.css").read_text() == "body { color: black }"
    (own / "home.html").unlink()
    assert build(archive, "-s", "ARCHIVER_SITE_NAME=旧闻馆", "-s", "ARCHIVER_SITE_LANGUAGE=en").returncode == 0
    assert "旧闻馆" in page(archive, "index.html").cssselect("title")[0].text_content()
    assert page(archive, "index.html").cssselect("h1")[0].text_content() == "Latest"


@pytest.mark.parametrize("template", ["article", "list", "home", "year", "about", "404", "sources"])
def test_a_template_that_fails_is_named_with_its_line(archive: Archive, template: str) -> None:
    fill(archive, 2)
    build(archive)
    before = files(site_of(archive))
    fill(archive, 2, first=2)
    own = archive.output / "_templates"
    own.mkdir()
    for text, words in (
        ("<p>\n{% nothing %}", "nothing"),
        ("<p>\n{{ missing.one }}", "missing"),
        ("\n{{ 1 / 0 }}", "division"),
    ):
        (own / f"{template}.html").write_text(text)
        result = build(archive)
        assert result.returncode == 1
        assert re.fullmatch(rf"archiver: \S*{template}\.html:2: .*{words}.*\n", result.stderr), text
        assert files(site_of(archive)) == before
    (own / f"{template}.html").unlink()
    assert build(archive).returncode == 0
    assert dead_links(site_of(archive)) == []


def test_what_cannot_be_built_is_said_and_nothing_is_made(archive: Archive, tmp_path: Path) -> None:
    result = build(archive)
    assert (result.returncode, "there is no index" in result.stderr) == (1, True)
    (archive.output / "_posts").mkdir(parents=True)
    adopt(archive)
    result = build(archive)
    assert (result.returncode, "no articles" in result.stderr) == (2, True)
    assert not site_of(archive).exists()
    fill(archive, 1)
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    result = build(archive, str(other))
    assert (result.returncode, "something in it" in result.stderr) == (2, True)
    assert [file.name for file in other.iterdir()] == ["thesis.txt"]
    assert build(archive, str(other / "thesis.txt")).returncode == 2
    assert build(archive, str(other / "thesis.txt" / "deeper")).returncode == 1


def test_a_crawl_builds_the_site_afterwards(archive: Archive) -> None:
    crawled = archive.crawl(LISTING, "--site")
    assert (crawled.returncode, "files written" in crawled.stdout) == (0, True)
    assert dead_links(site_of(archive)) == []
    archive.crawl(LISTING, "--site", "--dry-run")
    (archive.output / "_templates").mkdir()
    (archive.output / "_templates" / "home.html").write_text("{% broken")
    crawled = archive.crawl(LISTING, "--site")
    assert (crawled.returncode, "home.html:1: " in crawled.stderr) == (1, True)


def test_git_leaves_out_what_is_made_again(archive: Archive) -> None:
    archive.crawl(LISTING, "--site")
    for made in ("_jekyll/index.html", ".jekyll-cache/Jekyll/x"):  # by Jekyll
        (archive.output / made).parent.mkdir(parents=True)
        (archive.output / made).write_text("made")
    subprocess.run(["git", "init", "--quiet", archive.output], check=True)
    done = subprocess.run(
        ["git", "-C", archive.output, "status", "--porcelain", "--untracked-files=all"],
        capture_output=True,
        text=True,
        check=True,
    )
    tops = {line.split()[1].strip('"').split("/")[0] for line in done.stdout.splitlines()}
    assert tops == {".gitignore", "_captures", "_manifests", "_posts"}
    (archive.output / ".gitignore").write_text("mine")
    archive.crawl(LISTING)
    assert (archive.output / ".gitignore").read_text() == "mine"


def test_a_post_that_cannot_be_read_is_left_out_and_said(archive: Archive) -> None:
    fill(archive, 3)
    next((archive.output / "_posts").glob("*0001.md")).unlink()
    result = build(archive)
    assert (result.returncode, "left out" in result.stderr) == (1, True)
    assert titles(archive, "category/cailianshe.html") == ["第2篇", "第0篇"]


def test_other_processes_make_the_same_site(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.crawl(LISTING)
    fill(archive, ARTICLES_PER_PAGE, body="<p>" + "同一段话在各处出现，" * 8 + "</p>")
    monkeypatch.setattr(pages, "MIN_FOR_PROCESSES", 3)
    monkeypatch.setattr(pages, "MAX_BATCH", 4)
    assert build_in_processes(archive).returncode == 0
    assert build(archive, str(tmp_path / "alone")).returncode == 0
    assert files(site_of(archive)) == files(tmp_path / "alone")


def test_what_goes_wrong_in_another_process_is_said(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(archive, 20)
    monkeypatch.setattr(pages, "MIN_FOR_PROCESSES", 3)
    (archive.output / "_templates").mkdir()
    (archive.output / "_templates" / "article.html").write_text("{{ title }}\n{{ 1 / 0 if title == '第7篇' }}")
    result = build_in_processes(archive)
    assert (result.returncode, "article.html:2: " in result.stderr, result.stderr.count("\n")) == (1, True, 1)
    assert files(site_of(archive)) == {}


def build_in_processes(archive: Archive) -> subprocess.CompletedProcess[str]:
    """Build the site of an archive with the help of two other processes."""
    words = ("site", "build", "--output", str(archive.output))
    return archive.invoke(*words, env={"ARCHIVER_EXTRACTORS": "2"})


def small_files_only() -> None:
    """Let this process write no file that is longer than 64 KiB, as if the disk were full then."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))


def test_a_disk_that_takes_no_more_leaves_whole_pages(archive: Archive) -> None:
    fill(archive, 2)
    build(archive)
    before = files(site_of(archive))
    fill(archive, 1, first=2, body="<p>" + "很长的一段。" * 20000 + "</p>")
    result = subprocess.run(
        [sys.executable, "-m", "archiver", "site", "build", "--output", str(archive.output)],
        preexec_fn=small_files_only,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert re.fullmatch(r"archiver: .*: .*\n", result.stderr)
    assert files(site_of(archive)) == before
    assert build(archive).returncode == 0
    assert dead_links(site_of(archive)) == []


@pytest.mark.parametrize(("written", "aside"), [(-1, 20), (0, -1), (20, -1)])
def test_a_build_that_is_killed_is_finished_by_the_next(
    archive: Archive, tmp_path: Path, written: int, aside: int
) -> None:
    fill(archive, 3)
    build(archive)
    fill(archive, ARTICLES_PER_PAGE, first=3)
    killer = f"""if True:
        import os, signal
        from archiver.site import files
        made, put = files.SiteFiles._make, files.Aside.put
        def make(self, directory):
            made(self, directory)
            if self.written == {written}:
                os.kill(os.getpid(), signal.SIGKILL)
        def put_aside(self, path, content):
            if self._number == {aside}:
                os.kill(os.getpid(), signal.SIGKILL)
            return put(self, path, content)
        files.SiteFiles._make, files.Aside.put = make, put_aside
        from archiver.commands import main
        main(["site", "build", "--output", {str(archive.output)!r}])"""
    assert archive.run("-c", killer).returncode == -signal.SIGKILL
    assert build(archive).returncode == 0
    assert build(archive, str(tmp_path / "new")).returncode == 0
    assert files(site_of(archive)) == files(tmp_path / "new")


def test_a_record_that_is_broken_is_made_again(archive: Archive) -> None:
    fill(archive, 3)
    build(archive)
    before = files(site_of(archive))
    (site_of(archive) / ".archiver-site.sqlite").write_bytes(b"no database" * 100)
    result = build(archive)
    assert (result.returncode, "0 files written" in result.stdout) == (0, True)
    assert files(site_of(archive)) == before


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_record_that_is_damaged_inside_costs_no_page(archive: Archive, share: float) -> None:
    fill(archive, 60)
    build(archive)
    before = files(site_of(archive))
    record = site_of(archive) / ".archiver-site.sqlite"
    content = bytearray(record.read_bytes())
    begin = max(4096, int(len(content) * share) // 4096 * 4096)
    content[begin : begin + 8192] = b"\xee" * 8192
    record.write_bytes(content)
    fill(archive, 1, first=60)
    assert build(archive).returncode == 0
    after = files(site_of(archive))
    assert set(after) == set(before) | {"cailianshe/2022/01/24/NW202201240000000060.html"}
    assert titles(archive, "category/cailianshe/2.html") == [f"第{number}篇" for number in range(60, 49, -1)]
    assert "0 files written" in build(archive).stdout
