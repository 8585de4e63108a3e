"""Whatever sources, categories and posts are called, each article has a page, and the site has its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from archiver.posts.site_addresses import (
    MAX_PATH_BYTES,
    category_key,
    category_page,
    category_paths,
    href,
    is_reserved,
    page_place,
)
from tests.adopting import good, put
from tests.sites import build, dead_links, files, page, site_of, titles

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Archive

FILES = ("index.html", "404.html", "style.css", "search.js", "icon.svg", "feed.xml", "robots.txt", "sitemap-1.xml")
DIRECTORIES = ("archive", "search", "sources", "about", "category", "pages", "pictures", "old_post", "emnews")
ODD = ("a/b", "a-b", "", "none", "..", "%2F", "'\"", "{{ x }}", "{% x %}", "😀", "\u202eabc", "长" * 300, "A", "a")
SCHEMES = ("javascript:alert(1)", "http:", "mailto:x")  # what links to them must not be
NORMAL_FORMS = ("\u00e9", "e\u0301")
HIDDEN = (".archiver-site.sqlite", ".archiver-site.new")
DAY = "2022/01/24"


def filed(archive: Archive, number: int, category: str) -> None:
    """Put an article of a category into an archive, as an earlier script may have called it."""
    name, content = good(f"20220124{number:010}", source=f"源{number}", title=f"第{number}篇")
    line = f"categories: {json.dumps(category, ensure_ascii=False)}\n"
    put(archive, name, content.replace(f"categories: yuan{number}\n".encode(), line.encode()))


def whole(archive: Archive, anew: Path) -> dict[str, bytes]:
    """Build a site; return its files, which are those of one that is built anew."""
    archive.invoke("adopt", str(archive.output))
    for directory in ((), (str(anew),)):
        done = build(archive, *directory)
        assert done.returncode == 0, done.stderr
    assert "0 files written" in build(archive).stdout
    assert dead_links(site_of(archive)) == []
    assert files(site_of(archive)) == files(anew)
    return files(anew)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (f"cailianshe/{DAY}/NW1.html", ""),
        (f"vue.js/{DAY}/NW1.html", ""),
        (f"archive/{DAY}/NW1.html", ""),
        (f"index.html/{DAY}/NW1.html", f"index.html-/{DAY}/NW1.html"),
        (f"x/news.html/{DAY}/NW1.html", f"x/news.html-/{DAY}/NW1.html"),
        (f"sitemap-12.xml/{DAY}/NW1.html", f"sitemap-12.xml-/{DAY}/NW1.html"),
        (f".archiver-site.new/{DAY}/NW1.html", f"archiver-site.new-/{DAY}/NW1.html"),
        (f"archive/{DAY}/index.html", f"archive/{DAY}/index-post.html"),
        (f"archive/{DAY}/1-2.html", f"archive/{DAY}/1-2-post.html"),
    ],
)
def test_a_page_is_where_jekyll_has_it_unless_that_is_a_place_of_the_site(path: str, place: str) -> None:
    assert page_place(path) == (place or path)
    assert page_place(page_place(path)) == page_place(path)
    assert is_reserved(path) == (bool(place) or path.startswith("archive/"))


def test_a_path_is_never_too_long_for_a_file_system() -> None:
    long = [page_place(f"{'长/' * 500}{end}/{DAY}/NW1.html") for end in "甲乙"]
    assert len(set(long)) == 2
    assert all(len(one.encode()) < MAX_PATH_BYTES for one in long)


def test_a_link_that_is_a_path_alone_has_no_scheme() -> None:
    assert href("javascript:x/2022/a:b.html") == "javascript%3Ax/2022/a:b.html"
    assert href("http:.html") == "http%3A.html"


def test_each_list_has_a_file_of_its_own() -> None:
    keys = {category_key(one) for one in (*ODD, "a /b", ".", "x/1", "x", "x.html")}
    places = [path for key in keys for path in (category_paths(key, ())[0], category_page(key, "1"))]
    assert len(set(places)) == 2 * len(keys)
    directories = {"/".join(path.split("/")[:-1]) for path in places}
    assert not directories & set(places)


def test_a_source_that_is_called_as_a_file_of_the_site_is_in_nobodys_way(archive: Archive, tmp_path: Path) -> None:
    names = (*FILES, *DIRECTORIES, *HIDDEN)
    for number, name in enumerate(names):
        filed(archive, number, name)
    there = whole(archive, tmp_path / "anew")
    assert sum(b"<article" in content for content in there.values()) == len(names)
    assert {f"index.html-/{DAY}/NW202201240000000000.html", f"archive/{DAY}/NW202201240000000008.html"} <= set(there)
    assert titles(archive, "index.html") == [f"第{number}篇" for number in reversed(range(len(names)))]
    assert titles(archive, "category/index.html.html") == ["第0篇"]


def test_categories_of_any_name_are_listed(archive: Archive, tmp_path: Path) -> None:
    names = (*ODD, *HIDDEN, *SCHEMES, *NORMAL_FORMS)
    for number, name in enumerate(names):
        filed(archive, number, name)
    there = whole(archive, tmp_path / "anew")
    assert sum(b"<article" in content for content in there.values()) == len(names)
    assert titles(archive, "category/a-b.html") == ["第1篇", "第0篇"]
    assert titles(archive, "category/none.html") == ["第4篇", "第3篇", "第2篇"]
    for number, name in enumerate(NORMAL_FORMS, len(names) - 2):
        assert titles(archive, f"category/{name}.html") == [f"第{number}篇"]


def test_a_post_of_the_owners_takes_no_place_of_the_site(archive: Archive, tmp_path: Path) -> None:
    put(archive, *good("202201240000000001", "rolling", title="滚动"))
    wanted = ("/emnews/", "/search.js/", "/feed.xml/x.html", "/.archiver-site.sqlite/x", "/index.html/", "/pictures/x/")
    for number, link in enumerate(wanted):
        put(archive, f"2022-01-24-p{number}.md", f"---\ntitle: '{number}'\npermalink: {link}\n---\nx\n")
    for name in ("1", "index"):
        put(archive, f"2022-01-24-{name}.md", "---\ntitle: x\ncategories: archive\n---\nx\n")
    there = whole(archive, tmp_path / "anew")
    assert {f"2022/01/24/p{number}.html" for number in range(len(wanted))} <= set(there)
    assert {f"archive/{DAY}/1-post.html", f"archive/{DAY}/index-post.html"} <= set(there)
    assert titles(archive, "emnews/index.html") == ["滚动"]
    said = build(archive, str(tmp_path / "again")).stderr
    assert said.count("the site has a page of its own at") == len(wanted)


def test_an_export_says_where_the_site_has_each_article(archive: Archive, tmp_path: Path) -> None:
    for number, name in enumerate((*FILES, *DIRECTORIES, *SCHEMES)):
        filed(archive, number, name)
    for number, link in enumerate(("/emnews/", "/search.js/", "/us/", "/us.html", "/a:b")):
        put(archive, f"2022-01-25-p{number}.md", f"---\ntitle: '{number}'\npermalink: {link}\n---\nx\n")
    whole(archive, tmp_path / "anew")
    pages = (page(archive, path) for path in files(site_of(archive)) if path.endswith(".html"))
    there = [one.cssselect("link[rel=canonical]")[0].get("href") for one in pages if one.cssselect("article")]
    assert archive.archiver("export", "hugo", "-o", str(tmp_path / "hugo")).returncode == 0
    posts = [file.read_text("utf-8") for file in (tmp_path / "hugo").rglob("*.md") if file.name != "_index.md"]
    assert sorted(
        line.split('"')[1] for post in posts for line in post.splitlines() if "archive_url:" in line
    ) == sorted(there)
    assert len(there) == len(FILES) + len(DIRECTORIES) + len(SCHEMES) + 5


def test_a_page_at_the_root_leads_home(archive: Archive) -> None:
    put(archive, "2022-01-24-us.md", "---\ntitle: us\npermalink: /us\n---\nx\n")
    archive.invoke("adopt", str(archive.output))
    build(archive)
    assert [link.get("href") for link in page(archive, "us.html").cssselect(".back a")][-1] == "./"
