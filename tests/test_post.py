"""Posts, byte for byte."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from archiver.article import Article
from archiver.posts import Post, render
from archiver.recipes import load_recipes
from archiver.text import one_line
from tests.jekyll.traps import words

RECIPE = load_recipes()["eastmoney"]
SHANGHAI = ZoneInfo("Asia/Shanghai")
lines = st.builds(one_line, st.text(st.characters()) | st.lists(st.sampled_from(words), max_size=4).map("".join))


def article(**fields: Any) -> Article:
    """An article that is ready to be a post."""
    known = {
        "id": "202403150001234567",
        "title": "临岚港开通新航线",
        "published": datetime(2024, 3, 15, 8, 12, 36, tzinfo=SHANGHAI),
        "source": "临岚晚报",
        "digest": "【临岚港开通新航线】航线每周两班。（临岚晚报）",
        "url": "http://finance.eastmoney.com/news/1345,202403150001234567.html",
        "body": '<p>航线每周两班。</p>\n <p>船期七天。</p><p class="em_media">（文章来源：临岚晚报）</p>',
    }
    nowhere = {
        "recipe": "eastmoney",
        "form": "share",
        "address": "",
        "page": "text",
        "rank": 0,
        "response_url": "",
    }
    return Article(**{**nowhere, "fetched": datetime.now(UTC), **known, **fields})


def post(form: str = "share", site: str = RECIPE.site, **fields: Any) -> Post:
    """The post of an article."""
    return render(article(form=form, **fields), RECIPE.forms[form], site)


def test_a_share_post() -> None:
    content = (
        "---\n"
        "layout: post\n"
        'title: "临岚港开通新航线"\n'
        "date: 2024-03-15 08:12:36 +0800\n"
        "categories: linlanwanbao\n"
        "tags: 临岚晚报新闻\n"
        "---\n"
        "<p>航线每周两班。</p>\n"
        ' <p>船期七天。</p><p class="em_media">（文章来源：临岚晚报）</p>\n'
        "\n"
        "<http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW202403150001234567>\n"
        "\n"
        "[返回临岚晚报新闻](//finews.withounder.com/category/linlanwanbao.html)"
        "｜[返回首页](//finews.withounder.com/)"
    )
    assert post() == Post("2024-03-15-NW202403150001234567.md", content.encode())


def test_a_rolling_post() -> None:
    content = (
        "---\n"
        "layout: post\n"
        'title: "临岚港开通新航线"\n'
        "date: 2024-03-15 08:12:36 +0800\n"
        "categories: emnews\n"
        "tags: 东财滚动新闻\n"
        "---\n"
        "> 航线每周两班。（临岚晚报）\n"
        "\n"
        "<p>航线每周两班。</p>\n"
        ' <p>船期七天。</p><p class="em_media">（文章来源：临岚晚报）</p>\n'
        "\n"
        "<http://finance.eastmoney.com/news/1345,202403150001234567.html>\n"
        "\n"
        "[返回东财滚动新闻](//finews.withounder.com/emnews/)｜[返回首页](//finews.withounder.com/)"
    )
    assert post("rolling") == Post("2024-03-15-202403150001234567.md", content.encode())


def lines_of(content: bytes) -> list[str]:
    return content.decode().split("\n")


def test_a_rolling_post_without_a_digest_begins_with_its_body() -> None:
    for digest in ("", "【临岚港开通新航线】"):
        assert lines_of(post("rolling", digest=digest).content)[7] == "<p>航线每周两班。</p>"


@pytest.mark.parametrize(
    ("source", "category", "tags", "footer"),
    [
        (
            "21世纪经济报道 21财经APP",
            "21shijijingjibaodao21caijingAPP",
            '["21世纪经济报道 21财经APP新闻"]',
            "[返回21世纪经济报道 21财经APP新闻](//a.example/category/21shijijingjibaodao21caijingAPP.html)",
        ),
        (
            "每日经济新闻",
            "meirijingjixinwen",
            "每日经济新闻新闻",
            "[返回每日经济新闻新闻](//a.example/category/meirijingjixinwen.html)",
        ),
        ("甲(乙)", "jia(yi)", "甲(乙)新闻", "[返回甲(乙)新闻](//a.example/category/jia(yi).html)"),
        ("163", "media163", "163新闻", "[返回163新闻](//a.example/category/media163.html)"),
        ("yEs", '"yEs"', "yEs新闻", "[返回yEs新闻](//a.example/category/yEs.html)"),
        (
            "*甲*|[乙]_",
            '"jia[yi]_"',
            '"*甲*|[乙]_新闻"',
            r"[返回\*甲\*\|\[乙\]\_新闻](//a.example/category/jia[yi]_.html)",
        ),
    ],
)
def test_a_source_is_written_for_each_of_its_readers(source: str, category: str, tags: str, footer: str) -> None:
    written = lines_of(post(source=source, site="a.example").content)
    assert written[4] == f"categories: {category}"
    assert written[5] == f"tags: {tags}"
    assert written[-1] == f"{footer}｜[返回首页](//a.example/)"


def test_times_are_those_of_the_zone_and_without_fractions() -> None:
    night = post(published=datetime(2024, 3, 15, 0, 0, 1, 999999, tzinfo=SHANGHAI))
    assert night.name.startswith("2024-03-15-")
    assert lines_of(night.content)[3] == "date: 2024-03-15 00:00:01 +0800"
    west = post(published=datetime(2024, 3, 14, 23, 0, tzinfo=timezone(timedelta(hours=-3, minutes=-30))))
    assert west.name.startswith("2024-03-14-")
    assert lines_of(west.content)[3] == "date: 2024-03-14 23:00:00 -0330"


@given(lines, lines, st.sampled_from(["share", "rolling"]))
def test_front_matter_reads_back_and_has_no_templates(title: str, source: str, form: str) -> None:
    content = post(form, title=title, source=source).content.decode()
    _, front, rest = re.split("^---$", content, maxsplit=2, flags=re.MULTILINE)
    assert len(front.splitlines()) == 6
    assert not re.search(r"\{\{|\{%", front + rest)
    found = yaml.safe_load(front)
    tag = f"{source}新闻" if form == "share" else "东财滚动新闻"
    assert found["title"] == title
    assert found["tags"] in (tag, [tag])
    assert isinstance(found["categories"], str)
    assert found["date"] == "2024-03-15 08:12:36 +0800"
    assert rest.endswith("｜[返回首页](//finews.withounder.com/)")


@given(st.text(st.characters()) | st.text("./\\\x00\n0aN-_", max_size=8))
def test_a_name_is_that_of_a_post_in_its_directory(article_id: str) -> None:
    with contextlib.suppress(ValueError):
        name = post("rolling", id=article_id).name
        assert re.fullmatch(r"2024-03-15-[0-9A-Za-z][0-9A-Za-z_.-]*\.md", name)


@pytest.mark.parametrize(
    "article_id", ["", "../1", "1.md/../2", "/1", "1/2", "..", ".1", "1\n", "1\x00", "甲", "1" * 101, "-1", "１"]
)
def test_an_id_that_would_lead_elsewhere_is_refused(article_id: str) -> None:
    with pytest.raises(ValueError, match="is not the name of a post"):
        post("rolling", id=article_id)


@pytest.mark.parametrize("published", [None, datetime(2024, 3, 15)])
def test_a_post_needs_a_time_and_a_zone(published: datetime | None) -> None:
    with pytest.raises(ValueError, match="time"):
        post(published=published)


def test_a_post_needs_an_address_to_link_to() -> None:
    with pytest.raises(ValueError, match="'javascript:a' is not the address of a web page"):
        post("rolling", url="javascript:a")
