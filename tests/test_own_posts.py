"""Posts that the owner of an archive wrote: on the site at the addresses that Jekyll gives them, and never touched."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from archiver.posts.own import read_own
from tests.adopting import good, put
from tests.sites import build, dead_links, files, page, site_of, titles

if TYPE_CHECKING:
    from tests.conftest import Archive

CHINA = timezone(timedelta(hours=8))
NEWS = "2021-12-30-about-this-site.md"
FRONT = "layout: post\ntitle: 关于本站\ndate: 2021-12-30 00:00:00 +0800\ncategories: sitenews\n"
TEXT = """第一段，*重点*，见[滚动](/emnews/)与[别处](https://paper.example/)。

- 一
- 二

| 甲 | 乙 |
|---|---|
| 1 | 2 |
"""
PLACE = "sitenews/2021/12/30/about-this-site.html"


def own(front: str = FRONT, text: str = TEXT) -> str:
    """Return a post as people write them."""
    return f"---\n{front}---\n{text}"


def adopt(archive: Archive) -> str:
    """Take what is there into the index, and return what was said last."""
    return archive.invoke("adopt", str(archive.output)).stdout.splitlines()[-1]


@pytest.fixture
def owned(archive: Archive) -> Archive:
    """An archive with an article and a post of its owner's."""
    put(archive, *good("202201240000000001", "rolling"))
    put(archive, NEWS, own())
    assert adopt(archive) == "1 post adopted (1 article), 0 broken, 1 of your own, 0 foreign"
    return archive


@pytest.mark.parametrize(
    ("name", "front", "path"),
    [
        (NEWS, FRONT, PLACE),
        # To the second and without an offset it is UTC to YAML; whatever else has none is of the site's zone.
        (NEWS, "date: 2021-12-30 20:00:00\n", "2021/12/31/about-this-site.html"),
        (NEWS, 'date: "2021-12-30 20:00:00"\n', "2021/12/30/about-this-site.html"),
        (NEWS, "date: 2021-12-30 20:00:00 UTC\n", "2021/12/31/about-this-site.html"),
        (NEWS, "date: 2021-12-30 20:00\n", "2021/12/30/about-this-site.html"),
        (NEWS, "date: 2022-01-01\n", "2022/01/01/about-this-site.html"),
        ("2021-1-3-No-Title_here.markdown", "", "2021/01/03/No-Title_here.html"),
        ("2021-12-30-中文 名字.html", "categories: [Site News, Two, two]\n", "site news/two/2021/12/30/中文-名字.html"),
        (NEWS, "category: Site News\n", "site news/2021/12/30/about-this-site.html"),
        (NEWS, "category: Solo\ncategories: a b\n", "a/b/solo/2021/12/30/about-this-site.html"),
        (NEWS, "slug: My Slug\n", "2021/12/30/My-Slug.html"),
        (NEWS, "permalink: /about-us/\n", "about-us/index.html"),
        (NEWS, "permalink: /x/:year/:title.html\n", "x/2021/about-this-site.html"),
        (NEWS, "permalink: /us\n", "us.html"),
        (NEWS, "permalink: /../../x\n", "x.html"),
        (NEWS, "permalink: /\n", "2021/12/30/about-this-site.html"),
        ("22-01-03-a.md", "", "2022/01/03/a.html"),
        ("69-01-03-a.md", "", "1969/01/03/a.html"),
        ("0001-01-03-a.md", "", "0001/01/03/a.html"),
        (NEWS, "date: 0001-01-02\npermalink: /:year/x.html\n", "0001/x.html"),
    ],
)
def test_its_page_is_where_jekyll_puts_it(name: str, front: str, path: str) -> None:
    post = read_own(name, own(front).encode(), CHINA)
    assert post
    assert post.path == path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("about.md", own()),
        ("2021-12-30-a.txt", own()),
        ("2021-13-30-a.md", own()),
        (NEWS, "no front matter"),
        (NEWS, own('title: "a\n')),
        (NEWS, own("categories: 99\n")),
        (NEWS, own("date: soon\n")),
        (NEWS, own("date: 9999-12-31 23:59:59\n")),  # in China that is a year which there is not
        (NEWS, own("date: 9999-12-31 23:59:59 -1200\n")),
        ("0001-01-01-a.md", own("")),
        (NEWS, own("- a\n- b\n")),
        (NEWS, own("a: " + "[" * 100_000 + "\n")),
        (NEWS, own().encode("gb18030")),
    ],
)
def test_what_jekyll_does_not_read_is_no_post(name: str, content: str | bytes) -> None:
    assert read_own(name, content if isinstance(content, bytes) else content.encode(), CHINA) is None


def test_it_is_on_the_site_in_its_lists_and_without_evidence(owned: Archive) -> None:
    assert build(owned).returncode == 0
    assert dead_links(site_of(owned)) == []
    found = page(owned, PLACE)
    assert found.cssselect("h1")[0].text_content() == "关于本站"
    assert [one.text_content() for one in found.cssselect(".body em, .body li, .body td")] == ["重点", *"一二12"]
    assert [one.get("href") for one in found.cssselect(".body a")] == ["../../../../emnews/", "https://paper.example/"]
    assert not found.cssselect(".note, .more")
    assert titles(owned, "category/sitenews.html") == titles(owned, "archive/2021/12/30/index.html") == ["关于本站"]
    days = [
        one.text_content() for one in page(owned, "sources/index.html").cssselect("tr td") if "-" in one.text_content()
    ]
    assert sorted(days) == ["2021-12-30", "2021-12-30", "2022-01-24", "2022-01-24"]  # where they were published
    assert "2021-12-30 – 2022-01-24" in page(owned, "about/index.html").text_content()
    for name in ("index.html", "search/titles-1.json", "sitemap-1.xml", "feed.xml"):
        assert "about-this-site" in files(site_of(owned))[name].decode(), name


def test_it_follows_its_owner_and_costs_nothing_otherwise(owned: Archive) -> None:
    build(owned)
    assert "0 files written" in build(owned).stdout
    put(owned, NEWS, own(FRONT.replace("关于", "再谈"), "另一段\n"))
    assert build(owned).returncode == 0  # without `adopt`
    assert titles(owned, "category/sitenews.html") == ["再谈本站"]
    assert "另一段" in page(owned, PLACE).text_content()
    put(owned, NEWS, own(f"{FRONT}published: false\n"))
    build(owned)
    assert PLACE not in files(site_of(owned))
    put(owned, NEWS, own())
    build(owned)
    assert PLACE in files(site_of(owned))
    (owned.output / "_posts" / NEWS).unlink()
    assert build(owned).returncode == 0
    assert PLACE not in files(site_of(owned))
    assert titles(owned, "index.html") == titles(owned, "emnews/index.html")


def test_it_is_nobody_elses(owned: Archive) -> None:
    content = (owned.output / "_posts" / NEWS).read_bytes()
    assert owned.archiver("manifest").returncode == 0
    assert NEWS not in "".join(file.read_text() for file in (owned.output / "_manifests").rglob("*.sha256"))
    assert owned.archiver("verify", "--repair").returncode == 0
    put(owned, NEWS, own(text="anders\n"))
    assert owned.archiver("verify").returncode == 0
    put(owned, NEWS, content)
    assert owned.invoke("adopt", str(owned.output), "--repair").returncode == 0
    assert (owned.output / "_posts" / NEWS).read_bytes() == content
    put(owned, "2022-01-01-new.md", own())
    assert owned.archiver("verify").returncode == 1  # until it is adopted
    assert adopt(owned).endswith("2 of your own, 0 foreign")
    assert owned.archiver("verify").returncode == 0


@pytest.mark.parametrize("start", ["\n", "\r\n\r\n", "  ", "\ufeff\n", "\u3000\n"])
@pytest.mark.parametrize("front", [FRONT, FRONT + "tags: 本站\n"])
def test_an_empty_line_before_it_makes_it_nobody_elses(archive: Archive, start: str, front: str) -> None:
    """Jekyll shows its front matter as text, which `adopt` says; but it is a post of the owner's, and nothing fails."""
    content = start + own(front)
    put(archive, *good("202201240000000001", "rolling"))
    put(archive, NEWS, content)
    done = archive.invoke("adopt", str(archive.output), "--repair")
    assert (done.returncode, done.stdout.count("Jekyll shows its front matter as text")) == (0, 1)
    assert done.stdout.splitlines()[-1] == "1 post adopted (1 article), 0 broken, 1 of your own, 0 foreign"
    assert archive.archiver("verify").returncode == 0
    assert (archive.output / "_posts" / NEWS).read_bytes() == content.encode()
    assert build(archive).returncode == 0
    assert page(archive, PLACE).cssselect("h1")[0].text_content() == "关于本站"


def test_what_cannot_be_shown_as_it_is_meant_is_said(owned: Archive) -> None:
    put(owned, "2022-01-01-liquid.md", own(text="{{ site.time }} {% if %}\n"))
    put(owned, "2022-01-02-taken.md", own("permalink: /about/\n"))
    put(owned, "2022-01-03-script.html", own(text="<p onclick='run()'>x<script>run()</script></p>"))
    adopt(owned)
    done = build(owned)
    assert done.returncode == 0
    assert "has Liquid in it" in done.stderr
    assert "the site has a page of its own at about/index.html; this one is at 2022/01/02/taken.html" in done.stderr
    assert "{{ site.time }} {% if %}" in page(owned, "sitenews/2021/12/30/liquid.html").text_content()
    assert b"run()" not in files(site_of(owned))["sitenews/2021/12/30/script.html"]
    put(owned, NEWS, own('title: "a\n'))
    done = build(owned)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"_posts/{NEWS}: Jekyll could not read" in done.stderr
    assert PLACE not in files(site_of(owned))


def test_an_article_of_a_recipe_that_is_not_there_is_none(archive: Archive) -> None:
    name, content = good()
    put(archive, f"2022-01-24-elsewhere-{name}", content)
    assert adopt(archive).endswith("0 broken, 1 foreign")
